# Releases, as Capistrano has them: include deploy.mk
#
#	user        = deploy
#	deploy_path = /var/www/app
#	linked_dirs = log uploads
#	@staging: hosts = staging.example.com
#	@staging: branch = staging
#	include deploy.mk
#	after finished: restart
#
#	fake -R staging deploy
#	fake -R staging rollback
#
# deploy:   starting started updating updated publishing published finishing finished
# rollback: starting started reverting reverted publishing published finishing_rollback finished
#
# Below deploy_path: releases/NAME (.NAME.building until it is whole), shared/, repo/ (what a strategy keeps, so that
# only what differs has to travel next time), current -> releases/NAME. What is known of a release stands in its file
# .fake-state: "good" once its deployment was done, with all hooks, "bad" when it failed; without the file it is
# "ready". The names are times, and order the releases.

## Everything is below this folder, on the hosts
deploy_path ?= /var/www/app
## What a strategy keeps on the hosts: a copy of the tree that was sent last (checkout), a mirror of repo_url (clone)
repo_path ?= $(deploy_path)/repo
## What outlives releases: the targets of linked_dirs and linked_files
shared_path ?= $(deploy_path)/shared
## The folder of all releases
releases_path ?= $(deploy_path)/releases
## The symbolic link to the live release
current_path ?= $(deploy_path)/current
## The release at work: in deploy and rollback the one to publish, else the live one
release_path ?= $(current_path)
## The name of a new release, the same on all hosts
release_timestamp ?= $(now)

## How a release comes to the hosts: checkout (of the repository here; they need nothing) or clone (git on the hosts)
strategy ?= checkout
## The repository, for strategy clone as the hosts reach it, for checkout a folder here
repo_url ?= $(if $(filter checkout,$(strategy)),.)
## What to deploy
branch ?= master
## A commit to deploy in place of the branch: fake deploy commit=1a2b3c4
commit ?=
## A tag to deploy in place of the branch: fake deploy tag=v1.2
tag ?=
## What to deploy: the first of commit, tag and branch that is set
revision ?= $(or $(commit),$(tag),$(branch))
## The folder of the repository that is released; empty: all of it
repo_tree ?=
## The commit that revision is, asked for on this machine: once a run, so that all hosts get the same
current_revision ?= $(or $(commit_of_$(revision)),$(eval commit_of_$(revision) := $(revision_by_$(strategy)))$(commit_of_$(revision)))
## The commit that is live on a host
previous_revision ?= $(run cat $(current_path)/REVISION 2>/dev/null || :)

## Folders that every release shares, linked to the same paths below shared_path
linked_dirs ?=
## Files that every release shares
linked_files ?=
## What to do when a linked file is missing in shared_path: fail, copy (the release's own, once) or upload (ours, once)
linked_files_missing ?= fail
## The folder here from which missing linked files are uploaded
linked_files_source ?= .
## How strategy checkout makes the release of its copy of the tree. `cp -Rpl`: hard links, which take no room; but then
## a file that is edited in place changes in all releases
checkout_copy ?= cp -Rp
## How many good releases to keep; the live one and the one before it always stay
keep_releases ?= 5
## How many seconds git has for anything it does on a host
git_timeout ?= 600
## The release to roll back to, such as 20260131120000; empty: the newest good one before the live one
release ?=
## Who deploys, for revisions.log
deployed_by ?= $(or $(USER),$(LOGNAME),somebody)

# Records and locks stand beside what they are about, for all operators.
state_dir ?= $(deploy_path)/.fake

## Deploy `revision`; nothing happens where it is live and nothing else has changed
deploy @: starting started updating updated publishing published finishing finished mark-good
deploy: inputs = $(current_revision) $(repo_tree) $(linked_dirs) $(linked_files)
deploy: release_path = $(releases_path)/$(release_timestamp)
# For printf; %s is the commit.
deploy: release_message = Branch $(subst %,%%,$(revision)) (at %s) deployed as release $(notdir $(release_path)) by $(subst %,%%,$(deployed_by))

