=== a target's variable
all: a = 1
a = 0
all: ; @echo $(a)
--- out
1

=== prerequisites inherit it
all: a = 1
all: b ; @:
b: ; @echo $(a)
--- out
1

=== private is not inherited
all: private a = 1
a = 0
all: b ; @echo $(a)
b: ; @echo $(a)
--- out
0
1

=== += adds to the file's value
a = 0
all: a += 1
all: ; @echo $(a)
--- out
0 1

=== += adds to what is inherited
all: a = 1
all: b ; @:
b: a += 2
b: ; @echo $(a)
--- out
1 2

=== += twice
a = 0
all: a += 1
all: a += 2
all: ; @echo $(a)
--- out
0 1 2

=== += after =
a = 0
all: a = 1
all: a += 2
all: ; @echo $(a)
--- out
1 2

=== += in front of a simple value that is set later
all: a += 1
a := 0
all: ; @echo $(a)
--- out
0 1

=== := expands as read
x = 1
all: a := $(x)
x = 2
all: ; @echo $(a)
--- out
1

=== = expands when used
x = 1
all: a = $(x)
x = 2
all: ; @echo $(a)
--- out
2

=== ?= where the file has a value
a = 0
all: a ?= 1
all: ; @echo $(a)
--- out
0

=== ?= where it has none
all: a ?= 1
all: ; @echo $(a)
--- out
1

=== the command line beats it
--- args a=9
all: a = 1
all: ; @echo $(a)
--- out
9

=== override beats the command line
--- args a=9
all: override a = 1
all: ; @echo $(a)
--- out
1

=== override += on the command line's value
--- args a=9
all: override a += 1
all: ; @echo $(a)
--- out
9 1

=== export of a target's variable
all: export a = 1
all: b ; @echo $$a
b: ; @echo $$a
--- out
1
1

=== for several targets
a b: v = 1
all: a b
a b: ; @echo $@ $(v)
--- out
a 1
b 1

=== with automatic variables
all: v = $@ $<
all: p ; @echo $(v)
p: ;@:
--- out
all p

=== a value with a semicolon
all: v = a; b
all: ; @echo '$(v)'
--- out
a; b

=== a value with a colon
all: v = a:b
all: ; @echo '$(v)'
--- out
a:b

=== a value with = signs
all: v = a=b
all: ; @echo '$(v)'
--- out
a=b

=== names from a variable
n = v
all: $(n) = 1
all: ; @echo $(v)
--- out
1

=== targets from a variable
t = all
$(t): v = 1
all: ; @echo $(v)
--- out
1

=== not expanded before it is used
all: v = $(error no)
all: ; @echo fine
--- out
fine

=== define is no target's variable
all: define = 1
all: ; @echo $(define)
--- out
1

=== a pattern's variable
%.x: v = 1
all: a.x b.y
a.x b.y: ; @echo $@ [$(v)]
--- out
a.x [1]
b.y []

=== the more special pattern wins
a%.x: v = 2
%.x: v = 1
all: ab.x b.x
ab.x b.x: ; @echo $@ $(v)
--- out
ab.x 2
b.x 1

=== a target's own beats a pattern's
%.x: v = 1
a.x: v = 2
a.x: ; @echo $(v)
--- out
2

=== a pattern's +=
v = 0
%.x: v += 1
a.x: ; @echo $(v)
--- out
0 1

=== a target's variable in its prerequisites is not seen
v = a
all: v = b
all: $(v) ; @echo $^
a b: ;@:
--- out
a

=== undefined in the target, defined in the file
all: v =
v = 1
all: ; @echo [$(v)]
--- out
[]

=== the variable of the target does not make it one
.PHONY: x
x: v = 1
--- exit 2
--- err
fake: *** No targets.  Stop.
--- out

