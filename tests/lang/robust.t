=== a variable that refers to itself
a = $(a)
all: ; @echo $(a)
--- exit 2
--- err
*** Recursive variable 'a' references itself (eventually).  Stop.
--- out

=== a variable that refers to itself by another
a = $(b)
b = $(c)
c = $(a)
all: ; @echo $(a)
--- exit 2
--- err
*** Recursive variable
--- out

=== a variable that refers to itself in its simple form
a := x
a := $(a) y
all: ; @echo $(a)
--- out
x y

=== a variable that refers to itself in a function
a = $(subst x,y,$(a))
$(info $(a))
all:
--- exit 2
--- out
--- err
Fakefile:1: *** Recursive variable 'a' references itself (eventually).  Stop.

=== a function that calls itself without end
f = $(call f,x)
$(info $(call f))
all:
--- make no
--- exit 2

=== a function that calls itself without end, on a small stack
all: ; @ulimit -s 512; $(MAKE) --no-print-directory -f deep.mk 2>&1 | grep -c 'nested too deeply'
--- file deep.mk
f = $(call f,x)
$(info $(call f))
all:
--- make no
--- out
1

=== an eval that evaluates itself without end
define d
$(eval $(value d))
endef
$(eval $(value d))
all:
--- make no
--- exit 2

=== a file that includes itself
include Fakefile
all: ; @echo hi
--- make no
--- exit 2

=== two files that include each other
include a.mk
all: ; @echo hi
--- file a.mk
include b.mk
--- file b.mk
include a.mk
--- make no
--- exit 2

=== a target that needs itself
all: all ; @echo all
--- out
all

=== a cycle of two
all: a ; @echo all
a: b ; @echo a
b: a ; @echo b
--- out
b
a
all

=== a cycle through order-only prerequisites
all: a ; @echo all
a: | b ; @echo a
b: | a ; @echo b
--- out
b
a
all

=== parentheses 10,000 deep
all: ; @echo done
--- run python3 -c "print('x = ' + '\$(' * 10000 + 'y' + ')' * 10000 + '\n\$(info [\$x])')" >> Fakefile
--- make no
--- exit 2
--- err
Fakefile:2: *** references are nested too deeply.  Stop.

=== if 10,000 deep
all: ; @echo done
--- run python3 -c "print('x = ' + '\$(if a,' * 10000 + 'y' + ')' * 10000 + '\n\$(info [\$x])')" >> Fakefile
--- make no
--- exit 2

=== a chain of 10,000 variables
all: ; @echo $(v9000) $(v20000)
--- run python3 -c "print('v0 = end'); [print('v%d = \$(v%d)' % (i, i - 1)) for i in range(1, 20001)]" >> Fakefile
--- make no
--- exit 2

=== a chain of 10,000 targets
all: t9999 ; @echo all
t0: ; @echo t0
--- run python3 -c "[print('t%d: t%d' % (i, i - 1)) for i in range(1, 10000)]" >> Fakefile
--- out
t0
all

=== a chain of 50,000 targets
all: t49999 ; @echo all
t0: ; @echo t0
--- run python3 -c "[print('t%d: t%d' % (i, i - 1)) for i in range(1, 50000)]" >> Fakefile
--- make no
--- out
t0
all

=== conditionals 10,000 deep
all: ; @echo all
--- run python3 -c "print('ifdef SHELL\n' * 10000 + 'x = 1\n' + 'endif\n' * 10000)" >> Fakefile
--- out
all

=== define 1,000 deep
all: ; @echo $(words $(x))
--- run python3 -c "print('define x\n' * 1000 + 'y\n' + 'endef\n' * 1000)" >> Fakefile
--- out
2998

=== a line of a megabyte
all: ; @echo $(words $(x))
--- run python3 -c "print('x = ' + 'word ' * 200000)" >> Fakefile
--- out
200000

