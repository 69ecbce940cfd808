# Configuration files on the hosts, made from templates here: include config.mk
#
#	config_template = settings.py.in
#	config_file     = $(app_path)/settings.py
#	deploy: config-setup
#
# Or kept in a repository of their own, with a link to what is active on each host:
#
#	config_repository = ../yourapplication-config
#	config_file       = $(app_path)/application.cfg
#	deploy: config-link

include util.mk

## The file here, in which $(…) is expanded
config_template ?= $(required the template of the configuration file)
## The file on the hosts
config_file ?= $(required the configuration file on the hosts)
## Its permissions
config_mode ?= 640
## More options of put, such as --sudo --owner=root --group=www-data --check='visudo -cf "$$1"'
config_options ?=
## yes: keep what was there whenever the file is changed, as config_file.TIME
config_keep ?=
## How config-edit edits, on the hosts
config_editor ?= $${EDITOR:-vi}

## A repository of configuration, a folder here
config_repository ?= $(required the folder of the repository of configuration)
## What of it to take: a branch, tag or commit
config_revision ?= master
## Where it lies on the hosts
config_path ?= $(patsubst %/,%,$(dir $(config_file))).config
## The file of it that is active on a host
config_active ?= $(host.name).cfg

config_verb = $(if $(filter --sudo,$(config_options)),sudo,run)
config_new = $(config_file).new
config_put = put $(config_options)

# put asks for a check just before the old file goes.
config_kept = [ ! -e $(config_file) ] || cp -p $(config_file) $(config_file).$(now)

# What would be written, beside the file, for the step behind.
config_beside = $(config_put) --mode=600 --expand $(config_template) $(config_new)

## Put the configuration file
config-setup @:
	$(config_put) --mode=$(config_mode) $(if $(filter yes,$(config_keep)),--check=$(call sh_check,$(config_kept))) --expand $(config_template) $(config_file)

## Show the file that is there
config-show @:
	$(config_verb) cat $(config_file)

## Show the file that would be written
config-show-new @:
	$(config_beside)
	@$(config_verb) {
		trap 'rm -f $(config_new)' 0
		cat $(config_new)
	}

## Show the differences between the file that is there and the one that would be written
config-diff @:
	$(config_beside)
	@$(config_verb) --ok=0,1 {
		trap 'rm -f $(config_new)' 0
		old=$(config_file)
		[ -e "$$old" ] || old=/dev/null
		diff -u "$$old" $(config_new)
	}

## Say whether the file is there
config-exists @:
	@$(config_verb) if [ -e $(config_file) ]; then echo yes; else echo no; fi

## Say whether another file would be written
config-changed @:
	$(config_beside)
	@$(config_verb) {
		trap 'rm -f $(config_new)' 0
		if cmp -s $(config_file) $(config_new); then echo no; else echo yes; fi
	}

## Keep the file as config_file.TIME
config-backup @:
	$(config_verb) cp -p $(config_file) $(config_file).$(now)

## Edit the file on the host; what it was is kept as config_file.TIME
config-edit @:
	$(config_verb) $(config_kept)
	$(config_verb) --pty $(config_editor) $(config_file)

## Put the repository of configuration on the hosts, and link its active file to config_file
config-link @:
	run mkdir -p $(config_path) $(dir $(config_file))
	checkout --repo=$(config_repository) $(config_revision) $(config_path)
	run test -e $(config_path)/$(config_active) || { echo 'config-link: $(config_repository) has no $(config_active)' >&2; exit 1; }
	link $(config_path)/$(config_active) $(config_file)

config-show config-show-new config-diff config-exists config-changed: lock = no
