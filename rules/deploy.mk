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
# Below deploy_path: releases/NAME (.NAME.building until it is whole), shared/, repo/ (strategy clone), current ->
# releases/NAME. What is known of a release stands in its file .fake-state: "good" once its deployment was done, with
# all hooks, "bad" when it failed; without the file it is "ready". The names are times, and order the releases.

## Everything is below this folder, on the hosts
deploy_path ?= /var/www/app
## The mirror of repo_url that strategy clone keeps on the hosts
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
## The commit that revision is, asked for on this machine
current_revision ?= $(revision_by_$(strategy))
## The commit that is live on a host
previous_revision ?= $(run cat $(current_path)/REVISION 2>/dev/null || :)

## Folders that every release shares, linked to the same paths below shared_path
linked_dirs ?=
## Files that every release shares
linked_files ?=
## What to do when a linked file is missing in shared_path: fail, or copy (the release's own, once)
linked_files_missing ?= fail
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

# This machine remembers here what a rollback chose, while it runs.
rollback_choice = .fake/rollback.$(now)

## Deploy `revision`; nothing happens where it is live and nothing else has changed
deploy @: starting started updating updated publishing published finishing finished mark-good
deploy: inputs = $(current_revision) $(linked_dirs) $(linked_files)
deploy: release_path = $(releases_path)/$(release_timestamp)
deploy: release_message = Branch $(revision) (at $(run cat $(release_path)/REVISION)) deployed as release $(notdir $(release_path)) by $(deployed_by)

## Make an earlier release live again: the one before, or fake rollback:release=NAME
rollback @: choose-release starting started reverting reverted publishing published finishing_rollback finished
rollback: record = deploy
rollback: release_path = $(releases_path)/$(or $(release),$(file <$(rollback_choice)))
rollback: release_message = $(deployed_by) rolled back to release $(notdir $(release_path))

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
## Stage: old releases go
finishing @: log-revision cleanup
## Stage to hook into: restart the application after it
finished @:
## Stage: the release to go back to is looked for on every host
reverting @: check-release
## Stage to hook into
reverted @:
## Stage: what was rolled back from is put away
finishing_rollback @: log-revision cleanup-rollback

.BARRIER: reverting check-release publishing publish-release
.PRIMARY: choose-release
.ALWAYS: create-release publish-release

# The names of releases, oldest first, for scripts on the hosts: all; the good ones.
define release_functions
	releases() { ls $(releases_path) 2>/dev/null | sort; }
	state() { cat "$(releases_path)/$$1/.fake-state" 2>/dev/null || echo ready; }
	good() { for name in $$(releases); do [ "$$(state "$$name")" != good ] || echo "$$name"; done; }
	live() { basename "$$(readlink $(current_path) || :)"; }
endef

## Check what a deployment needs, and make its folders
check-deploy @:
	run {
		fail() { echo "check-deploy: $$*" >&2; exit 1; }
		[ -n '$(repo_url)' ] || fail 'repo_url is not set'
		[ -L $(current_path) ] || [ ! -e $(current_path) ] || fail '$(current_path) is no symbolic link: move it away'
		mkdir -p $(shared_path) $(releases_path)
		cd $(shared_path)
		for folder in . $(linked_dirs) $(patsubst %/,%,$(dir $(linked_files))); do
			mkdir -p "$$folder"
		done
		for file in $(if $(filter copy,$(linked_files_missing)),,$(linked_files)); do
			[ -e "$$file" ] || fail "$(shared_path)/$$file is missing: put it there, or set linked_files_missing = copy"
		done
		rm -rf $(releases_path)/.*.building
	}

## Make the new release under a temporary name
create-release @:
	$(release_by_$(strategy))

# A strategy NAME is release_by_NAME, steps that fill building_path, and revision_by_NAME, the commit of `revision`.
revision_by_checkout = $(git-revision $(revision))
define release_by_checkout
run mkdir -p $(building_path)
checkout --repo=$(repo_url) $(revision) $(building_path)
run echo $(current_revision) >$(building_path)/REVISION
endef

