=== prerequisites are expanded twice
.SECONDEXPANSION:
a = 1
all: $$(b) ; @echo $^
b = x
x: ;@:
--- out
x

=== automatic variables in prerequisites
.SECONDEXPANSION:
all: a.o b.o ; @:
a.o b.o: $$(basename $$@).c ; @echo $@ $^
a.c b.c: ;@:
--- out
a.o a.c
b.o b.c

=== only rules behind it
all: $$x ; @echo '$^'
$$x: ;@:
.SECONDEXPANSION:
--- out
$x

=== $* in a static pattern
.SECONDEXPANSION:
a.o: %.o: $$*.c ; @echo $^
a.c: ;@:
--- out
a.c

=== a pattern rule
.SECONDEXPANSION:
a_x = one two
a.o: ; 
%.o: $$($$*_x) ; @echo $@: $^
all: a.o
one two: ;@:
a.o:
--- args a.o
--- out
fake: 'a.o' is up to date.

=== a target's variable in its prerequisites
.SECONDEXPANSION:
all: v = a
all: $$(v) ; @echo $^
a: ;@:
--- out
a

=== order-only among them
.SECONDEXPANSION:
all: $$(v) ; @echo [$^] [$|]
v = a | b
a b: ;@:
--- out
[a] [b]