## Make an earlier release live again: the one before, or fake rollback:release=NAME
rollback @: choose-release check-release rollback-stages cleanup-rollback forget-choice
## The stages of a rollback, once its release is found on all hosts. To roll over the hosts, set batch here, not for rollback
rollback-stages @: starting started reverting reverted publishing published finishing_rollback finished
rollback: record = deploy
rollback: release_path = $(releases_path)/$(or $(release),$(chosen_release))
rollback: release_message = $(subst %,%%,$(deployed_by)) rolled back to release $(notdir $(release_path))

release_message ?=
building_path = $(releases_path)/.$(notdir $(release_path)).building

## Stage: the hosts are checked, and prepared
starting @: check-deploy
## Stage to hook into
started @:
## Stage: the new release is made
updating @: create-release link-shared complete-release
## Stage to hook into: the release is whole, and not yet live
updated @:
## Stage: the release goes live, on all hosts or on none
publishing @: publish-release
## Stage to hook into
published @:
## Stage: revisions.log is written, old releases go
finishing @:
	$(log_revision)
	$(cleanup_releases)
## Stage to hook into: restart the application after it
finished @:
## Stage: the release to go back to is looked for on every host
reverting @: check-release
## Stage to hook into
reverted @:
## Stage: revisions.log is written, what was rolled back from counts no more
finishing_rollback @:
	$(log_revision)
	$(retire_newer)

.BARRIER: reverting check-release publishing publish-release
.ALWAYS: create-release publish-release

# For tasks that have a release to work on only as stages of deploy and rollback.
staged = $(if $(filter $(current_path),$(release_path)),$(error '$@' is a stage of deploy and rollback; alone it needs a release_path))

# For scripts on the hosts. all, good: the names of releases, oldest first; live: that of the live one, or nothing.
define release_functions
	$(release_names)
	$(live_release)
