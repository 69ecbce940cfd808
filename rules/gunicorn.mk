# Applications under gunicorn: include gunicorn.mk
#
#	gunicorn_pid = /run/app/gunicorn.pid
#	after finished: reload-gunicorn
#
# With deploy.mk the new code is looked at before it goes live:
#
#	after updated: check-gunicorn
#	check-gunicorn: gunicorn_path = $(release_path)

include util.mk

## The pid file of gunicorn's master (its option --pid), on the hosts
gunicorn_pid ?= /run/gunicorn.pid
## The application to check, such as app:application; empty: the command line of the running master says it
gunicorn_app ?=
## The folder in which it is checked; empty: the master's
gunicorn_path ?=
## The program with which gunicorn_app is checked
gunicorn ?= gunicorn
## What to do where there is no gunicorn_pid: fail, or skip, for hosts on which gunicorn was not started yet
gunicorn_missing ?= fail
## How many seconds the new workers have until they must serve
gunicorn_seconds ?= 30
## How many seconds the old gunicorn has, in an upgrade, to end its requests: more than its --graceful-timeout
gunicorn_end_seconds ?= 60

# Sets pid to the master's. loaded WORKER: it has the application. A worker tells its master that it lives by a file without a
# name: made 0600, and then with times since the machine's start, or other permissions in old gunicorns. Where that cannot be
# seen, a worker counts that lives.
define gunicorn_functions
	loaded() {
		beat=$$(ls -l "/proc/$$1/fd" 2>/dev/null | sed -n 's/.* \([0-9]*\) -> .*wgunicorn-.*/\1/p' | tail -n 1)
		beat=$$([ -z "$$beat" ] || stat -L -c '%a $$((%Y + 86400 < %Z))' "/proc/$$1/fd/$$beat" 2>/dev/null) || return 1
		case $$beat in 600*) [ "$$(eval "echo $${beat#600 }")" = 1 ] ;; esac; }
	$(if $(filter skip,$(gunicorn_missing)),$(skip_without_gunicorn))
	pid=$$(cat '$(gunicorn_pid)') || fail 'no pid file $(gunicorn_pid): does gunicorn run, with --pid?'
	case $$pid in '' | *[!0-9]*) fail '$(gunicorn_pid) holds no process id' ;; esac
	name=$$(ps -p "$$pid" -o args=) || fail "$(gunicorn_pid) is stale: there is no process $$pid"
	case $$name in *gunicorn*) ;; *) fail "process $$pid is no gunicorn but: $$name" ;; esac
endef

skip_without_gunicorn = [ -e '$(gunicorn_pid)' ] || { echo '$@: gunicorn does not run here'; exit 0; }

# A master ends when its new workers cannot load the application, so it is loaded once before. How the master was
# started is in /proc; one that calls itself otherwise there (setproctitle) is not asked.
define check_by_app
	cd $(or $(gunicorn_path),.) && $(gunicorn) --check-config $(gunicorn_app)
endef
define check_by_master
	case $$name in gunicorn:*) false ;; esac && [ -r "/proc/$$pid/cmdline" ] || {
		echo '$@: set gunicorn_app to have the application checked before' >&2
		exit 0; }
	export master="/proc/$$pid" path=$(quote $(gunicorn_path)) check='
		[ "$$PWD" -ef "$$master/cwd" ] || [ -L "$$PWD" ] || PWD=$$(readlink "$$master/cwd")
		cd "$$PWD" || exit
		exec xargs -0 sh -c "exec \"\$$@\" --check-config $${path:+--chdir \"\$$path\"}" sh <"$$master/cmdline"'
	xargs -0 sh -c 'exec env -i "$$@" master="$$master" path="$$path" sh -c "$$check"' sh <"$$master/environ"
endef
define check_gunicorn
(
	$(if $(strip $(gunicorn_app)),$(check_by_app),$(check_by_master))
) || fail 'the application cannot be loaded: the old one serves on'
endef

## Load the application once, as gunicorn's workers would; changes nothing. Without gunicorn_app, only where gunicorn runs
check-gunicorn @:
	@run {
		$(host_functions)
		$(if $(strip $(gunicorn_app)),,$(skip_without_gunicorn)$(newline)$(gunicorn_functions))
		$(check_gunicorn)
	}

## Let gunicorn load the application again: HUP to its master; waits for the new workers
reload-gunicorn @:
	@run {
		$(host_functions)
		$(gunicorn_functions)
		$(check_gunicorn)
		old=" $$(children "$$pid" | tr '\n' ' ')"
		kill -HUP "$$pid"
		steady=0
		serves() {
			lives "$$pid" || fail 'gunicorn ended, as its new workers could not load the application'
			steady=$$((steady + 1))
			now=$$(children "$$pid")
			[ -n "$$now" ] || steady=0
			for worker in $$now; do
				case $$old in *" $$worker "*) steady=0 ;; *) loaded "$$worker" || steady=0 ;; esac
			done
			[ "$$steady" -ge 5 ]
		}
		within $(gunicorn_seconds) serves || fail 'the new workers do not serve after $(gunicorn_seconds) s'
	}

# upgrades: the new master lives, as process new. A master that ends while its workers do may leave its pid file behind, and
# where another program has that process id by now, no master would start. begins: the old one has a child that is no worker.
define upgrade_functions
	upgrades() {
		new=$$(cat '$(gunicorn_pid).2' 2>/dev/null)
		case $$(ps -p "$$new" -o args= 2>/dev/null) in *'<defunct>') false ;; *gunicorn*) ;; *) false ;; esac; }
	begins() {
		for child in $$(children "$$pid"); do
			case $$known in *" $$child "*) ;; *) return 0 ;; esac
		done
		return 1; }
endef

## Put a new gunicorn in the place of the old one, its program too: USR2; the old one stays when the new one does not serve.
## Not where a supervisor watches the old one's process id
upgrade-gunicorn @:
	@run {
		$(host_functions)
		$(gunicorn_functions)
		$(upgrade_functions)
		known=" $$(children "$$pid" | tr '\n' ' ')"
		! upgrades || fail "an upgrade goes on: $(gunicorn_pid).2 is that of process $$new"
		rm -f '$(gunicorn_pid).2'
		kill -USR2 "$$pid"
		begun=no steady=0 workers=
		serves() {
			lives "$$pid" || fail "the old gunicorn (process $$pid) ended meanwhile"
			upgrades || {
				if begins; then begun=yes
				elif [ "$$begun" = yes ]; then fail 'the new gunicorn ended: the old one serves on'
				fi
				return 1; }
			begun=yes
			now=$$(children "$$new")
			[ -n "$$now" ] && [ "$$now" = "$$workers" ] && steady=$$((steady + 1)) || steady=0
			workers=$$now
			for worker in $$now; do
				loaded "$$worker" || steady=0
			done
			[ "$$steady" -ge 5 ]
		}
		within $(gunicorn_seconds) serves || {
			! upgrades || kill -TERM "$$new"
			fail 'the new gunicorn does not serve after $(gunicorn_seconds) s, and was ended: the old one serves on'; }
		kill -TERM "$$pid"
		gone() { ! lives "$$pid"; }
		within $(gunicorn_end_seconds) gone || fail "the old gunicorn (process $$pid) does not end"
		renamed() {
			lives "$$new" || fail "the new gunicorn (process $$new) ended, too: none serves"
			[ "$$(cat '$(gunicorn_pid)' 2>/dev/null)" = "$$new" ]; }
		within $(gunicorn_seconds) renamed || fail "the new gunicorn (process $$new) serves, but its pid file is still $(gunicorn_pid).2"
	}
