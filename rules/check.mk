# Waits until a deployed service answers: include check.mk
#
#	check_url = http://127.0.0.1:8000/health
#	after finished: wait-for-url

## The address that is asked, as the host sees it
check_address ?= 127.0.0.1
## Its port
check_port ?= 80
## What wait-for-url asks for, from the host itself
check_url ?= http://$(check_address):$(check_port)/
## A text that the answer must hold; empty: any answer that is no error will do
check_expect ?=
## For how many seconds to ask before it is a failure
check_seconds ?= 30

# Servers without curl and wget mostly have Python.
check_by_python = import sys, urllib.request as web; \
	sys.stdout.write(web.urlopen(sys.argv[1], timeout=5).read().decode("utf-8", "replace"))

## Wait until something accepts connections at check_address, check_port
wait-for-port @:
	run {
		accepts() {
			if command -v nc; then nc -z -w 5 $(check_address) $(check_port)
			elif command -v bash; then bash -c ': </dev/tcp/$(check_address)/$(check_port)'
			else python3 -c 'import socket; socket.create_connection(("$(check_address)", $(check_port)), 5)'
			fi >/dev/null 2>&1; }
		end=$$(($$(date +%s) + $(check_seconds)))
		until accepts; do
			[ "$$(date +%s)" -lt "$$end" ] || {
				echo 'wait-for-port: nothing at $(check_address):$(check_port) after $(check_seconds) s' >&2
				exit 1; }
			sleep 0.2
		done
	}

## Wait until check_url answers, with check_expect in its answer
wait-for-url @:
	run {
		ask() {
			if command -v curl >/dev/null; then curl -fsS --max-time 5 "$$1"
			elif command -v wget >/dev/null; then wget -q -T 5 -O - "$$1"
			else python3 -c $(quote $(check_by_python)) "$$1"
			fi 2>&1; }
		url=$(quote $(check_url))
		expected=$(quote $(check_expect))
		end=$$(($$(date +%s) + $(check_seconds)))
		while :; do
			answer=$$(ask "$$url") && case $$answer in *"$$expected"*) break ;; esac
			[ "$$(date +%s)" -lt "$$end" ] || {
				printf 'wait-for-url: %s did not answer%s within $(check_seconds) s; at last it said:\n%s\n' \
					"$$url" "$${expected:+ '$$expected'}" "$$answer" >&2
				exit 1; }
			sleep 0.2
		done
	}