=== a megabyte in continuation lines
all: ; @echo $(words $(x))
--- run python3 -c "print('x = ' + 'word \\\\\n' * 200000)" >> Fakefile
--- out
200000

=== 10,000 prerequisites
all: $(x) ; @echo $(words $^)
$(x): ;
--- run python3 -c "print('x = ' + ' '.join('t%d' % i for i in range(10000)) + '\n' + open('Fakefile').read())" > new; mv new Fakefile
--- out
10000

=== CRLF at the ends of lines
--- run printf 'x = a\r\nall:\r\n\t@echo [$(x)]\r\n' > Fakefile
--- make no
--- out
[a]

=== CRLF with continuation lines
--- run printf 'x = a \\\r\n  b\r\nall:\r\n\t@echo [$(x)] \\\r\n\t  c\r\nifeq ($(x),a b)\r\ny = 1\r\nendif\r\n' > Fakefile
--- make no
--- out
[a b] c

=== a BOM
--- run printf '\357\273\277all: ; @echo hi\n' > Fakefile
--- out
hi

=== a BOM in front of a variable
--- run printf '\357\273\277x = 1\nall: ; @echo $(x)\n' > Fakefile
--- out
1

=== no newline at the end
--- run printf 'all: ; @echo hi' > Fakefile
--- out
hi

=== no newline behind a recipe line
--- run printf 'all:\n\t@echo hi' > Fakefile
--- out
hi

=== a backslash at the very end
--- run printf 'all: ; @echo hi\\' > Fakefile
--- make no
--- out
hi\

=== UTF-8 in names and values
größe := 10 €
日本: ; @echo $(größe) $@
--- out
10 € 日本

=== UTF-8 in a pattern
all: ä.ö
%.ö: ; @echo $* $@
--- out
ä ä.ö

=== UTF-8 in functions
x = äöü ßß
all: ; @echo $(subst ö,oe,$(x)) $(patsubst %ß,%s,$(x)) $(sort $(x)) $(words $(x))
--- out
äoeü ßß äöü ßs ßß äöü 2

=== bytes that are no UTF-8
--- run printf 'x = \377\376\nall: ; @printf "%%s" "$(x)" | od -An -tx1\n' > Fakefile
--- out
 ff fe

=== a NUL
--- run printf 'x = a\000b\nall: ; @echo hi\n' > Fakefile
--- make no
--- exit 2
--- err
NUL

=== a NUL in an included file
include a.mk
all: ; @echo hi
--- run printf 'x = a\000b\n' > a.mk
--- make no
--- exit 2

=== a folder in place of the file
--- args -f dir
--- run mkdir dir
--- make no
--- exit 2
--- err
dir: Is a directory

=== a folder in place of an included file
include dir
all: ; @echo hi
--- run mkdir dir
--- exit 2
--- err
dir: Is a directory
--- out

=== an optional include of a folder
-include dir
all: ; @echo hi
--- run mkdir dir
--- exit 2
--- out
--- err
*** dir: Is a directory.  Stop.

=== an empty file
--- run : > Fakefile
--- exit 2
--- err
*** No targets.  Stop.
--- out

=== a file of blanks and comments
--- run printf '\n  \n# x\n\t\n' > Fakefile
--- exit 2
--- out
--- err
fake: *** No targets.  Stop.

=== missing endif
all: ; @echo hi
ifdef a
b = 1
--- exit 2
--- err
Fakefile:4: *** missing 'endif'.  Stop.
--- out

=== missing endif of two
ifdef a
ifdef b
all: ; @echo hi
endif
--- exit 2
--- err
*** missing 'endif'.  Stop.
--- out

=== missing endif in an included file
include a.mk
all: ; @echo hi
--- file a.mk
ifdef a
b = 1
--- exit 2
--- err
a.mk:3: *** missing 'endif'.  Stop.
--- out

=== endif too many
endif
all:
--- exit 2
--- err
Fakefile:1: *** extraneous 'endif'.  Stop.
--- out

