=== a suffix rule
.SUFFIXES: .c .o
.c.o: ; @echo cc $< $@ $*
all: x.o
x.c: ; @touch x.c
--- out
cc x.c x.o x

=== a rule of one suffix
.SUFFIXES: .sh
.sh: ; @cp $< $@; echo $@ from $<
all: tool
--- run echo hi >tool.sh
--- out
tool from tool.sh

=== the usual suffixes are known (make's own rules are not, so make -r knows none)
.c.o: ; @echo cc $< $@
all: x.o
--- make no
--- run touch x.c
--- out
cc x.c x.o

=== .SUFFIXES alone forgets all
.SUFFIXES:
.c.o: ; @echo cc $< $@
all: x.o
--- exit 2
--- run touch x.c
--- err
*** No rule to make target 'x.o', needed by 'all'.  Stop.

=== .SUFFIXES adds, after it has forgotten all
.SUFFIXES: .a .b
.SUFFIXES:
.SUFFIXES: .x .y
.x.y: ; @echo $< $@
.a.b: ; @echo no
all: f.y
--- run touch f.x f.a
--- out
f.x f.y

=== suffixes that are not known make a plain target
.SUFFIXES: .c
.c.zz: ; @echo plain $@
all: .c.zz
--- out
plain .c.zz

=== a pattern rule goes before the same as a suffix rule
.SUFFIXES: .c .o
.c.o: ; @echo suffix
%.o: %.c ; @echo pattern
all: x.o
--- run touch x.c
--- out
pattern

=== suffix rules in a chain
.SUFFIXES: .y .c .o
.y.c: ; @echo yacc $<; touch $@
.c.o: ; @echo cc $<; touch $@
all: p.o
--- run touch p.y
--- out
yacc p.y
cc p.c
rm p.c

=== a suffix rule is no default goal, and has its target's prerequisites
.SUFFIXES: .c .o
.c.o: ; @echo $^
x.o: x.c h.h
h.h: ; @touch h.h
--- run touch x.c
--- out
x.c h.h
