# nginx in front of the application's servers: include nginx.mk
#
#	@balancer: hosts = lb1.example.com
#	@web:      hosts = web[1-3].example.com
#	fake install-proxy
#
# A rolling update that no visitor sees: one host after the other is out of the balancers' upstreams while it changes.
#
#	before put-app: drain
#	after put-app: reload-gunicorn undrain
#	put-app: batch = 1

include util.mk

## The name of nginx's configuration of this application, and of its upstream
nginx_name ?= $(project)
## The role of the hosts that nginx runs on
nginx_role ?= balancer
## The role whose hosts nginx passes requests to
backend_role ?= web
## The port of the application on them
backend_port ?= 8000
## Where a host of backend_role is reached by nginx
backend_address ?= $(host.name):$(backend_port)
## What else nginx is to know of each of them, such as max_fails=2 fail_timeout=5s
backend_options ?=
## Where nginx listens: a port, or an address and a port
nginx_listen ?= 80
## The names that the site is served under
nginx_names ?= _
## The site's configuration, a file here in which $(…) is expanded; empty: one made of the variables above
nginx_template ?= $(wildcard nginx.conf)
## The site's configuration on the hosts
nginx_site ?= /etc/nginx/conf.d/$(nginx_name).conf
## The link that enables the site; empty where nginx_site itself is read
nginx_enabled ?=
## nginx, with the options that it was started with
nginx ?= nginx
## Where its master's process id stands
nginx_pid ?= /run/nginx.pid
## For how many seconds to wait for requests that go on, after a reload
nginx_seconds ?= 30

# The upstream block of all hosts of backend_role, for templates
nginx_upstream = upstream $(nginx_name) {$(each $(@$(backend_role)),$(newline)	server $(strip $(backend_address) $(backend_options));)$(newline)}

define nginx_site_text
$(nginx_upstream)
server {
	listen $(nginx_listen);
	server_name $(nginx_names);
	location / {
		proxy_pass http://$(nginx_name);
		proxy_set_header Host $$http_host;
		proxy_set_header X-Forwarded-For $$proxy_add_x_forwarded_for;
		proxy_set_header X-Forwarded-Proto $$scheme;
	}
}

endef

# Waits until the workers that were there have ended: they answer what they have begun, by the old configuration.
define nginx_functions
	master=$$(cat $(nginx_pid)) && lives "$$master" || fail 'nginx does not run: $(nginx_pid)'
	old=$$(children "$$master")
	old_ended() { for worker in $$old; do ! lives "$$worker" || return 1; done; }
	reload() {
		$(nginx) -s reload || fail 'nginx was not reloaded'
		within $(nginx_seconds) old_ended || echo '$@: some requests go on after $(nginx_seconds) s' >&2; }
endef

## Put the site's configuration; when nginx refuses it, the old one is back and nothing is reloaded
install-proxy @$(nginx_role):
	$(call put_checked,$(nginx_site),--mode=644 $(if $(nginx_template),--expand $(nginx_template),--text=nginx_site_text),$(nginx) -t -q,$(nginx_enabled))
after install-proxy: reload-nginx

## Let nginx read its configuration again, when it is right; waits until the old workers have ended
reload-nginx @$(nginx_role):
	@$(as_root) {
		$(host_functions)
		$(nginx_functions)
		$(nginx) -t -q || fail 'nginx refuses its configuration: not reloaded'
		reload
	}

# $(call nginx_edit,ADDRESS,SED SCRIPT): new is the site with the line of a server changed; ends where it is so already.
define nginx_edit
	$(host_functions)
	new=$$(mktemp)
	trap 'rm -f "$$new"' 0
	sed -e '/^[[:blank:]]*server $(subst .,\.,$1)[ ;]/{ $2; }' $(nginx_site) >"$$new"
	grep -q '^[[:blank:]]*server $(subst .,\.,$1)[ ;]' "$$new" || fail '$(nginx_site) has no server $1'
	! cmp -s "$$new" $(nginx_site) || exit 0
endef

## Let no balancer pass requests to this host; waits until those it has begun are answered
drain @$(backend_role):
	@$(as_root) --on=@$(nginx_role) {
		$(call nginx_edit,$(backend_address),s/ down;/;/; s/;/ down;/)
		grep '^[[:blank:]]*server [^{]*;' "$$new" | grep -qv ' down;' || fail 'no other host would be left to serve'
		cat "$$new" >$(nginx_site)
		$(nginx_functions)
		reload
	}

## Let the balancers pass requests to this host again
undrain @$(backend_role):
	@$(as_root) --on=@$(nginx_role) {
		$(call nginx_edit,$(backend_address),s/ down;/;/)
		cat "$$new" >$(nginx_site)
		$(nginx_functions)
		reload
	}
