# Programs under supervisor: include supervisor.mk
#
#	supervisor_command = $(venv)/bin/gunicorn --chdir $(current_path) app:application
#	after bootstrap: install-program
#	after finished: restart-program

include util.mk

## The name of the program, in supervisor's configuration
supervisor_program ?= $(project)
## What it runs, where the configuration is made from these variables
supervisor_command ?= $(required the command that supervisor is to run)
## The folder in which it runs
supervisor_folder ?= /
## The user that it runs as; empty: supervisor's own
supervisor_user ?=
## More lines of its section, such as environment=LANG="C.UTF-8"
supervisor_lines ?=
## The configuration, a file here in which $(…) is expanded; empty: one made of the variables above
supervisor_template ?= $(wildcard supervisor.conf)
## The configuration on the hosts
supervisor_conf ?= /etc/supervisor/conf.d/$(supervisor_program).conf
## supervisorctl, with the options that lead it to its server
supervisorctl ?= supervisorctl
## How many seconds the program has until it must run
supervisor_seconds ?= 30

define supervisor_text
[program:$(supervisor_program)]
command=$(supervisor_command)
directory=$(supervisor_folder)
$(if $(supervisor_user),user=$(supervisor_user)$(newline))redirect_stderr=true
stopasgroup=true
killasgroup=true
$(supervisor_lines)

endef

define supervisor_functions
	runs() {
		status=$$($(supervisorctl) status $(supervisor_program) || :)
		case $$status in
		*FATAL* | *'no such'* | *refused* | *EXITED*) stopped ;;
		*STARTING* | *BACKOFF* | *STOPPING*) return 1 ;;
		*RUNNING*) ;;
		*) stopped ;;
		esac; }
	stopped() {
		printf '%s\n' "$$status" >&2
		$(supervisorctl) tail $(supervisor_program) >&2 || :
		fail 'the program does not run: what it said last is above'; }
	wait_until_it_runs() {
		within $(supervisor_seconds) runs || stopped; }
endef

## Put the program's configuration; supervisor takes it up when it has changed
install-program @:
	$(call put_checked,$(supervisor_conf),--mode=644 $(if $(supervisor_template),--expand $(supervisor_template),--text=supervisor_text),$(supervisorctl) reread)
after install-program: update-program

## Let supervisor take up the program's configuration: restarts it when that has changed
update-program @:
	@$(as_root) {
		$(host_functions)
		$(supervisor_functions)
		$(supervisorctl) update
		wait_until_it_runs
	}

## Start the program again, and wait until it runs
restart-program @:
	@$(as_root) {
		$(host_functions)
		$(supervisor_functions)
		$(supervisorctl) restart $(supervisor_program) || :
		wait_until_it_runs
	}

## Send the program a HUP, and see that it runs on
reload-program @:
	@$(as_root) {
		$(host_functions)
		$(supervisor_functions)
		$(supervisorctl) signal HUP $(supervisor_program) || fail 'supervisor did not pass the signal on'
		sleep 1
		wait_until_it_runs
	}

## Show what supervisor says of the program
show-program @:
	$(as_root) $(supervisorctl) status $(supervisor_program)
show-program: lock = no
