=== a pattern rule
all: a.o
%.o: %.c ; @echo $@ $< $*
--- run touch a.c
--- out
a.o a.c a

=== the stem with a folder
all: x/y/a.o
%.o: %.c ; @echo $@ $< $*
--- run mkdir -p x/y; touch x/y/a.c
--- out
x/y/a.o x/y/a.c x/y/a

=== a folder in the pattern
all: obj/a.o
obj/%.o: src/%.c ; @echo $@ $< $*
--- run mkdir src; touch src/a.c
--- out
obj/a.o src/a.c a

=== a prefix and the stem's folder
all: x/lib_a.o
lib_%.o: %.c ; @echo $@ $< $*
--- run mkdir x; touch x/a.c
--- out
x/lib_a.o x/a.c x/a

=== the first that applies
all: a.o
%.o: %.c ; @echo from c
%.o: %.s ; @echo from s
--- run touch a.s a.c
--- out
from c

=== the first that has its prerequisites
all: a.o
%.o: %.c ; @echo from c
%.o: %.s ; @echo from s
--- run touch a.s
--- out
from s

=== the shortest stem
all: lib-a.o
%.o: %.c ; @echo general
lib-%.o: %.c ; @echo special
--- run touch lib-a.c a.c
--- out
special

=== a pattern rule is cancelled
all: a.o
%.o: %.c ; @echo from c
%.o: %.s ; @echo from s
%.o: %.c
--- run touch a.s a.c
--- out
from s

=== a pattern rule is replaced
all: a.o
%.o: %.c ; @echo one
%.o: %.c ; @echo two
--- run touch a.c
--- out
two

=== without a prerequisite
all: a.x
%.x: ; @echo $@
--- out
a.x

=== terminal pattern rules
all: a.x
%.x:: %.y ; @echo $@ $<
%.y: %.z ; @echo $@ $<
--- run touch a.z
--- exit 2
--- out
--- err
fake: *** No rule to make target 'a.x', needed by 'all'.  Stop.

=== terminal pattern rule of what is there
all: a.x
%.x:: %.y ; @echo $@ $<
--- run touch a.y
--- out
a.x a.y

=== match anything
all: a
%: %.in ; @echo $@ $<
--- run touch a.in
--- out
a a.in

=== match anything, with a folder
all: x/a
%: %.in ; @echo $@ $<
--- run mkdir x; touch x/a.in
--- out
x/a x/a.in

=== a recipe by pattern, prerequisites by rule
all: a.o
a.o: a.h
%.o: %.c ; @echo $^
--- run touch a.c a.h
--- out
a.c a.h

=== an explicit rule beats a pattern
all: a.o
a.o: a.c ; @echo explicit
%.o: %.c ; @echo pattern
--- run touch a.c
--- out
explicit

=== several targets are made together
all: a.x a.y
%.x %.y: %.z ; @echo $@; touch a.x a.y
--- run touch a.z
--- out
a.x

=== several targets, of one only
all: a.y
%.x %.y: %.z ; @echo $@ $*
--- run touch a.z
--- out
a.y a

=== a chain of two
all: a.3
%.3: %.2 ; @echo $@; touch $@
%.2: %.1 ; @echo $@; touch $@
--- run touch a.1
--- out
a.2
a.3
rm a.2

=== a rule is used once in a chain
all: a.x.x
%.x: % ; @echo $@
--- run touch a
--- exit 2
--- out
--- err
fake: *** No rule to make target 'a.x.x', needed by 'all'.  Stop.

=== a prerequisite without %
all: a.o
%.o: %.c common.h ; @echo $^
--- run touch a.c common.h
--- out
a.c common.h

=== an order-only prerequisite in a pattern
all: obj/a.o
obj/%.o: %.c | obj ; @echo $^ / $|
obj: ; @echo dir; mkdir obj
--- run touch a.c
--- out
dir
a.c / obj

=== a variable in a pattern rule
ext = c
all: a.o
%.o: %.$(ext) ; @echo $<
--- run touch a.c
--- out
a.c

=== a % in the recipe stands
all: a.o
%.o: %.c ; @echo % $*
--- run touch a.c
--- out
% a

=== a pattern-specific variable
%.o: flag = general
lib-%.o: flag = special
all: a.o lib-b.o
%.o: ; @echo $@ $(flag)
--- out
a.o general
lib-b.o special

=== pattern-specific, then target-specific
%.o: flag = pattern
a.o: flag = target
all: a.o b.o
%.o: ; @echo $@ $(flag)
--- out
a.o target
b.o pattern

=== pattern-specific +=
flag = global
%.o: flag += pattern
a.o: flag += target
all: a.o b.o c
%.o: ; @echo $@ $(flag)
c: ; @echo $@ $(flag)
--- out
a.o global pattern target
b.o global pattern
c global

