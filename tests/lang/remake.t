=== an included file is made, and read
include b.mk
all: ; @echo $(b)
b.mk: ; echo b = made > $@

=== an optional one, too
-include b.mk
all: ; @echo $(b)
b.mk: ; echo b = made > $@

=== by a pattern rule
include b.mk
all: ; @echo $(b)
%.mk: %.in ; cp $< $@
--- file b.in
b = from in

=== from another that is made
include b.mk
all: ; @echo $(b)
b.mk: c ; cp c b.mk
c: ; echo b = 2 > c

=== one that is made includes another that is made
-include b.mk
all: ; @echo $(b) $(c)
b.mk: ; echo 'b = 1' > $@; echo 'include c.mk' >> $@
c.mk: ; echo 'c = 2' > $@

=== an old one is made anew
include b.mk
all: ; @echo $(b)
b.mk: b.in ; cp $< $@
--- file b.mk
b = old
--- file b.in
b = new
--- run touch -d '2020-01-01' b.mk

=== one up to date is left alone
include b.mk
all: ; @echo $(b)
b.mk: b.in ; cp $< $@
--- file b.in
b = in
--- file b.mk
b = mk
--- run touch -d '2020-01-01' b.in

=== the Fakefile itself is made
$(info reading)
all: ; @echo old
Fakefile: Fakefile.in ; cp $< $@
--- file Fakefile.in
$(info reading anew)
all: ; @echo new
--- run touch -d '2020-01-01' Fakefile

=== a file of -f is made
all: ; @:
--- file b.mk
include c.mk
all: ; @echo $(c)
c.mk: ; echo c = 3 > $@
--- args -f b.mk
--- make no
--- out
echo c = 3 > c.mk
3

=== MAKE_RESTARTS counts
$(info [$(MAKE_RESTARTS)])
-include b.mk
all: ; @:
b.mk: ; @echo b = 1 > $@

=== the environment and the command line are as they were
-include b.mk
$(info $(x) $(y) $(MAKECMDGOALS))
all: ; @:
b.mk: ; @echo b = 1 > $@
--- env x=environment
--- args y=line all

=== -n makes what is read all the same
include b.mk
all: ; echo $(b)
b.mk: ; echo b = 1 > $@
--- args -n

=== -t and -q, too
include b.mk
all: ; @touch all
b.mk: ; @echo b = 1 > $@
--- run touch all
--- args -q

=== a target that is read and a goal is made once
include b.mk
b.mk: ; @echo making; echo b = 1 > $@
--- args b.mk

=== no rule for it
include b.mk
all: ; @:
--- exit 2
--- err
Fakefile:1: b.mk: No such file or directory
fake: *** No rule to make target 'b.mk'.  Stop.

=== no rule for an optional one
-include b.mk
all: ; @echo fine

=== its rule fails
include b.mk
all: ; @:
b.mk: ; @false
--- exit 2
--- err
Fakefile:1: b.mk: No such file or directory
fake: *** [Fakefile:3: b.mk] Error 1

=== the rule of an optional one fails
-include b.mk
all: ; @echo fine
b.mk: ; @false

=== no rule for what it needs
include b.mk
all: ; @:
b.mk: nix ; @touch $@
--- exit 2
--- err
Fakefile:1: b.mk: No such file or directory
fake: *** No rule to make target 'nix', needed by 'b.mk'.  Stop.

=== no rule for what an optional one needs
-include b.mk
all: ; @echo fine
b.mk: nix ; @touch $@

=== one optional file that cannot be made does not keep others
-include a.mk b.mk
all: ; @echo $(b)
a.mk: nix ; @touch $@
b.mk: ; @echo b = made > $@

=== its rule makes nothing
include b.mk
all: ; @echo hi
b.mk: ; @true

=== a phony one is not made
-include b.mk
.PHONY: b.mk
all: ; @echo fine
b.mk: ; @echo never
--- make 4.4
--- out
fine

=== a double-colon rule without prerequisites is not run
-include b.mk
all: ; @echo fine
b.mk:: ; @echo never

=== one that is made the same each time is made once
-include b.mk
all: ; @echo fine
b.mk: FORCE ; @echo making; echo b = 1 > $@
FORCE:
--- make no
--- out
making
making
fine

=== dependencies made by the way
all: a.o b.o
%.o: %.c ; @echo make $@; echo '$@: $*.h' > $*.d; touch $@
-include $(wildcard *.d)
--- file a.c
x
--- file b.c
x
--- file a.h
x
--- file b.h
x

=== dependencies by a rule of their own
all: a.o
a.o: a.c ; @echo make $@ from $^; touch $@
%.d: %.c ; @echo depend $@; echo '$*.o: $*.h' > $@
include a.d
--- file a.c
x
--- file a.h
x

=== errors of the files come before anything is made
include b.mk
b.mk: ; @echo made > $@
all ;
--- exit 2
--- make no
--- out

=== a folder in place of a file
include b.mk
all: ; @:
--- run mkdir b.mk
--- exit 2

=== found by -I and made there
include b.mk
all: ; @echo $(b)
inc/b.mk: b.in ; @cp $< $@
--- file b.in
b = new
--- file inc/b.mk
b = old
--- run touch -d '2020-01-01' inc/b.mk
--- args -I inc

=== one that is different each time
-include b.mk
all: ; @:
b.mk: FORCE ; @echo >> count; echo b = $$(wc -l < count) > $@
FORCE:
--- make no
--- exit 2
--- err
*** b.mk changes each time it is made.  Stop.

=== one that is made badly
-include b.mk
all: ; @:
b.mk: ; @echo nonsense > $@
--- exit 2
--- err
b.mk:1: *** missing separator.  Stop.

=== -k goes on without an included file that cannot be made
include no.mk
all: ; @echo all
no.mk: ; @false
--- args -k
--- exit 2
--- out
all
--- err
Fakefile:1: no.mk: No such file or directory
fake: *** [Fakefile:3: no.mk] Error 1
fake: Failed to remake makefile 'no.mk'.

=== -k goes on without an included file that no rule makes
include no.mk
all: ; @echo all
--- args -k
--- exit 2
--- out
all
--- err
Fakefile:1: no.mk: No such file or directory
fake: *** No rule to make target 'no.mk'.
fake: Failed to remake makefile 'no.mk'.

=== -k makes the other included files and reads all anew
include no.mk two.mk
all: ; @echo all $x
no.mk: ; @false
two.mk: ; @echo x := 1 >$@
--- args -k
--- exit 2
--- out
all 1
--- err
fake: Failed to remake makefile 'no.mk'.

=== -k and an included file that needs what no rule makes
include no.mk
all: ; @echo all
no.mk: dep ; @false
--- args -k
--- exit 2
--- out
all
--- err
fake: *** No rule to make target 'dep', needed by 'no.mk'.
fake: Failed to remake makefile 'no.mk'.
