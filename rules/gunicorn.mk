# Applications under gunicorn: include gunicorn.mk
#
#	gunicorn_pid = /run/app/gunicorn.pid
#	after finished: reload-gunicorn

## The pid file of gunicorn's master (its option --pid), on the hosts
gunicorn_pid ?= /run/gunicorn.pid
## The application, such as app:application: checked before the reload, as a master ends when new workers cannot load it
gunicorn_app ?=
## The folder in which gunicorn_app is checked
gunicorn_path ?= .
## The program with which gunicorn_app is checked
gunicorn ?= gunicorn
## How many seconds the new workers have until they must serve
gunicorn_seconds ?= 30

define check_gunicorn
run {
	cd $(gunicorn_path)
	$(gunicorn) --check-config $(gunicorn_app)
}
endef

## Let gunicorn load the application again: HUP to its master; waits for the new workers
reload-gunicorn @:
	$(if $(strip $(gunicorn_app)),$(check_gunicorn))
	run {
		fail() { echo "reload-gunicorn: $$*" >&2; exit 1; }
		workers() { ps -A -o pid= -o ppid= | awk -v "master=$$pid" '$$2 == master { print $$1 }'; }

		ended() { case $$(ps -p "$$pid" -o args=) in '' | *'<defunct>') ;; *) return 1 ;; esac; }

		pid=$$(cat '$(gunicorn_pid)') || fail 'no pid file $(gunicorn_pid): does gunicorn run, with --pid?'
		case $$pid in '' | *[!0-9]*) fail '$(gunicorn_pid) holds no process id' ;; esac
		name=$$(ps -p "$$pid" -o args=) || fail "$(gunicorn_pid) is stale: there is no process $$pid"
		case $$name in *gunicorn*) ;; *) fail "process $$pid is no gunicorn but: $$name" ;; esac

		old=" $$(workers | tr '\n' ' ')"
		kill -HUP "$$pid"
		tries=0
		steady=0
		until [ $$steady -ge 5 ]; do
			tries=$$((tries + 1))
			[ $$tries -le $$(($(gunicorn_seconds) * 5)) ] || fail 'the new workers do not serve after $(gunicorn_seconds) s'
			sleep 0.2
			! ended || fail 'gunicorn ended, as its new workers could not load the application'
			steady=$$((steady + 1))
			now=$$(workers)
			[ -n "$$now" ] || steady=0
			for worker in $$now; do
				case $$old in *" $$worker "*) steady=0 ;; esac
			done
		done
	}
