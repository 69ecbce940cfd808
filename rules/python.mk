# Python packages: pack here, install into a virtualenv on the hosts: include python.mk
#
#	fake -H newserver.example.com bootstrap
#	fake pack install

include util.mk

## The Python of this machine and of the hosts
python ?= python3
## The name and version of the distribution, as setup.py, pyproject.toml or setup.cfg says
dist ?= $(if $(filter setup.py,$(dist_source)),$(shell $(python) setup.py --fullname),$(shell $(python) -c $(quote $(dist_by_metadata))))
## What goes into the distribution: files and folders
dist_files ?= $(sort $(dist_metadata) $(wildcard src) $(patsubst %/__init__.py,%,$(wildcard */__init__.py)))
## What of them does not: what Python leaves there
dist_exclude ?= __pycache__ *.pyc *.egg-info
## The application's folder on the hosts
app_path ?= /var/www/$(project)
## The virtualenv, on the hosts
venv ?= $(app_path)/env
## Where the archive is put before it is installed, on the hosts
install_tmp ?= /tmp
## Options of `pip install`, such as --no-index --find-links=FOLDER; without --use-pep517 a pip before 23.1 keeps no wheels
pip_options ?= --quiet --use-pep517
## Where pip keeps what it fetched and the wheels that it built, on the hosts
pip_cache ?= $(app_path)/.pip-cache
## Files with all that is to be installed beside the package; where one has hashes, nothing without is taken
requirements ?= $(wildcard requirements.txt)
## Files that bootstrap puts into app_path; $(…) in them is expanded
app_templates ?= $(wildcard application.wsgi application.cfg)
## The application for an application.wsgi that bootstrap makes, where there is none here: yourapplication:app
wsgi_app ?=
## The environment variable by which it finds application.cfg, such as YOURAPPLICATION_CONFIG
wsgi_config ?=

dist_source = $(firstword $(or $(wildcard setup.py pyproject.toml),$(error there is neither setup.py nor pyproject.toml, one of which pip needs to install the package)))
dist_metadata = $(wildcard pyproject.toml setup.cfg MANIFEST.in README* LICENSE* LICENCE* *.py)

define dist_by_metadata
import configparser, os, sys
def read():
    if os.path.exists("pyproject.toml"):
        import tomllib
        with open("pyproject.toml", "rb") as file:
            told = tomllib.load(file)
        for told in told.get("project"), told.get("tool", {}).get("poetry"):
            if told and "name" in told:
                return told
    told = configparser.ConfigParser()
    told.read("setup.cfg")
    return told["metadata"] if told.has_option("metadata", "name") else sys.exit("neither pyproject.toml nor setup.cfg names the project")
told = read()
version = told.get("version", "")
print(told["name"] + ("-" + version if version and ":" not in version else ""))
endef

define wsgi_text
import os
$(if $(wsgi_config),os.environ['$(wsgi_config)'] = '$(app_path)/application.cfg'$(newline))from $(word 1,$(subst :, ,$(wsgi_app))) import $(or $(word 2,$(subst :, ,$(wsgi_app))),application) as application

endef

make_venv = [ -x $(venv)/bin/pip ] || $(python) -m venv $(venv)
pip_install = $(venv)/bin/pip install $(pip_options)
pip_environment = PIP_CACHE_DIR=$(pip_cache) PIP_DISABLE_PIP_VERSION_CHECK=1

## Make the archive that pip installs, here; the same bytes from the same tree
pack @local:
	archive --prefix=$(dist)/ $(foreach pattern,$(dist_exclude),--exclude=$(quote $(pattern))) dist/$(dist).tar.gz $(dist_files)

## Install what the package needs into the virtualenv, from the files in requirements
install-requirements @: $(requirements)
	run mkdir -p $(app_path)
	run $(make_venv)
	put $(or $(requirements),$(error requirements names no file)) $(app_path)/
	env $(pip_environment)
	$(foreach file,$(notdir $(requirements)),run $(pip_install) $$(! grep -q -e --hash= $(app_path)/$(file) || echo --require-hashes) -r $(app_path)/$(file)$(newline))

## Put the archive on the hosts and install it into the virtualenv
install @: pack $(if $(requirements),install-requirements)
	run $(make_venv)
	put dist/$(dist).tar.gz $(install_tmp)/
	env $(pip_environment)
	run $(pip_install) --force-reinstall $(if $(requirements),--no-deps )$(install_tmp)/$(dist).tar.gz
	run rm -f $(install_tmp)/$(dist).tar.gz

## Prepare a new host: folders, virtualenv, configuration
bootstrap @: $(app_templates)
	run mkdir -p $(app_path) || { echo "bootstrap: as root there: install -d -o $$(id -un) $(app_path)" >&2; exit 1; }
	run $(make_venv)
	$(if $(app_templates),put --expand $(app_templates) $(app_path)/)
	$(if $(filter application.wsgi,$(notdir $(app_templates))),,$(if $(wsgi_app),put --text=wsgi_text $(app_path)/application.wsgi))
