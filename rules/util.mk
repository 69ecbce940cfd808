# Canned functions: include util.mk

## $(call dquote,TEXT): TEXT in double quotes, so that the host's shell expands nothing in it
dquote = "$(subst `,\`,$(subst $$,\$$,$(subst ",\",$(subst \,\\,$1))))"

define newline


endef

## $(call indent,BLANKS,TEXT): every line of TEXT, BLANKS in front of it
indent = $1$(subst $(newline),$(newline)$1,$2)

## $(call has-command,NAME): yes where the host has the command NAME, else nothing
has-command = $(run command -v $(call quote-word,$1) >/dev/null 2>&1 && echo yes || :)

## $(call interface-address,NAME): the first IPv4 address of the host's interface NAME
interface-address = $(run ip -4 -o addr show dev $(call quote-word,$1) | awk '{ sub("/.*", "", $$4); print $$4; exit }')

quote-word = $(quote $(strip $1))

## The verb that touches what belongs to the system: sudo, or run where the log-in user may by itself
as_root ?= sudo

# The option of put that goes with it.
sent_as_root = $(if $(filter sudo,$(firstword $(as_root))),--sudo)

# $(call sh_check,SCRIPT): for put's option --check, which appends the name of the file: the script's $1.
sh_check = $(quote sh -c $(quote $1) sh)

# For scripts on the hosts. fail WORDS…: the task's name is told with them; within SECONDS COMMAND…: it is asked until it says
# yes; children PID: the processes that PID began, without those that have ended; lives PID.
define host_functions
	# $@
	fail() { echo "$@: $$*" >&2; exit 1; }
	within() {
		end=$$(($$(date +%s) + $$1)); shift
		until "$$@"; do [ "$$(date +%s)" -lt "$$end" ] || return 1; sleep 0.2; done; }
	children() { ps -A -o pid= -o ppid= -o args= | awk -v "parent=$$1" '$$2 == parent && !/<defunct>$$/ { print $$1 }'; }
	lives() { case $$(ps -p "$$1" -o args= 2>/dev/null) in '' | *'<defunct>') return 1 ;; esac; }
endef

# $(call put_checked,FILE,ARGUMENTS OF PUT,CHECK,LINK): steps that put FILE, and LINK to it where one is named. When the
# command CHECK then fails, both are again what they were; what is kept for that has a name that no server includes.
define put_checked
@$(as_root) {
	rm -f $(call kept_file,$1)
	[ ! -e $1 ] || cp -p $1 $(call kept_file,$1)
}
put $(sent_as_root) $2 $1
@$(as_root) {
	linked=
	$(if $4,[ -e $4 ] || { ln -s $1 $4; linked=$4; })
	if $3; then rm -f $(call kept_file,$1); exit 0; fi
	if [ -e $(call kept_file,$1) ]; then mv $(call kept_file,$1) $1; else rm $1; fi
	[ -z "$$linked" ] || rm "$$linked"
	echo '$@: $(firstword $3) refuses the new $1: the old state is back' >&2
	exit 1
}
endef
kept_file = $(dir $1).$(notdir $1).kept
