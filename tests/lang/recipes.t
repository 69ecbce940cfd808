=== an empty recipe
all: ;
--- out
fake: 'all' is up to date.

=== lines are shown
all:
	echo a
--- out
echo a
a

=== @ hides, - forgives, together and in any order
all:
	@echo a
	-@false
	@-false
	 @ echo b
--- out
a
b

=== a failing line ends the recipe
all:
	@echo 1
	@false
	@echo 2
--- exit 2
--- err
fake: *** [Fakefile:3: all] Error 1
--- out
1

=== the exit code is told
all: ; @exit 7
--- exit 2
--- err
fake: *** [Fakefile:1: all] Error 7
--- out

=== - tells and goes on
all:
	-@exit 3
	@echo on
--- err
fake: [Fakefile:2: all] Error 3 (ignored)
--- out
on

=== each line is a shell of its own
all:
	@x=1
	@echo [$$x]
--- out
[]

=== a recipe is expanded when it runs
all: ; @echo $(a)
a = late
--- out
late

=== a variable of several lines
define r
@echo 1
@echo 2
endef
all: ; $(r)
--- out
1
2

=== a canned recipe with a prefix
define r
echo 1
echo 2
endef
all:
	@$(r)
--- out
1
2

=== a reference over two lines
all:
	@echo $(subst a,\
	b,a)
--- out
b

=== a recipe line of blanks only
all:
	   
	@echo 1
--- out
1

=== TAB in front of a conditional is the shell's
all:
	@if true; then \
	  echo yes; \
	fi
--- out
yes

=== automatic variables
all: d/a.o x
	@echo $@ $< $^ $(@D) $(@F) $(<D) $(<F) $(^D) $(^F)
d/a.o x: ;@:
--- out
all d/a.o d/a.o x . all d a.o d . a.o x

=== -s
--- args -s
all: ; echo a
--- out
a

=== -n shows, and runs lines with +
--- args -n
all:
	@echo a
	+@echo b
--- out
echo a
echo b
b

=== $(MAKE) marks a line
--- args -n
all:
	@echo $(MAKE) > /dev/null
	@echo b
--- make no

=== -k goes on
--- args -k
all: a b
a: ; @false
b: ; @echo b
--- exit 2
--- err
fake: *** [Fakefile:2: a] Error 1
fake: Target 'all' not remade because of errors.
--- out
b

=== a command that does not exist
all: ; @nix-nix-nix
--- exit 2
--- err
fake: *** [Fakefile:1: all] Error 127
--- out


=== a line without shell characters is started as it is
.PHONY: all quoted joined assigned builtin
all: quoted joined assigned builtin
quoted:
	printf '%s,' 'a  b' '$$HOME' c'd'e
	@echo
joined:
	@printf %s, a \
	   b\
	c
	@echo
assigned:
	X=1 printenv X
	printenv X=1 || true
builtin:
	cd . && pwd >/dev/null
	umask 022
	:
	test -d .
--- out
printf '%s,' 'a  b' '$HOME' c'd'e
a  b,$HOME,cde,
a,bc,
X=1 printenv X
1
printenv X=1 || true
cd . && pwd >/dev/null
umask 022
:
test -d .

=== a program that is not there
all:
	-no-such-program 1
	-no-such-program 1;
	no-such-program 2
--- exit 2
--- out
no-such-program 1
no-such-program 1;
no-such-program 2
--- err
fake: no-such-program: No such file or directory
fake: [Fakefile:2: all] Error 127 (ignored)
fake: [Fakefile:3: all] Error 127 (ignored)
fake: *** [Fakefile:4: all] Error 127

=== a file that is no program
all:
	-./text
	-./folder
	cat text
--- run mkdir folder; echo hello >text
--- out
./text
./folder
cat text
hello
--- err
fake: ./text: Permission denied
fake: [Fakefile:2: all] Error 127 (ignored)
fake: ./folder: Permission denied
fake: [Fakefile:3: all] Error 127 (ignored)

=== a program text without its first line is the shell's
all:
	./program a b
--- run echo 'echo "$# $1"' >program; chmod +x program
--- out
./program a b
2 a

=== the program is looked for in the PATH that the recipe has
export PATH := $(CURDIR)/bin:$(PATH)
all:
	my-program
--- run mkdir bin; printf '#!/bin/sh\necho mine\n' >bin/my-program; chmod +x bin/my-program
--- out
my-program
mine

=== a shell that is not there
SHELL = /no/such/shell
all:
	true
--- exit 2
--- out
true
--- err
fake: /no/such/shell: No such file or directory
fake: *** [Fakefile:3: all] Error 127
