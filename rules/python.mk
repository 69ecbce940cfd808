# Python packages: pack here, install into a virtualenv on the hosts: include python.mk
#
#	fake -H newserver.example.com bootstrap
#	fake pack install

## The Python of this machine and of the hosts
python ?= python3
## The name of the distribution, without its ending
dist ?= $(shell $(python) setup.py --fullname)
## What goes into the distribution: files and folders
dist_files ?= $(wildcard setup.py setup.cfg pyproject.toml MANIFEST.in README*) $(patsubst %/__init__.py,%,$(wildcard */__init__.py))
## The application's folder on the hosts
app_path ?= /var/www/$(project)
## The virtualenv, on the hosts
venv ?= $(app_path)/env
## Where the archive is put before it is installed, on the hosts
install_tmp ?= /tmp
## Options of `pip install`, such as --no-index --find-links=FOLDER
pip_options ?= --quiet
## Files that bootstrap puts into app_path
app_templates ?= $(wildcard application.wsgi application.cfg)

## Make the archive that pip installs, here; the same bytes from the same tree
pack @local:
	archive --prefix=$(dist)/ dist/$(dist).tar.gz $(dist_files)

## Put the archive on the hosts and install it into the virtualenv
install @: pack
	run test -x $(venv)/bin/pip || $(python) -m venv $(venv)
	put dist/$(dist).tar.gz $(install_tmp)/
	run $(venv)/bin/pip install --force-reinstall $(pip_options) $(install_tmp)/$(dist).tar.gz
	run rm -f $(install_tmp)/$(dist).tar.gz

## Prepare a new host: folders, virtualenv, configuration
bootstrap @: $(app_templates)
	run mkdir -p $(app_path)
	run test -x $(venv)/bin/pip || $(python) -m venv $(venv)
	$(if $(app_templates),put $(app_templates) $(app_path)/)