# Of a branch, a tag and what an annotated tag stands for, git lists the last one last.
revision_by_clone = $(or $(firstword $(subst |, ,$(lastword $(subst $(tab),|,$(refs_asked))))),$(revision))
refs_asked = $(shell git ls-remote $(repo_url) $(foreach ref,heads/$(revision) tags/$(revision) tags/$(revision)^{},$(quote refs/$(ref))))
tab := $(subst .,,.	.)
define release_by_clone
run --timeout=$(git_timeout) {
	mkdir -p $(building_path)
	[ -f $(repo_path)/HEAD ] || git clone --quiet --mirror $(repo_url) $(repo_path)
	cd $(repo_path)
	git remote set-url origin $(repo_url)
	git remote update --prune >/dev/null
	commit=$$(git rev-parse --verify --quiet $(quote $(revision)^{commit})) ||
		{ echo 'there is no $(revision) in $(repo_url)' >&2; exit 1; }
	git archive --output=$(building_path).tar "$$commit"
	tar -xf $(building_path).tar -C $(building_path)
	rm $(building_path).tar
	echo "$$commit" >$(building_path)/REVISION
}
endef

## Link what the releases share into the new one
link-shared @:
	run {
		cd $(building_path)
		for path in $(linked_dirs) $(linked_files); do
			shared=$(shared_path)/$$path
			mkdir -p "$$(dirname "$$path")"
			[ -e "$$shared" ] || [ ! -f "$$path" ] || cp -p "$$path" "$$shared"
			[ -e "$$shared" ] || { echo "link-shared: neither the release nor $(shared_path) has $$path" >&2; exit 1; }
			rm -rf "$$path"
			ln -s "$$shared" "$$path"
		done
	}

## Give the new release its name, as it is whole
complete-release @:
	run mv $(building_path) $(release_path)

## Make the release the live one
publish-release @:
	link $(release_path) $(current_path)

## Write into revisions.log what was done
log-revision @:
	run echo $(quote $(release_message)) >>$(deploy_path)/revisions.log

## Remove old releases, and what never became one
cleanup @:
	run {
		$(release_functions)
		live=$$(live)
		kept=$$(good | grep -vx "$$live" | tail -n $(if $(filter 0 1,$(keep_releases)),1,$$(($(keep_releases) - 1))))
		for name in $$(releases); do
			case " $$live "$$(echo $$kept)' ' in *" $$name "*) continue ;; esac
			rm -rf "$(releases_path)/$$name"
		done
	}

## Choose the release to go back to, on the first host for all
choose-release @:
	local mkdir -p $(dir $(rollback_choice))
	local echo '$(or $(release),$(run $(previous_release)))' >$(rollback_choice)

define previous_release
$(release_functions)
live=$$(live); last=; for name in $$(good); do [ "$$name" != "$$live" ] || break; last=$$name; done; echo $$last
endef

## Look for the release to go back to
check-release @:
	run {
		[ '$(release_path)' != '$(releases_path)/' ] || { echo 'there is no good release before the live one' >&2; exit 1; }
		[ -d $(release_path) ] || { echo 'there is no release $(release_path)' >&2; exit 1; }
	}

## Put away the releases that are newer than the one gone back to: as rolled-back-release-NAME.tar.gz
cleanup-rollback @:
	run {
		$(release_functions)
		live=$$(live)
		newer=
		for name in $$(releases); do
			if [ -n "$$newer" ]; then
				tar -czf "$(deploy_path)/rolled-back-release-$$name.tar.gz" -C $(releases_path) "$$name"
				rm -rf "$(releases_path)/$$name"
			fi
			[ "$$name" != "$$live" ] || newer=yes
		done
	}

## Mark the new release as one to go back to, after all that hangs on finished
mark-good @:
	run echo good >$(release_path)/.fake-state

## Mark a release whose deployment failed; it is not gone back to
mark-bad @:
	run {
		rm -rf $(building_path)
		[ ! -d $(release_path) ] || echo bad >$(release_path)/.fake-state
	}
on-failure deploy: mark-bad

## The commits between what is live and what would be
pending @:
	local git --no-pager log --oneline $(previous_revision)..$(current_revision)
pending: lock = no
