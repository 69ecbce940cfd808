# A work tree of git on the hosts: include git.mk
#
#	git_url  = git@example.com:hello.git
#	git_path = /srv/hello
#	after git-checkout: reload-gunicorn
#
#	fake git-checkout                   # the branch
#	fake git-checkout:tag=v0.2.3
#	fake git-checkout:commit=1a2b3c4

## Where the repository comes from, as the hosts reach it
git_url ?= $(required where the hosts find the repository)
## The work tree, on the hosts
git_path ?= $(required the folder of the work tree on the hosts)
## What to check out, if neither commit nor tag is set
branch ?= master
## A commit to check out
commit ?=
## A tag to check out
tag ?=
## How many seconds git has for anything it does on a host
git_timeout ?= 600

# A branch is that of the repository, not one that the work tree made of it once.
git_wanted = $(or $(commit),$(if $(tag),refs/tags/$(tag)),origin/$(branch))

## Clone the repository where it is missing
git-clone @:
	run --timeout=$(git_timeout) [ -e $(git_path)/.git ] || git clone --quiet $(git_url) $(git_path)

## Fetch, and check out the commit, tag or branch; fails where files were changed by hand
git-checkout @: git-clone
	cd $(git_path)
	run {
		changed=$$(git status --porcelain --untracked-files=no)
		[ -z "$$changed" ] || {
			printf '$@: changed on %s by hand: look at it (git-status), then git-stash\n%s\n' '$(host)' "$$changed" >&2
			exit 1; }
	}
	run --timeout=$(git_timeout) git fetch --quiet --tags --prune --force origin
	run {
		commit=$$(git rev-parse --verify --quiet $(quote $(git_wanted)^{commit})) || {
			echo '$@: there is no $(git_wanted) in $(git_url)' >&2
			exit 1; }
		git checkout --quiet --detach "$$commit"
		git log -1 --format='%h %s'
	}
git-checkout: args = commit

## Show what is checked out
git-show @:
	cd $(git_path)
	run git --no-pager show --stat --format=fuller

## Show what is checked out, named by the tag before it
git-describe @:
	cd $(git_path)
	run git describe --always --tags --dirty

## Show what was changed by hand
git-status @:
	cd $(git_path)
	run git status --short

## Put away what was changed by hand
git-stash @:
	cd $(git_path)
	run git stash push --quiet --include-untracked -m "fake $(now)"

## Take back what git-stash put away last
git-stash-pop @:
	cd $(git_path)
	run git stash pop

git-show git-describe git-status: lock = no
