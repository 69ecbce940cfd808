=== -n prints and does nothing
all: ; echo hi > made
--- args -n

=== -n beats @
all: ; @echo hi > made
--- args -n

=== --just-print and --recon are -n
all: ; echo hi > made
--- args --just-print --recon

=== -n runs a line with +
all:
	+echo run $(MAKEFLAGS)
	echo not
--- args -r -n

=== -n runs a line with $(MAKE)
all:
	@echo not
	@echo run$(if ,$(MAKE))
--- args -n --no-print-directory

=== -s
all: ; echo hi
--- args -s

=== --silent and --quiet
all: ; echo hi
--- args --silent --quiet

=== --no-silent takes -s back
all: ; echo hi
--- args -s --no-silent

=== -i
all:
	false
	echo on
--- args -i
--- err
fake: [Fakefile:2: all] Error 1 (ignored)

=== -k
all: a b
a: ; false
b: ; echo b
--- args -k
--- exit 2

=== -S takes -k back
all: a b
a: ; false
b: ; echo b
--- args -k -S
--- exit 2

=== -k and --stop
all: a b
a: ; false
b: ; echo b
--- args --keep-going --stop
--- exit 2

=== -B
all: a
a: ; echo making a; touch a
--- run touch a
--- args -B

=== -q: something is to do
a: ; touch a
--- args -q
--- exit 1

=== -q: nothing is to do
a: ; touch a
--- run touch a
--- args -q

=== -q prints no command
all: a
a: ; echo hi > a
--- args -q
--- exit 1

=== -t
all: a
a: ; echo hi > a
--- args -t

=== -t leaves phony targets alone
.PHONY: all
all: a ; echo all
a: ; echo hi > a
--- args -t all

=== -e
$(info $(x))
x = file
$(info $(x))
all: ; @:
--- env x=environment
--- args -e

=== without -e
x = file
$(info $(x) $(origin x))
all: ; @:
--- env x=environment

=== -e and override
override x = file
$(info $(x) $(origin x))
all: ; @:
--- env x=environment
--- args -e

=== -C
ignored: ; @echo ignored
--- file sub/Fakefile
all: ; @echo in sub
--- args -C sub --no-print-directory

=== -C tells where
ignored: ; @echo ignored
--- file sub/Fakefile
all: ; @echo in sub
--- args -C sub

=== several -C, each from the one before
ignored: ; @echo ignored
--- file a/b/Fakefile
all: ; @echo in $(notdir $(CURDIR))
--- args -C a -C b --no-print-directory

=== --directory
ignored: ; @echo ignored
--- file sub/Fakefile
all: ; @echo in sub
--- args --directory=sub -s

=== -C to nowhere
all: ; @:
--- args -C nowhere
--- exit 2
--- err
*** nowhere: No such file or directory.  Stop.

=== CURDIR is the folder of -C
all: ; @:
--- file sub/Fakefile
$(info $(notdir $(CURDIR)))
all: ; @:
--- args -C sub -s

=== -w
all: ; @echo hi
--- args -w

=== --no-print-directory beats -w
all: ; @echo hi
--- args -w --no-print-directory

=== -s hides the folder, unless -w asks for it
all: ; @echo hi
--- file sub/Fakefile
all: ; @echo in sub
--- args -s -C sub

=== -I
include b.mk
all: ; @echo $(b)
--- file inc/b.mk
b = found
--- args -I inc

=== -I joined, and several
include b.mk c.mk
all: ; @echo $(b) $(c)
--- file one/b.mk
b = one
--- file two/b.mk
b = two
--- file two/c.mk
c = two
--- args -Ione --include-dir=two

=== --eval comes before the file
$(info $(x))
all: ; @:
--- args --eval=x=early

=== several --eval
$(info $(x) $(y))
all: ; @:
--- args --eval=x=1 --eval y=2

=== --eval can say a rule, and the default goal
all: ; @echo all
--- args '--eval=first: ; @echo first'

=== -f several, in turn
a = 1
--- file b.mk
all: ; @echo $(a) $(b) $(MAKEFILE_LIST)
b = 2
--- args -f b.mk
--- make no
--- out
2 b.mk

=== -f joined
ignored: ; @echo ignored
--- file b.mk
all: ; @echo in b
--- args -fb.mk
--- make no
--- out
in b

=== --file and --makefile
ignored: ; @echo ignored
--- file b.mk
b = 2
--- file c.mk
all: ; @echo $(b)
--- args --file=b.mk --makefile c.mk
--- make no
--- out
2

=== -f of what is not there
all: ; @:
--- args -f nowhere.mk
--- exit 2
--- err
nowhere.mk: No such file or directory
fake: *** No rule to make target 'nowhere.mk'.  Stop.

