=== include
include b.mk
$(info $(b))
all: ; @:
--- file b.mk
b = 1
--- out
1

=== include several, with a wildcard
include a.mk *.inc
$(info $(seen))
all: ; @:
--- file a.mk
seen += a
--- file 1.inc
seen += 1
--- file 2.inc
seen += 2
--- out
a 1 2

=== include of a computed name
n = b
include $(n).mk
all: ; @echo $(b)
--- file b.mk
b = 1
--- out
1

=== includes nest
include a.mk
all: ; @echo $(a) $(b)
--- file a.mk
a = 1
include b.mk
--- file b.mk
b = 2
--- out
1 2

=== -include and sinclude do not mind
-include nix.mk
sinclude nix.mk
all: ; @echo fine
--- out
fine

=== include of nothing
nothing =
include $(nothing)
all: ; @echo fine
--- out
fine

=== include of what is not there
include nix.mk
all: ; @:
--- exit 2
--- err
Fakefile:1: nix.mk: No such file or directory
fake: *** No rule to make target 'nix.mk'.  Stop.
--- out

=== -I
--- args -I sub
include b.mk
all: ; @echo $(b)
--- file sub/b.mk
b = 1
--- out
1

=== a goal of an included file is not before one above
all: ; @echo all
include b.mk
--- file b.mk
other: ; @echo other
--- out
all

=== the goal of an included file comes first where it is included first
include b.mk
all: ; @echo all
--- file b.mk
other: ; @echo other
--- out
other

=== a file that includes itself behind a guard
ifndef again
again = 1
include Fakefile
endif
all: ; @echo $(again)
--- err
--- make no

=== an include loop is told of with its chain
include a.mk
all: ; @:
--- file a.mk
include b.mk
--- file b.mk
include a.mk
--- make no
--- exit 2
--- err
include loop: a.mk <- b.mk <- a.mk

=== include of a folder
--- run mkdir folder
include folder
all: ; @:
--- make no
--- exit 2
--- err
Fakefile:1: *** folder: Is a directory.  Stop.

=== an error in an included file has its place there
include b.mk
all: ; @:
--- file b.mk
x = 1
what is this
--- exit 2
--- err
b.mk:2: *** missing separator.  Stop.
--- out

=== all errors of all files are told of in one run
what is this
include b.mk
and this
all: ; @:
--- file b.mk
nor this
--- make no
--- exit 2
--- err
Fakefile:1: *** missing separator.  Stop.
b.mk:1: *** missing separator.  Stop.
Fakefile:3: *** missing separator.  Stop.

=== a rule's recipe does not go on behind an include
all:
include b.mk
	@echo no
--- file b.mk
b = 1
--- exit 2
--- err
Fakefile:3: *** recipe commences before first target.  Stop.
--- out


=== MAKEFILES comes first and gives no goal
$(info $(MAKEFILE_LIST) $(x))
all: ; @echo all
--- file pre.mk
first: ; @echo first
x = 1
--- env MAKEFILES=pre.mk nix.mk
--- make no
--- out
pre.mk Fakefile 1
all

=== MAKEFILES after --eval
$(info $(x))
all: ; @echo all
--- file pre.mk
x = $(y)
--- env MAKEFILES=pre.mk
--- args --eval=y=2

=== MAKEFILES are made
$(info $(x))
all: ; @:
pre.mk: ; @echo x = made > $@
--- env MAKEFILES=pre.mk
