# Tests of what was deployed: include check.mk
#
#	check_url = http://127.0.0.1:8000/health
#	after finished: wait-for-url
#
# Run the test suite on the hosts, and go back to the release before where it fails:
#
#	include deploy.mk
#	check_command  = env/bin/python -m unittest
#	check_rollback = yes
#	include check.mk
#	after finished: run-tests

include util.mk

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
## What run-tests runs on the hosts
check_command ?= $(required the command that tests what was deployed)
## The folder in which it runs
check_path ?= $(current_path)
## yes: when a deployment by deploy.mk fails after it went live, its release is rolled back
check_rollback ?=

# Servers without curl and wget mostly have Python.
check_by_python = import sys, urllib.request as web; \
	sys.stdout.write(web.urlopen(sys.argv[1], timeout=5).read().decode("utf-8", "replace"))

## Wait until something accepts connections at check_address, check_port
wait-for-port @:
	@run {
		$(host_functions)
		accepts() {
			if command -v nc; then nc -z -w 5 $(check_address) $(check_port)
			elif command -v bash; then bash -c ': </dev/tcp/$(check_address)/$(check_port)'
			else python3 -c 'import socket; socket.create_connection(("$(check_address)", $(check_port)), 5)'
			fi >/dev/null 2>&1; }
		within $(check_seconds) accepts || fail 'nothing at $(check_address):$(check_port) after $(check_seconds) s'
	}

## Wait until check_url answers, with check_expect in its answer
wait-for-url @:
	@run {
		$(host_functions)
		ask() {
			if command -v curl >/dev/null; then curl -fsS --max-time 5 "$$1"
			elif command -v wget >/dev/null; then wget -q -T 5 -O - "$$1"
			else python3 -c $(quote $(check_by_python)) "$$1"
			fi 2>&1; }
		url=$(quote $(check_url))
		expected=$(quote $(check_expect))
		answers() {
			answer=$$(ask "$$url") || return 1
			case $$answer in *"$$expected"*) ;; *) return 1 ;; esac; }
		within $(check_seconds) answers || {
			printf '$@: %s did not answer%s within $(check_seconds) s; at last it said:\n%s\n' \
				"$$url" "$${expected:+ '$$expected'}" "$$answer" >&2
			exit 1; }
	}

## Run check_command on the hosts
run-tests @:
	cd $(check_path)
	run $(check_command)

ifeq ($(check_rollback),yes)
## See whether what is live is a release whose deployment failed
find-bad-release @:
	only-if [ "$$(cat $(current_path)/.fake-state)" = bad ]
	local mkdir -p $(check_found) && touch $(check_found)/$(host)

## Roll back all hosts, where one has such a release
undo-deploy @local:
	@local if [ -d $(check_found) ]; then rm -rf $(check_found); $(MAKE) rollback; fi

on-failure deploy: find-bad-release undo-deploy
check_found := .fake/bad.$(now)
endif