=== pattern-specific is inherited
%.x: v = pattern
all: a.x
a.x: b ; @echo $@ $(v)
b: ; @echo $@ $(v)
--- out
b pattern
a.x pattern

=== static pattern rule
objects = a.o b.o
all: $(objects)
$(objects): %.o: %.c ; @echo $@ $< $*
--- run touch a.c b.c
--- out
a.o a.c a
b.o b.c b

=== static pattern and filter
files = a.elc b.o c.lose
all: $(files)
$(filter %.o,$(files)): %.o: %.c ; @echo c $<
$(filter %.elc,$(files)): %.elc: %.el ; @echo el $<
c.lose: ; @echo lose
--- run touch b.c a.el
--- out
el a.el
c b.c
lose

=== static pattern with several prerequisites
a.o b.o: %.o: %.c %.h common.h ; @echo $@: $^
all: a.o b.o
.DEFAULT_GOAL = all
--- run touch a.c b.c a.h b.h common.h
--- out
a.o: a.c a.h common.h
b.o: b.c b.h common.h

=== two static patterns of one target
all: a.o
a.o: %.o: %.c ; @echo $^
a.o: %.o: %.h
--- run touch a.c a.h
--- out
a.c a.h

=== $* of an explicit rule
a.c: ; @echo [$*]
all: a.c
--- out
[]

=== $(*D) and $(*F)
all: x/y/a.o
%.o: %.c ; @echo $(*D) $(*F) $(@D) $(@F)
--- run mkdir -p x/y; touch x/y/a.c
--- out
x/y a x/y a.o

=== an empty stem matches nothing
all: .o
%.o: ; @echo pattern
.o: ; @echo own
--- out
own

=== no recipe for a pattern
all: a.o
%.o: %.c
--- run touch a.c
--- exit 2
--- out
--- err
fake: *** No rule to make target 'a.o', needed by 'all'.  Stop.

=== a pattern with a prerequisite that cannot be made
all: a.o
%.o: %.c ; @echo $@
--- exit 2
--- err
*** No rule to make target 'a.o', needed by 'all'.  Stop.
--- out

=== a pattern through a rule for its prerequisite
all: a.o
%.o: %.c ; @echo $@ from $<
a.c: ; @echo $@; touch $@
--- out
a.c
a.o from a.c

=== $(word) of $^ in a pattern
all: a.o
%.o: %.c x y ; @echo $(word 2,$^) $(lastword $^)
--- run touch a.c x y
--- out
x y

=== a target made as a prerequisite of a pattern with a folder
all: b/a.o
b/%.o: %.c | b/ ; @echo $@
b/: ; @mkdir -p b; echo dir
--- run touch a.c
--- out
dir
b/a.o

=== recipes of one pattern rule with target variables
a.o: v = 1
b.o: v = 2
all: a.o b.o
%.o: ; @echo $@ $(v)
--- out
a.o 1
b.o 2

=== implicit and double colon
all: a.x
a.x:: ; @echo one
%.x: ; @echo pattern
--- out
one


=== files of chains are made one after the other, in order
all: a.z b.z ; @echo $^
%.z: %.y ; @echo z $*; sleep 0.0$(if $(filter a,$*),3,1); touch $@
%.y: %.x ; @echo y $*; sleep 0.0$(if $(filter a,$*),3,1); touch $@
--- run touch a.x b.x
--- out
y a
z a
y b
z b
a.z b.z
rm a.y b.y

=== .SECONDARY of all: what is not there is made for a goal without a recipe
.SECONDARY:
all: p q
p: a.o b.o ; @echo p; touch $@
q: b.o c.o ; @echo q; touch $@
%.o: %.c ; @echo o $*; touch $@
%.c: %.y ; @echo c $*; touch $@
--- run touch a.y b.y c.y
--- out
c a
o a
c b
o b
p
c c
o c
q

=== no more files of chains at once than -j says
.SECONDARY:
all: p q r ; @awk '/x/ { if (++n > 2) print "too many" } /y/ { n-- } END { print NR }' log
p q r: %: %1.o %2.o %3.o ; @touch $@
%.o: %.c ; @echo x >>log; sleep 0.02; echo y >>log; touch $@
%.c: ; @echo x >>log; sleep 0.02; echo y >>log; touch $@
--- args -j2
--- out
36

=== what a pattern makes together is looked for only where it is needed
all: ; @$(MAKE) -s -f b.mk a.x; rm a.y; $(MAKE) -s -f b.mk a.x; $(MAKE) -s -f b.mk a.x a.y; $(MAKE) -s -f b.mk a.x a.y
--- file b.mk
%.x %.y: %.in ; @echo make $*; cp $< $*.x; cp $< $*.y
--- run echo 1 >a.in
--- out
make a
make a