=== letters together
all: a ; echo all
a: ; false
--- args -ki
--- err
fake: [Fakefile:2: a] Error 1 (ignored)

=== a letter's value in its word and behind it
all: ; @echo $(x)
--- args -kj2 -j 2 x=1

=== goals and options in any order
all: ; echo all
b: ; echo b
--- args b -s all

=== -- ends the options
-k: ; @echo goal
--- args -- -k

=== a long option shortened
all: ; echo hi
--- args --sil --no-print

=== -b and -m say nothing
all: ; @echo hi
--- args -b -m

=== -l and -O are taken
all: ; @echo hi
--- args -l 3.5 -Oline --output-sync --output-sync=none --load-average=2

=== an unknown kind of -O
all: ; @echo hi
--- args -Ofoo
--- exit 2

=== --debug of nothing in particular
all: ; @echo hi
--- args --debug=n
--- make no
--- out
hi

=== an empty word
all: ; @echo hi
--- args all ''
--- exit 2
--- err
*** empty string invalid as file name.  Stop.

=== an assignment without a name
all: ; @echo hi
--- args =x
--- exit 2
--- err
*** empty variable name.  Stop.

=== an unknown letter
all: ; @echo hi
--- args -Z
--- exit 2

=== an unknown long option names the nearest
all: ; @echo hi
--- args --always-mkae
--- exit 2
--- make no
--- err
did you mean --always-make?

=== --warn-undefined-variables
$(info [$(x)])
all: ; @:
--- args --warn-undefined-variables
--- err
Fakefile:1: warning: undefined variable 'x'

=== --warn-undefined-variables: empty is not undefined
x =
$(info [$(x)])
all: ; @:
--- args --warn-undefined-variables
--- out
[]

=== assignments of all kinds
w = file
all: ; @echo '$(v) $(w) $(x) $(y)'
--- args v=1 w:=$(v)2 x+=3 y?=4

=== an assignment beats the file
x = file
y += file
all: ; @echo $(x) $(y) $(origin x)
--- args x=line y=line

=== an assignment is of a simple variable's kind
all: ; @echo $(flavor x) $(flavor y)
--- args x:=1 y=2

=== no goal and no target
x = 1
--- exit 2
--- err
*** No targets.  Stop.

=== no file at all
all: ; @:
--- file sub/x
--- args -C sub -s
--- make no
--- exit 2
--- err
*** No targets specified and no makefile found.  Stop.

=== no file at all, and a goal
all: ; @:
--- file sub/x
--- args -C sub -s foo
--- make no
--- exit 2
--- err
*** No rule to make target 'foo'.  Stop.

=== no file at all, and --eval
all: ; @:
--- file sub/x
--- args -C sub -s '--eval=all: ; @echo made'
--- make no
--- out
made

=== a Makefile will do
all: ; @:
--- file sub/Makefile
all: ; @echo in Makefile
--- args -C sub -s
--- make no
--- out
in Makefile

=== makefile before Makefile
all: ; @:
--- file sub/Makefile
all: ; @echo in Makefile
--- file sub/makefile
all: ; @echo in makefile
--- args -C sub -s
--- make no
--- out
in makefile

=== Fakefile before all others
all: ; @:
--- file sub/GNUmakefile
all: ; @echo in GNUmakefile
--- file sub/Fakefile
all: ; @echo in Fakefile
--- args -C sub -s
--- make no
--- out
in Fakefile


=== -k makes the other goals when no rule makes one
all: ; @echo all
b: nope ; @echo b
--- args -k zz b all
--- exit 2
--- out
all
--- err
fake: *** No rule to make target 'zz'.
fake: *** No rule to make target 'nope', needed by 'b'.
fake: Target 'b' not remade because of errors.

=== a slip in a word of fake's own
all: ; @echo all
--- args statu
--- make no
--- exit 2
--- err
fake: *** No rule to make target 'statu'.  Stop.
did you mean 'status'?

=== --shuffle
all: a b c .WAIT d ; @echo $^ $(MAKEFLAGS)
a b c d: ; @echo $@
--- args --shuffle=reverse
--- make no
--- out
c
b
a
d
a b c d --shuffle=reverse

=== --shuffle: what failed says in which order
all: a b ; @echo $^
a: ; @false
b: ;
--- make no
--- args --shuffle=123
--- exit 2
--- err
fake: *** [Fakefile:2: a] Error 1 shuffle=123

=== --shuffle: none, behind another; a wrong one
all: a b
a b: ; @echo $@
--- make no
--- args --shuffle=reverse --shuffle=none
--- out
a
b

=== --shuffle of no known mode
all: ;
--- make no
--- args --shuffle=often
--- exit 2
--- err
fake: *** --shuffle wants random, reverse, none or a number, not 'often'.  Stop.
