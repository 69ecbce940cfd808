# Applications under Apache's mod_wsgi: include mod_wsgi.mk

## The script that mod_wsgi watches, on the hosts
wsgi_file ?= $(app_path)/application.wsgi
## How Apache's configuration is checked
apache_configtest ?= apachectl configtest
## How Apache is told to read it again without dropping a request
apache_reload ?= apachectl graceful

## Let mod_wsgi load the application again: touch its script
reload-wsgi @:
	run test -f $(wsgi_file) || { echo "no wsgi file $(wsgi_file)" >&2; exit 1; }
	run touch $(wsgi_file)

## Check Apache's configuration; does nothing else
apache-configtest @:
	run $(apache_configtest)

## Let Apache read its configuration again, when it is right
reload-apache @: apache-configtest
	run $(apache_reload)
