=== = is expanded when used, := when set
b = 1
r = $(b)
s := $(b)
b = 2
$(info $(r) $(s))
all: ; @:
--- out
2 1

=== ::= is :=
b = 1
s ::= $(b)
b = 2
$(info $(s) $(flavor s))
all: ; @:
--- out
1 simple

=== :::= is expanded now, its dollars quoted
--- make 4.4
b = $$x
s :::= $(b)
b = 2
$(info $(s) $(value s) $(flavor s))
all: ; @:
--- out
$x $$x recursive

=== ?= sets what is not set
a ?= 1
a ?= 2
b =
b ?= 3
$(info [$(a)] [$(b)])
all: ; @:
--- out
[1] []

=== ?= leaves the environment's value
--- env FROM_ENV=e
FROM_ENV ?= f
$(info $(FROM_ENV) $(origin FROM_ENV))
all: ; @:
--- out
e environment

=== += adds with a blank
a = 1
a += 2
a += 3
$(info [$(a)])
all: ; @:
--- out
[1 2 3]

=== += to nothing adds no blank
a =
a += 1
b += 1
$(info [$(a)] [$(b)] $(flavor b))
all: ; @:
--- out
[1] [1] recursive

=== += to a simple variable expands now
x = 1
a := 0
a += $(x)
x = 2
$(info $(a) $(flavor a))
all: ; @:
--- out
0 1 simple

=== += to a recursive one expands later
x = 1
a = 0
a += $(x)
x = 2
$(info $(a) $(flavor a))
all: ; @:
--- out
0 2 recursive

=== += of nothing adds nothing
a = 1
a +=
$(info [$(a)])
all: ; @:
--- out
[1]

=== != runs a command
a != echo one; echo two
$(info [$(a)] $(flavor a))
all: ; @:
--- out
[one two] recursive

=== blanks around the value: leading ones go, trailing ones stay
a =    x  y   
$(info [$(a)])
all: ; @:
--- out
[x  y   ]

=== a one-letter reference needs no parentheses
a = 1
$(info $a $(a) ${a})
all: ; @:
--- out
1 1 1

=== $ and a letter is that variable, the rest is text
x = 1
xy = 2
$(info $xy)
all: ; @:
--- out
1y

=== names are computed
a = b
b = c
c = end
$(info $($($(a))))
all: ; @:
--- out
end

=== a name is computed on the left side
n = x
$(n)_y = 1
$(info $(x_y))
all: ; @:
--- out
1

=== a name with odd characters
a.b-c/d = 1
$(info $(a.b-c/d))
all: ; @:
--- out
1

=== a substitution reference
o = a.o b.o c.x
$(info $(o:.o=.c) $(o:%.o=x/%.c))
all: ; @:
--- out
a.c b.c c.x x/a.c x/b.c c.x

=== the command line beats the file
--- args a=2
a = 1
$(info $(a) $(origin a))
all: ; @:
--- out
2 command line

=== override beats the command line
--- args a=2
override a = 1
$(info $(a) $(origin a))
all: ; @:
--- out
1 override

=== override += adds to the command line's value
--- args a=2
override a += 3
a += 4
$(info $(a))
all: ; @:
--- out
2 3

=== the file beats the environment
--- env a=2
a = 1
$(info $(a) $(origin a))
all: ; @:
--- out
1 file

=== -e: the environment beats the file
--- env a=2
--- args -e
a = 1
$(info $(a) $(origin a))
all: ; @:
--- out
2 environment override

=== := on the command line
--- args a:=$(b) b=1
$(info [$(a)] $(flavor a))
all: ; @:
--- out
[] simple

=== undefine
a = 1
undefine a
$(info [$(a)] $(origin a))
all: ; @:
--- out
[] undefined

=== undefine does not reach the command line's value
--- args a=2
undefine a
$(info [$(a)])
override undefine a
$(info [$(a)])
all: ; @:
--- out
[2]
[]