endef
define live_release
	live=$$(readlink $(current_path)) || live=
	live=$${live##*/}
endef
define release_names
	all() { for path in $(releases_path)/*/; do path=$${path%/}; [ ! -d "$$path" ] || echo "$${path##*/}"; done; }
	is_good() { [ -f "$(releases_path)/$$1/.fake-state" ] && read -r state <"$(releases_path)/$$1/.fake-state" && [ "$$state" = good ]; }
	good() { for name in $$(all); do ! is_good "$$name" || echo "$$name"; done; }
endef

## Check what a deployment needs, make its folders, see to linked files that are missing
check-deploy @:
	run {
		fail() { echo "check-deploy: $$*" >&2; exit 1; }
		[ -n '$(repo_url)' ] || fail 'repo_url is not set'
		[ -L $(current_path) ] || [ ! -e $(current_path) ] || fail '$(current_path) is no symbolic link: move it away'
		for path in $(releases_path) $(addprefix $(shared_path)/,. $(linked_dirs) $(dir $(linked_files))); do
			[ -d "$$path" ] || mkdir -p "$$path"
		done
		for path in $(releases_path)/.*.building; do [ ! -e "$$path" ] || rm -rf "$$path"; done
		$(adopt_releases)
	}
	$(foreach file,$(linked_files),$(linked_file_by_$(linked_files_missing))$(newline))

# Releases that none has a state of are Capistrano's: those up to the live one are ones to go back to.
define adopt_releases
	set -- $(releases_path)/*/.fake-state
	if [ ! -e "$$1" ]; then
		$(release_functions)
		for name in $$(all); do
			[ "$$live" \< "$$name" ] || echo good >"$(releases_path)/$$name/.fake-state"
		done
	fi
endef

# What NAME does for a linked file is linked_file_by_NAME; copy waits for the release.
linked_file_by_copy =
linked_file_by_fail = run [ -e $(shared_path)/$(file) ] || echo $(quote $(linked_file_hint)) >&2 && [ -e $(shared_path)/$(file) ]
linked_file_by_upload = $(if $(wildcard $(linked_files_source)/$(file)),$(linked_file_sent),$(linked_file_by_fail))
# Recorded, an edit over there would be a reason to deploy anew.
linked_file_sent = put --unrecorded --creates=$(shared_path)/$(file) $(linked_files_source)/$(file) $(shared_path)/$(file)
linked_file_hint = $(shared_path)/$(file) is missing: put it there, or set linked_files_missing to $(linked_file_cures)
linked_file_cures = $(if $(filter upload,$(linked_files_missing)),copy (there is no $(linked_files_source)/$(file) here),copy or upload)

## Make the new release under a temporary name
create-release @:
	$(staged)
	$(check_name)
	$(release_by_$(strategy))

# Another operator's run may have begun in the same second, or by a clock that is ahead.
define check_name
run {
	newest=
	for path in $(releases_path)/*/; do [ ! -d "$$path" ] || newest=$${path%/}; done
	newest=$${newest##*/}
	[ "$$newest" \< '$(notdir $(release_path))' ] || {
		echo "release $(notdir $(release_path)) would not be the newest, as there is $$newest: deploy again" >&2
		exit 1; }
}
endef

# A strategy NAME is release_by_NAME, steps that make building_path, and revision_by_NAME, the commit of `revision`.
revision_by_checkout = $(git-revision $(revision),$(repo_url))
define release_by_checkout
run [ -d $(repo_path) ] || mkdir -p $(repo_path)
checkout --mirror --delete --unrecorded --repo=$(repo_url) $(if $(repo_tree),--subdir=$(repo_tree)) $(revision) $(repo_path)/tree/
run $(checkout_copy) $(repo_path)/tree $(building_path) && echo $(current_revision) >$(building_path)/REVISION
endef

# Of a branch, a tag and what an annotated tag stands for, git lists the last one last.
revision_by_clone = $(or $(firstword $(subst |, ,$(lastword $(subst $(tab),|,$(refs_asked))))),$(revision))
refs_asked = $(if $(repo_url),$(shell git ls-remote $(repo_url) $(refs_of_revision)))
refs_of_revision = $(foreach ref,heads/$(revision) tags/$(revision) tags/$(revision)^{},$(quote refs/$(ref)))
tab := $(subst .,,.	.)
define newline


endef
define release_by_clone
run --timeout=$(git_timeout) {
	[ -f $(repo_path)/HEAD ] || {
		rm -rf $(repo_path).new $(repo_path)/tree
		git clone --quiet --mirror $(repo_url) $(repo_path).new
		[ ! -d $(repo_path) ] || rmdir $(repo_path)
		mv $(repo_path).new $(repo_path); }
	cd $(repo_path)
	# What a git that was killed, or found the disk full, has left: this host is locked, so no other is at work.
	find . -name '*.lock' -exec rm -f {} +
	find objects -name 'tmp_*' -exec rm -f {} +
	git remote set-url origin $(repo_url)
	git remote update --prune >/dev/null
	commit=$$(git rev-parse --verify --quiet $(quote $(revision)^{commit})) ||
		{ echo 'there is no $(revision) in $(repo_url)' >&2; exit 1; }
	mkdir -p $(building_path)
	{ git archive "$$commit$(if $(repo_tree),:$(repo_tree))" || touch $(building_path)/.failed; } | tar -xf - -C $(building_path)
	[ ! -e $(building_path)/.failed ]
	echo "$$commit" >$(building_path)/REVISION
}
endef

## Link what the releases share into the new one
link-shared @:
	$(staged)
	$(if $(linked_dirs)$(linked_files),$(link_shared))

define link_shared
	run {
		cd $(building_path)
		for path in $(linked_dirs) $(linked_files); do
			shared=$(shared_path)/$$path
			case $$path in */*) [ -d "$${path%/*}" ] || mkdir -p "$${path%/*}" ;; esac
			[ -e "$$shared" ] || [ ! -f "$$path" ] || cp -p "$$path" "$$shared"
			[ -e "$$shared" ] || { echo "link-shared: neither the release nor $(shared_path) has $$path" >&2; exit 1; }
			[ ! -e "$$path" ] && [ ! -L "$$path" ] || rm -rf "$$path"
			ln -s "$$shared" "$$path"
		done
	}
endef

## Give the new release its name, as it is whole
complete-release @:
	$(staged)
	run mv $(building_path) $(release_path)

## Make the release the live one
publish-release @:
	$(staged)
	link $(release_path) $(current_path)

## Write into revisions.log what was done
log-revision @:
	$(log_revision)

define log_revision
$(staged)
run printf $(quote $(release_message)\n) "$$(cat $(release_path)/REVISION)" >>$(deploy_path)/revisions.log
endef

# Of the good ones beside the live one: one at least.
kept_releases = $(if $(filter 0 1,$(keep_releases)),1,$$(($(keep_releases) - 1)))

## Remove old releases, and what never became one
cleanup @:
	$(cleanup_releases)

define cleanup_releases
	run {
		$(release_functions)
		good=
		for name in $$(good); do [ "$$name" = "$$live" ] || good="$$good $$name"; done
		set -- $$good
		[ $$# -le $(kept_releases) ] || shift $$(($$# - $(kept_releases)))
		for name in $$(all); do
			case " $$live $$* " in *" $$name "*) ;; *) rm -rf "$(releases_path)/$$name" ;; esac
		done
	}
endef

## Ask every host for the good releases before its live one: the newest that all have is gone back to
choose-release @:
	local mkdir -p $(rollback_choices) && echo $(run $(earlier_releases)) >$(quote $(rollback_choices)/$(host))

# This machine remembers the answers here while it runs, a file a host.
rollback_choices := .fake/rollback.$(now)
define earlier_releases
$(release_functions)
names=; for name in $$(good); do [ "$$name" != "$$live" ] || break; names="$$names $$name"; done; echo $$names
endef

# Each answer is a line: a release that all hosts have is in all of them.
define common_releases
awk '{ for (i = 1; i <= NF; i++) seen[$$i]++ }
END { for (name in seen) if (seen[name] == NR) print name }' $(rollback_choices)/* 2>/dev/null || :
endef
chosen_release = $(lastword $(sort $(shell $(common_releases))))

forget-choice forget-failed-choice @local:
	local rm -rf $(rollback_choices)
on-failure rollback: forget-failed-choice

## Look for the release to go back to
check-release @:
	run {
		[ '$(release_path)' != '$(releases_path)/' ] || {
			$(release_functions)
			echo "no good release before the live one is on all hosts; live here: $$live, good:" $$(good) >&2
			exit 1; }
		[ -d $(release_path) ] || { echo 'there is no release $(release_path)' >&2; exit 1; }
	}

# What runs may still need the files of the releases that are newer than the one gone back to.
define retire_newer
	run {
		$(release_functions)
		for name in $$(all); do
			[ ! "$$live" \< "$$name" ] || echo bad >"$(releases_path)/$$name/.fake-state"
		done
	}
endef

## Put these releases away, after all that hangs on finished: as rolled-back-release-NAME.tar.gz
cleanup-rollback @:
	run {
		$(release_functions)
		for name in $$(all); do
			[ "$$live" \< "$$name" ] || continue
			tar -czf "$(deploy_path)/rolled-back-release-$$name.tar.gz" -C $(releases_path) "$$name"
			rm -rf "$(releases_path)/$$name"
		done
	}

## Mark the new release as one to go back to, after all that hangs on finished
mark-good @:
	run echo good >$(release_path)/.fake-state

## Mark a release whose deployment failed; it is not gone back to
mark-bad @:
	$(staged)
	run {
		$(release_names)
		rm -rf $(building_path)
		[ ! -d $(release_path) ] || is_good $(notdir $(release_path)) || echo bad >$(release_path)/.fake-state
	}
on-failure deploy: mark-bad

## The commits between what is live and what would be; git here has to know both
pending @:
	@local {
		# of $(host)
		live=$(previous_revision)
		new=$(current_revision)
		if [ -z "$$live" ]; then
			echo 'nothing is live yet: all of $(revision) is pending'
		elif [ "$$live" = "$$new" ]; then
			echo 'nothing is pending: $(revision) is live'
		else
			git -C $(if $(filter checkout,$(strategy)),$(repo_url),.) --no-pager log --oneline "$$live..$$new"
		fi
	}
pending: lock = no