=== else too many
ifdef a
else
else
endif
all:
--- exit 2
--- err
*** only one 'else' per conditional.  Stop.
--- out

=== an unterminated reference
x = $(y
all: ; @echo $(x)
--- exit 2
--- err
*** unterminated variable reference.  Stop.
--- out

=== an unterminated call
x := $(subst a,b
all:
--- exit 2
--- err
*** unterminated call to function 'subst': missing ')'.  Stop.
--- out

=== too few arguments
x := $(subst a)
all:
--- exit 2
--- err
*** insufficient number of arguments (1) to function 'subst'.  Stop.
--- out

=== a word that is no number
x := $(word x,a b)
all:
--- exit 2
--- err
*** non-numeric first argument to 'word' function: 'x'.  Stop.
--- out

=== word 0
x := $(word 0,a b)
all:
--- exit 2
--- err
*** first argument to 'word' function must be greater than 0.  Stop.
--- out

=== all errors of a file in one run
x := $(word 0,a)
all
	@echo hi
y := $(subst a)
--- make no
--- exit 2
--- err
Fakefile:1: ***
Fakefile:2: ***
Fakefile:4: ***

=== a private global is not seen in recipes
private x = 1
all: ; @echo [$(x)]
--- out
[]

=== a private variable of a target
all: private x = 1
all: a ; @echo all [$(x)]
a: ; @echo a [$(x)]
--- out
a []
all [1]

=== private with a modifier
all: private override x = 1
all: a ; @echo all [$(x)]
a: ; @echo a [$(x)]
--- args x=2
--- out
a [2]
all [1]

=== MAKEFILES
all: ; @echo $(from)
--- file a.mk
from = a
--- env MAKEFILES=a.mk
--- out
a

=== MAKEFILES of two, one missing
all: ; @echo $(from) $(MAKEFILE_LIST)
--- file a.mk
from = a
--- env MAKEFILES=nix.mk a.mk
--- out
a a.mk Fakefile

=== MAKEFILES gives no default goal
all: ; @echo all
--- file a.mk
first: ; @echo first
--- env MAKEFILES=a.mk
--- out
all

=== MAKE_HOST
all: ; @echo $(if $(MAKE_HOST),yes)
--- out
yes

=== MAKE_VERSION
all: ; @echo $(if $(MAKE_VERSION),yes)
--- out
yes

=== .FEATURES
all: ; @echo $(filter target-specific order-only second-expansion else-if shortest-stem undefine oneshell grouped-target extra-prereqs,$(.FEATURES))
--- out
target-specific order-only second-expansion else-if shortest-stem undefine oneshell grouped-target extra-prereqs

=== .VARIABLES
abc = 1
all: ; @echo $(filter abc MAKE SHELL,$(sort $(.VARIABLES)))
--- out
MAKE SHELL abc

=== MAKE_TERMOUT is not set without a terminal
all: ; @echo [$(MAKE_TERMOUT)]
--- out
[]

=== a target named as a folder
all: dir ; @echo all
dir: ; mkdir dir
--- run mkdir dir
--- out
all

=== a prerequisite that is a folder
all: dir ; @echo $<
--- run mkdir dir
--- out
dir

=== a very long name
all: $(shell printf 'a%.0s' $$(seq 1000)) ; @echo all
a%: ;
--- out
all

=== a name with blanks escaped
a\ b: ; @echo "[$@]"
--- out
[a b]

=== a name with a dollar
a$$b: ; @echo '$@'
--- out
a$b

=== a name with a hash
a\#b: ; @echo '$@'
--- out
a#b


=== the caret is under the reference of a step
t @local:
	local echo hello $(undefd) world
	local {
		echo $(other)
	}
--- make no
--- exit 2
--- err
Fakefile:2: *** undefined variable 'undefd'.  Stop.
                      ^~~~~~~~~
Fakefile:4: *** undefined variable 'other'.  Stop.
           ^~~~~~~~
