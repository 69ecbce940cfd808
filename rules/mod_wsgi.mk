# Applications under Apache's mod_wsgi: include mod_wsgi.mk
#
#	project         = yourapplication
#	apache_name     = www.example.com
#	after bootstrap: install-site
#	after install: reload-wsgi

include util.mk

## The application's folder on the hosts
app_path ?= /var/www/$(project)
## The script that mod_wsgi watches, on the hosts
wsgi_file ?= $(app_path)/application.wsgi
## The virtualenv that the application runs in
venv ?= $(app_path)/env
## The name under which the site is served
apache_name ?= $(host.name)
## The port of the site
apache_port ?= 80
## The site's configuration, a file here in which $(…) is expanded; empty: one made of the variables above
apache_template ?= $(wildcard apache.conf)
## The site's configuration on the hosts
apache_site ?= /etc/apache2/sites-available/$(project).conf
## The link that enables the site; empty where apache_site itself is read
apache_enabled ?= /etc/apache2/sites-enabled/$(project).conf
## How Apache's configuration is checked
apache_configtest ?= apachectl configtest
## How Apache is told to read it again without dropping a request
apache_reload ?= apachectl graceful

define apache_site_text
<VirtualHost *:$(apache_port)>
	ServerName $(apache_name)
	WSGIDaemonProcess $(project) python-home=$(venv)
	WSGIProcessGroup $(project)
	WSGIApplicationGroup %{GLOBAL}
	WSGIScriptAlias / $(wsgi_file)
	<Directory $(patsubst %/,%,$(dir $(wsgi_file)))>
		Require all granted
	</Directory>
</VirtualHost>

endef

## Let mod_wsgi load the application again: touch its script
reload-wsgi @:
	run test -f $(wsgi_file) || { echo "no wsgi file $(wsgi_file)" >&2; exit 1; }
	run touch $(wsgi_file)

## Put and enable the site's configuration; when Apache refuses it, the old one is back and nothing is reloaded
install-site @:
	$(call put_checked,$(apache_site),--mode=644 $(if $(apache_template),--expand $(apache_template),--text=apache_site_text),$(apache_configtest),$(apache_enabled))
after install-site: reload-apache

## Check Apache's configuration; does nothing else
apache-configtest @:
	$(as_root) $(apache_configtest)

## Let Apache read its configuration again, when it is right
reload-apache @: apache-configtest
	$(as_root) $(apache_reload)
