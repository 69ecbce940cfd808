=== a task runs on every host of its role
ssh_transport = local
hosts =
@web: hosts = web[1-2]
deploy @web: ; run touch ran-$(host.name)
check @local: deploy
	local true
--- make no
--- args check -q
--- exit 1

=== an unknown role in a binding names the nearest
@web: hosts = w1 w2
deploy @wbe: ; run true
--- make no
--- exit 2
--- err
Fakefile:2: *** '@wbe' is neither a role nor a host of one.  Stop.
did you mean @web?

=== a name that is bound and declared is a host
@db1: ssh_transport = local
deploy @db1: ; run true
--- make no
--- args -n

=== variables of what is no role, no host and not bound
@web: hosts = w1
@wbe: branch = x
deploy @web: ; run true
--- make no
--- exit 2
--- err
Fakefile:2: *** '@wbe' is neither a role nor a host of one.  Stop.

=== a variable of several roles and hosts in one line
@web: hosts = w1
@db: hosts = d1:22
@web	@d1:22 @o1  : x = both $(host.name)
@web @db: x ?= $(error not undefined)
deploy @web @db @o1: ; $(error of $(host): $(x))
--- make no
--- args -n -k deploy
--- exit 2
--- err
of w1: both w1
of d1:22: both d1
of o1: both o1

=== each of several roles has the variable
x = file
@web: hosts = w1
@db: hosts = localhost
name = web
@$(name) @db: x += $(@web)
deploy @web @db: ; $(error of $(host): $(x))
--- make no
--- args -k -H localhost deploy
--- exit 2
--- err
of localhost: file w1

=== ?= where the role has a value, and where the file has
y = file
@web: hosts = w1
@web: x = both
@web: x ?= other
@web: y ?= other
deploy @web: ; $(error $(x) $(y))
--- make no
--- args -n deploy
--- exit 2
--- err
*** both file.

=== several roles, one of which means something
@web @all: x = 1
@web @wbe: x = 1
@web: hosts = w1
deploy @web: ; run true
--- make no
--- exit 2
--- err
Fakefile:1: *** '@all' has a meaning of its own
Fakefile:2: *** '@wbe' is neither a role nor a host of one.  Stop.

=== several roles that an expansion brings
b = @web @db
@web: hosts = w1
@db: hosts = d1
$(b): branch = next
deploy @web: ; run true
--- make no
--- exit 2
--- err
Fakefile:4: *** the roles and hosts of a variable are those that the line itself names.  Stop.
write `@name: variable = value`

=== a role's name is no host's
@web: hosts = web
deploy @web: ; run true
--- make no
--- exit 2
--- err
'web' is the name of a host: no role is called so

=== names with a meaning of their own
@all: hosts = a
@local: hosts = a
@D: hosts = a
deploy @: ; run true
--- make no
--- exit 2
--- err
Fakefile:1: *** '@all' has a meaning of its own
Fakefile:2: *** '@local' has a meaning of its own
Fakefile:3: *** '@D' has a meaning of its own

