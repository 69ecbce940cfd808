=== shell
$(info [$(shell echo a b)])
all: ; @:
--- out
[a b]

=== newlines become blanks
$(info [$(shell printf 'a\nb\n\nc\n\n\n')])
all: ; @:
--- out
[a b  c]

=== carriage returns before newlines go
$(info [$(shell printf 'a\r\nb\r\n')])
all: ; @:
--- out
[a b]

=== blanks stay
$(info [$(shell echo "  a  b  ")])
all: ; @:
--- out
[  a  b  ]

=== shell gets dollars doubled
x = 2
$(info [$(shell x=1; echo $$x $(x))])
all: ; @:
--- out
[1 2]

=== a number sign in a function
$(info [$(shell echo '#x')])
all: ; @:
--- out
[#x]

=== the status of a shell
$(info [$(shell exit 3)$(.SHELLSTATUS) $(shell true)$(.SHELLSTATUS) $(shell false)$(.SHELLSTATUS)])
all: ; @:
--- out
[3 0 1]

=== the status of a shell that a signal ended
$(info [$(shell kill -9 $$$$)$(.SHELLSTATUS)])
all: ; @:
--- out
[137]

=== a command that is not there
$(info [$(shell nonexistent-command 2>/dev/null)$(.SHELLSTATUS)])
all: ; @:
--- out
[127]

=== shell in := runs once
x := $(shell echo a >>log; wc -l <log)
$(info [$(words $(x) $(x) $(shell cat log))])
all: ; @:
--- out
[3]

=== shell in = runs each time
x = $(shell echo a >>log)
$(info [$(x)$(x)$(words $(shell cat log))])
all: ; @:
--- out
[2]

=== shell takes SHELL and .SHELLFLAGS
SHELL = /bin/echo
.SHELLFLAGS = -n a
$(info [$(shell b c)])
SHELL = /bin/sh
.SHELLFLAGS = -c
all: ; @:
--- out
[a b c]

=== shell has no standard error of ours
$(info [$(shell echo a; echo b >&2)])
all: ; @:
--- err
b
--- out
[a]

=== shell with several lines
--- make no
define x
for i in 1 2; do
  echo $$i
done
endef
$(info [$(shell $(x))])
all: ; @:
--- out
[1 2]

=== shell with a pipe
$(info [$(shell echo c b a | tr " " "\n" | sort)])
all: ; @:
--- out
[a b c]

=== shell in a recipe
all:
	@echo $(shell echo here) $$(echo there)
--- out
here there

=== !=
x != printf "a\nb\n"
$(info [$(x)] $(.SHELLSTATUS))
all: ; @:
--- out
[a b] 0

=== a megabyte from a shell
$(info $(words $(shell seq 1 150000)))
all: ; @:
--- out
150000

=== file writes
$(file >f,a b)
$(info [$(shell cat f)])
$(file >f,c)
$(info [$(shell cat f)])
all: ; @:
--- out
[a b]
[c]

=== file appends
$(file >>f,a)$(file >> f,b)
$(info [$(file <f)] $(shell wc -l <f))
all: ; @:
--- out
[a
b] 2

=== file ends with one newline
define x
a

endef
$(file >f,$(x))
$(info $(shell wc -c <f))
all: ; @:
--- out
2

=== file without a text
$(file >f)
$(file >g,)
$(info $(shell cat f g | wc -c))
all: ; @:
--- out
1

=== file reads
--- run printf "a b\nc\n" >f
$(info [$(file <f)|$(file < f)|$(words $(file <f))])
all: ; @:
--- out
[a b
c|a b
c|3]

=== file that is not there
$(info [$(file <nope)])
all: ; @:
--- out
[]

=== file keeps blanks of the text
$(file >f,  a  )
$(info [$(file <f)])
all: ; @:
--- out
[  a  ]

=== file with a long list
l := $(shell seq 1 20000)
$(file >f,$(l))
$(info $(shell wc -w <f))
all: ; @:
--- out
20000

=== file with a wrong operation
$(file f)
all: ; @:
--- exit 2
--- err
Fakefile:1: *** file: invalid file operation: f.  Stop.
--- out

=== file without a name
$(file >)
all: ; @:
--- exit 2
--- err
Fakefile:1: *** file: missing filename.  Stop.
--- out

=== file with too many arguments
$(file <f,x)
all: ; @:
--- exit 2
--- err
Fakefile:1: *** file: too many arguments.  Stop.
--- out

=== file in a folder that is not there
$(file >d/f,x)
all: ; @:
--- exit 2
--- err
Fakefile:1: *** open: d/f: No such file or directory.  Stop.
--- out

=== file in a recipe
all:
	$(file >f,$@)@cat f
--- out
all

=== quote
--- make no
$(info [$(quote a b) $(quote ab) $(quote it's) $(quote )])
all: ; @:
--- out
['a b' ab 'it'\''s' '']

=== quote in a recipe
--- make no
x = a "b" $$c
all:
	@echo $(quote $(x))
--- out
a "b" $c

=== hash
--- make no
--- run echo 1 >a; echo 2 >b; echo 3 >c
$(info [$(if $(filter-out $(hash a),$(hash b)),differ)|$(words $(hash a b))|$(filter $(hash a),$(hash c))])
all: ; @:
--- out
[differ|2|]

=== hash of a file that is not there
--- make no
$(info $(hash nope))
all: ; @:
--- exit 2
--- err
Fakefile:1: *** hash: nope: No such file or directory.  Stop.

=== a variable of a Makefile goes before fake's function
now = mine
quote = <$1>
$(info $(now) $(call quote,a))
all: ; @:
--- out
mine <a>

=== required
--- make no
name = $(required the name of the service)
x := $(name)
all: ; @:
--- exit 2
--- err
Fakefile:1: *** variable 'name' must be set: the name of the service.  Stop.

=== required of what is set
--- make no
--- args name=web
name ?= $(required the name of the service)
$(info $(name))
all: ; @:
--- out
web

=== now is the same all the time
--- make no
$(info [$(if $(filter $(now),$(shell sleep 1)$(now)),same)])
all: ; @:
--- out
[same]

=== $(shell) of a program that is not there
x := $(shell no-such-program a)
all: ; @echo [$x] $(.SHELLSTATUS)
--- out
[] 127
--- err
fake: no-such-program: No such file or directory
