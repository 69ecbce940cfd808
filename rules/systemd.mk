# Services under systemd: include systemd.mk
#
#	service_command = $(venv)/bin/gunicorn --chdir $(current_path) app:application
#	after bootstrap: install-service
#	after finished: restart-service

include util.mk

## The name of the unit
systemd_unit ?= $(project).service
## What the service runs, where the unit is made from these variables; the program by its whole path
service_command ?= $(required the command that the service runs)
## The folder in which it runs
service_folder ?= /
## The user that it runs as; empty: root
service_user ?=
## What the unit says of itself
service_description ?= $(project)
## More lines of its section [Service], such as Environment=LANG=C.UTF-8
service_lines ?=
## The unit, a file here in which $(…) is expanded; empty: one made of the variables above
systemd_template ?= $(wildcard $(systemd_unit))
## Where units are, on the hosts
systemd_folder ?= /etc/systemd/system
## systemctl, perhaps with --user
systemctl ?= systemctl
## What checks a unit; its name follows
systemd_verify ?= systemd-analyze verify --man=no
## What restart-service asks for: restart, reload or reload-or-restart
service_action ?= restart
## How many seconds the service has until it must be active
service_seconds ?= 30
## For how many seconds it must then stay so, with the same process
service_steady ?= 2

define systemd_text
[Unit]
Description=$(service_description)
After=network.target

[Service]
$(if $(service_user),User=$(service_user)$(newline))WorkingDirectory=$(service_folder)
ExecStart=$(service_command)
ExecReload=/bin/kill -HUP $$MAINPID
Restart=on-failure
$(service_lines)

[Install]
WantedBy=multi-user.target

endef

# systemd-analyze looks at the file's name, too. It takes warnings for errors only when it is told to, which the
# systemds before 250 do not understand.
systemd_check = folder=$$(mktemp -d) || exit; trap 'rm -rf "$$folder"' 0; cp "$$1" "$$folder/$(systemd_unit)"; \
	strict=--recursive-errors=no; $(firstword $(systemd_verify)) --help 2>/dev/null | grep -q -e --recursive-errors || strict=; \
	$(systemd_verify) $$strict "$$folder/$(systemd_unit)"

## Put the unit when systemd-analyze finds nothing wrong in it; systemd is told when it has changed
install-service @:
	put $(sent_as_root) --mode=644 --check=$(call sh_check,$(systemd_check)) $(if $(systemd_template),--expand $(systemd_template),--text=systemd_text) $(systemd_folder)/$(systemd_unit)
after install-service: reload-systemd

## Let systemd read its units again
reload-systemd @:
	$(as_root) $(systemctl) daemon-reload

## Let the service start with the machine
enable-service @:
	$(as_root) $(systemctl) enable $(systemd_unit)

## Restart (service_action) the service, and wait until it is active and stays so
restart-service @:
	@$(as_root) {
		$(host_functions)
		broken() {
			$(systemctl) status --no-pager --lines=20 $(systemd_unit) >&2 || :
			fail "$(systemd_unit) is $$state"; }
		[ "$$($(systemctl) show --property=NeedDaemonReload --value $(systemd_unit))" != yes ] || $(systemctl) daemon-reload
		$(systemctl) $(service_action) $(systemd_unit) || { state='not started'; broken; }
		pid= since=
		active() {
			state=$$($(systemctl) is-active $(systemd_unit)) || :
			[ "$$state" != failed ] || broken
			now=$$($(systemctl) show --property=MainPID --value $(systemd_unit))
			[ "$$state" = active ] && [ "$$now" = "$$pid" ] || { pid=$$now since=$$(date +%s); return 1; }
			[ $$(($$(date +%s) - since)) -ge $(service_steady) ]
		}
		within $(service_seconds) active || broken
	}

## Show what systemd says of the service
show-service @:
	$(as_root) --ok=0,3 $(systemctl) status --no-pager $(systemd_unit)
show-service: lock = no