=== a malformed host
@web: hosts = web[3-1] -oProxy we;b [::1
deploy @web: ; run true
--- make no
--- exit 2
--- err
malformed host 'web[3-1]'
malformed host '-oProxy'
malformed host 'we;b'
malformed host '[::1'

=== roles that are made from themselves
@a: hosts = $(@b)
@b: hosts = $(@a)
t @a: ; run true
--- make no
--- exit 2
--- err
are made from themselves

=== @ and a role do not go together
@web: hosts = w1
t @ @web: ; run true
--- make no
--- exit 2
--- err
do not go together in one binding

=== a second, different binding
@web: hosts = w1
@db: hosts = d1
t @web: ; run true
t @db:
t @web: x
x: ;
--- make no
--- exit 2
--- err
Fakefile:4: *** target 't' is bound to @db here, and to @web at line 3.  Stop.

=== a binding that an expansion brings
b = @web
@web: hosts = w1 w2
t $(b): ; run true
$(info $(@web) $(@all))
--- make no
--- args --list
--- end

=== a target called @x is none of a role's lines
@x: a ; @echo $@
a: ;@:

=== an undefined variable in a task
app_path = /srv
t @local: ; local rm -rf $(app_pth)/x
--- make no
--- exit 2
--- err
Fakefile:2: *** undefined variable 'app_pth'.  Stop.
did you mean 'app_path'?

=== an undefined variable behind others
a = $(b)
b = $(c)
t @local: ; local echo $(a)
--- make no
--- exit 2
--- err
Fakefile:2: *** undefined variable 'c'.  Stop.

=== conditions may be undefined
t @local: ; local echo $(if $(x),yes,no) $(or $(y),z)
--- make no
--- out
[local] Executing task 't'
[local] local: echo no z
[local] out: no z
--- end

=== a step of a task in a rule of make's
t:
	put a b
--- make no
--- exit 2
--- err
Fakefile:2: *** 'put' is a step of a task, and 't' is none.  Stop.
write `t @:`

=== sudo in a rule of make's that a task leads to
t @local: r ; local true
r:
	sudo true
--- make no
--- exit 2
--- err
Fakefile:3: *** 'sudo' in 'r', which runs here, for the sake of a task.  Stop.
write `r @:`

=== steps indented with blanks
t @local:
  local echo 1
    local echo 2
--- make no
--- args -n

=== blanks before what is no step
t @local:
  local echo 1
  echo 2
--- make no
--- exit 2
--- err
Fakefile:3: *** missing separator.  Stop.

=== a hook without a rule
t @local: ; local true
after t: restrat
restart @local: ; local true
--- make no
--- exit 2
--- err
Fakefile:2: *** no rule for 'restrat', which a hook names.  Stop.
did you mean 'restart'?

=== a hook of a target without a rule
t @local: ; local true
after t tt: t
--- make no
--- exit 2
--- err
Fakefile:2: *** no rule for 'tt', which a hook names.  Stop.
            ^~

=== a hook that says nothing
t @local: ; local true
after t:
--- make no
--- exit 2
--- err
Fakefile:2: *** hook 'after t' names no task and has no recipe.  Stop.

=== a target called before alone is a target
before: a ; @echo $@ $^
a: ;@:

=== a block whose verb is a variable's value
verb ?= local
t @local:
	$(verb) {
		for word in one two; do # the shell's
			echo $$word
		done
	}
--- args -s
--- make no
--- out
[local] out: one
[local] out: two

=== a block ends in the column of its verb
t @local:
	local {
		says() {
			echo $$1
		}
		says done
	}
--- args -s
--- make no
--- out
[local] out: done

=== a block without its end
t @local:
	local {
	echo 1
x: ;
--- make no
--- exit 2
--- err
Fakefile:2: *** missing '}' in the column of its verb.  Stop.

=== a prerequisite from a variable that only a role sets
@web: hosts = w1
@web: pkg = x
t @web: $(pkg) ; run true
--- make no
--- exit 2
--- err
Fakefile:3: *** variable 'pkg' has a value on hosts only

=== an unknown role's list, in a task's recipe
@web: hosts = w1
t @web: ; run echo $(@wbe)
--- make no
--- exit 2
--- err
Fakefile:2: *** unknown role 'wbe'.  Stop.
did you mean 'web'?

=== an unknown function, in a task's recipe
t @local: ; local echo $(qoute a)
--- make no
--- exit 2
--- err
Fakefile:1: *** unknown function 'qoute'.  Stop.
did you mean 'quote'?

=== a target from a variable that only a role sets
@web: hosts = w1
@web: pkg = x
$(pkg) @local: ; local true
other: ; @:
--- make no
--- args other
--- exit 2
--- err
Fakefile:3: *** variable 'pkg' has a value on hosts only

=== a value that two roles of -R give differently, on this machine
@web: hosts = w1
@web: pkg = x
@db: hosts = d1
@db: pkg = a longer one
t @local: ; local echo $(pkg)
--- make no
--- args -R web,db t
--- exit 2
--- err
*** pkg is not the same in the roles web and db, and this machine is in neither.  Stop.

=== nodes are to come
node service
x: y
endnode
all: ; @echo all
--- make no
--- exit 2
--- err
Fakefile:1: *** nodes are not supported yet.  Stop.

=== documentation
## builds it
all: a ; @: 
a: ;@: ## not this
b: ## makes b
--- args --list
--- make no

=== the hosts of a role that this run may work on
@web: hosts = w1 w2 admin@w3:2222
@db: hosts = d1
t @local:
	@local echo "[$(@web.selected)] [$(@db.selected)] [$(@all.selected)] [$(each $(@web.selected),$(host.name);)]"
--- make no
--- args -R web -x w1 t
--- out
[local] Executing task 't'
[local] out: [w2 admin@w3:2222] [] [w2 admin@w3:2222] [w2; w3;]

=== a host that is given to a role is among its selected ones
@web: hosts = w1
t @local:
	@local echo "[$(@web.selected)] [$(@all.selected)]"
--- make no
--- args -H web=w9 t
--- out
[local] Executing task 't'
[local] out: [w9] [w9]

=== an unknown role's selected hosts
@web: hosts = w1
t @local: ; local echo $(@wbe.selected)
--- make no
--- exit 2
--- err
*** unknown role 'wbe'.  Stop.
did you mean 'web'?

=== what a target says for all its steps is checked first
timeout = 5x
x = 3
all: a b
a b @local:
	local true
a: retry_delay = -1
a: timeout = $(x)
b: retries = no
--- make no
--- exit 2
--- err
Fakefile:6: *** 'retry_delay' is a number of seconds, not '-1'.  Stop.
    a: retry_delay = -1
    ^~~~~~~~~~~~~~~~~~~
Fakefile:1: *** 'timeout' is a number of seconds, not '5x'.  Stop.
    timeout = 5x
    ^~~~~~~~~~~~
Fakefile:8: *** 'retries' is a whole number, not 'no'.  Stop.
    b: retries = no
    ^~~~~~~~~~~~~~~

=== a lock is taken or not
a @local:
	local true
a: lock = false
--- make no
--- exit 2
--- err
Fakefile:3: *** 'lock' of 'a' is yes or no, not 'false'.  Stop.

=== a wrong way to hosts is told once for all
@web: hosts = web[1-3]
@web: ssh_transport = foo
@web2: ssh_port = x
deploy @web: ; run true
--- make no
--- exit 2
--- err
Fakefile:2: *** ssh_transport of web[1-3] is 'foo', not auto, ssh, openssh, local or command PROGRAM….  Stop.
    @web: ssh_transport = foo
    ^~~~~~~~~~~~~~~~~~~~~~~~~
Fakefile:3: *** ssh_port of web2 is 'x', not a number from 1 to 65535.  Stop.
    @web2: ssh_port = x
    ^~~~~~~~~~~~~~~~~~~