=== define keeps lines
define two
one
two
endef
$(info [$(two)])
all: ; @:
--- out
[one
two]

=== define with an operator
x = 1
define a :=
$(x)
endef
define b +=
2
endef
b = 0
define b +=
2
endef
x = 3
$(info $(a) $(b))
all: ; @:
--- out
1 0 2

=== define nests
define outer
define inner
x
endef
y
endef
$(info [$(outer)])
all: ; @:
--- out
[define inner
x
endef
y]

=== define joins continuations
define a
one \
   two
endef
$(info [$(a)])
all: ; @:
--- out
[one two]

=== define of nothing
define a
endef
$(info [$(a)])
all: ; @:
--- out
[]

=== define keeps comments and tabs
define a
	x # y
endef
$(info [$(a)])
all: ; @:
--- out
[	x # y]

=== endef may have a comment
define a
x
endef # a
$(info [$(a)])
all: ; @:
--- out
[x]

=== override define
--- args a=2
override define a
1
endef
$(info $(a))
all: ; @:
--- out
1

=== a name that begins with a keyword
export_me = 1
define_me = 2
include = 3
ifdef = 4
$(info $(export_me) $(define_me) $(include) $(ifdef))
all: ; @:
--- out
1 2 3 4

=== a variable called export
export = 1
$(info $(export))
all: ; @:
--- out
1

=== origin of each kind
--- args c=1
--- env e=1
f = 1
override o = 1
$(info $(origin c) $(origin e) $(origin f) $(origin o) $(origin CC) $(origin nix))
all:
	@echo $(origin @)
--- out
command line environment file override default undefined
automatic

=== MAKEFILE_LIST
$(info $(strip $(MAKEFILE_LIST)))
include b.mk
$(info $(strip $(MAKEFILE_LIST)))
all: ; @:
--- file b.mk
$(info in $(lastword $(MAKEFILE_LIST)))
--- out
Fakefile
in b.mk
Fakefile b.mk

=== CURDIR
$(info $(notdir $(CURDIR)) $(origin CURDIR))
all: ; @:
--- out
work file

=== MAKELEVEL
$(info $(MAKELEVEL))
all: ; @:
--- out
0

=== .VARIABLES knows a name
a_name_like_this = 1
$(info $(filter a_name_like_this,$(.VARIABLES)))
all: ; @:
--- out
a_name_like_this

=== SHELL is not taken from the environment
--- env SHELL=/bin/nix
$(info $(SHELL))
all: ; @:
--- out
/bin/sh

=== default variables
$(info $(CC) $(CXX) $(AR) $(RM))
all: ; @:
--- out
cc g++ ar rm -f

=== many += stay quick
$(foreach i,1 2 3 4 5 6 7 8 9 0,$(foreach j,1 2 3 4 5 6 7 8 9 0,$(foreach k,1 2 3 4 5 6 7 8 9 0,$(foreach l,1 2 3 4 5 6 7 8 9 0,$(eval v += x)))))
$(info $(words $(v)))
all: ; @:
--- out
10000

=== a colon and = in a value
a = b:c=d
$(info $(a))
all: ; @:
--- out
b:c=d

=== an equals sign in a prerequisite is quoted
a = x\=y
$(info $(a))
all: ; @:
--- out
x\=y

=== a reference on the left of an operator without blanks
n = a
$(n)=1
$(n)+=2
$(info $(a))
all: ; @:
--- out
1 2

=== private at the top level
private a = 1
$(info $(a))
all:
	@echo [$(a)]
--- out
1
[]

=== export is a modifier too
export a = 1
all:
	@echo $$a
--- out
1

=== a dollar that means nothing
a = x$
$(info [$(a)])
all: ; @:
--- out
[x$]

=== $$ is one dollar
a = $$x
$(info $(a))
all:
	@x=shell; echo $$x $(a)
--- out
$x
shell shell

