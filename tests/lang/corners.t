=== private is not inherited
a: private x = 1
a: b ; @echo a $(x)
b: ; @echo b $(x)
x = global

=== a double-colon pattern rule is terminal
%.o:: %.c ; @echo dc $@
%.o: %.x ; @echo x $@
all: a.o
a.x: ; @echo ax

=== second expansion of $$@, $$(@F), $$$$ and order-only
.SECONDEXPANSION:
A = late
all: $$(A) $$@.dep $$(@F).f x$$$$y
A = b
%: ; @echo '[$@]'
d/t: $$(@D)/z $$(addsuffix .q,$$(@F)) ; @echo '$^ $+ $|'
b: | $$(B) ; @echo b '$|'
B = order

=== .POSIX stops at the first failure within a line
.POSIX:
all:
	@false; echo not
	@echo on
--- exit 2
--- err
fake: *** [Fakefile:3: all] Error 1

=== .EXPORT_ALL_VARIABLES, but for what is unexported
.EXPORT_ALL_VARIABLES:
foo = bar
a-b = x
N := 1
all: ; @env | grep -E '^(foo|a-b|N)=' | sort
unexport N

=== functions in each other
x = $(foreach i,1 2,$(eval v$i := $$(i)$i))
$(x)
$(info $(v1) $(v2))
rev = $(if $(1),$(call rev,$(wordlist 2,$(words $1),$1)) $(firstword $1))
$(info $(strip $(call rev,a b c d)))
$(info $(call nope,1) [$(call  rev , a b )])
$(info $(or ,,c) $(and a,b,) $(if  ,y,n) $(if x,y) [$(strip   a   b  )] $(subst a,,banana) $(patsubst %.c,%.o,x.c y.h) $(x.c:.c=.o))
$(info $(sort b a b c) $(word 2,a b c) $(wordlist 2,9,a b c) $(firstword) $(lastword a b) $(words a b  c))
$(info $(dir a/b c /d) $(notdir a/b c d/) $(suffix a.b c/d.e/f g.) $(basename a.b c/d.e/f g.h.i) $(addsuffix .x,a b) $(addprefix y/,a b) $(join a b,1 2 3))
$(info $(filter %.c a,a b x.c) $(filter-out %.c a,a b x.c) $(findstring a,abc)$(findstring z,abc))
all:;@:

=== conditionals of all kinds, in recipes too
ifeq (a,a)
$(info 1)
else ifeq (b,c)
$(info 2)
else
$(info 3)
endif
ifneq "a" 'b'
$(info q)
endif
v =
ifdef v
$(info defd)
else
$(info undef)
endif
ifndef w
$(info nw)
endif
ifdef x$(v)
endif
ifeq ($(strip $(v)),)
$(info empty)
endif
all:
ifeq (1,1)
	@echo in
else
	@echo out
endif
	@echo end

=== a pattern after a static colon that is none
a b: c : d
	@:
--- exit 2
--- err
Fakefile:1: *** target pattern contains no '%'.  Stop.

=== double-colon rules run in the order written
a:: ; @echo 1
a:: ; @echo 2

=== grouped targets run once
a b &: c ; @echo grp $@ ; touch a b
c: ; @touch c
all: a b
.DEFAULT_GOAL = all

=== .DEFAULT for what has no rule
.DEFAULT: ; @echo default $@
all: foo bar

=== .RECIPEPREFIX and back
.RECIPEPREFIX = >
all:
> @echo hi
>@echo ho
.RECIPEPREFIX =
b:
	@echo b

=== .SILENT and .IGNORE of some
.SILENT: a
.IGNORE: b
all: a b ; echo all
a: ; echo a
b: ; false
--- err
fake: [Fakefile:5: b] Error 1 (ignored)

=== VPATH in automatic variables
VPATH = d1:d2
$(shell mkdir -p d1 d2; touch d1/f d2/g)
all: f g ; @echo $^ $(^D) $(^F) $(<D)

=== parts of automatic variables
all: a.b.c ; @echo $(@D) $(@F) $(<D) $(<F) $(*) 
a.b.c: ; @echo $* $(*F) [$(*D)]

=== continuations and comments in values
x := a\
 b  \
c
y := a \# b # comm
z := $(subst \,/,a\b)
$(info [$(x)][$(y)][$(z)])
t = trailing   # comment
$(info [$(t)])
e := a$(empty) b
$(info [$(e)])
all: ; @echo 'a\
	b' "c\
d"

=== includes that need not be there
-include nope
sinclude nope2
include inc*.mk
all: ; @echo $(MAKEFILE_LIST)
--- exit 2
--- err
Fakefile:3: inc*.mk: No such file or directory
fake: *** No rule to make target 'inc*.mk'.  Stop.

=== target- and pattern-specific += and :=
all: CFLAGS += -g
CFLAGS = -O
all: x ; @echo $(CFLAGS)
x: CFLAGS := new
x: y ; @echo $(CFLAGS)
y: ; @echo $(CFLAGS)
%.z: CFLAGS += pat
all: q.z
q.z: ; @echo $(CFLAGS)
q.%: CFLAGS += second

=== an intermediate that is made and removed
all: a; @echo all
.INTERMEDIATE: b
a: b ; @touch a
b: ; @touch b

=== MAKEFLAGS set in the file
MAKEFLAGS += -k
all: a b
a: ; @false
b: ; @echo b
--- exit 2
--- err
fake: *** [Fakefile:3: a] Error 1
fake: Target 'all' not remade because of errors.

=== rules by define, call and eval
define rule
$(1): ; @echo $(1) $$@ $(2)
endef
$(foreach t,a b,$(eval $(call rule,$t,X)))
all: a b
.DEFAULT_GOAL := all

=== # in values and recipes
all : ; @echo '$$' "$$HOME" | sed 's/.*/ok/'; echo '#no comment' # c
x=1#2
$(info $(x))

=== an undefined variable and its origin
x = env
all: ; @echo $(x) $(origin x) $(origin HOME)

=== target-specific =, +=, override
a b: v = $@-v
a: v += a
b: override v := o
all: a b
a b: ; @echo '$@ $(v)'
.DEFAULT_GOAL := all

=== blanks, commas and % in functions and references
$(info $(foreach v,a b c,$(if $(filter b,$v),<$v>,$v)))
$(info $(subst $() ,_,a b  c))
empty:=
sp := $(empty) $(empty)
$(info $(subst $(sp),-,a b c)|$(words $(sp))|$(strip $(sp) a $(sp)))
$(info $(call f,$(comma)) $(if $(sp),y,n))
f = [$(1)|$(0)|$(2)]
comma = ,
$(info $(call f,$(comma)) $(call f,a,b,c) $(call f))
$(info $(patsubst %,x-%-y,a b) $(patsubst a%c,%,abc ac) $(patsubst %.c,%.o,a.c.c))
$(info $(foo:%=x) $(list:.c=.o) $(list:a%=b%))
list = a.c ab.c
$(info $(list:.c=.o) $(list:a%=b%) $(list:%=[%]) ${list:.c=})
all:;@:

=== what depends on a failure is not made
all: one two
one: a ; @echo one $<
two: a ; @echo two
a: ; @echo a; false
--- exit 2
--- err
fake: *** [Fakefile:4: a] Error 1

=== a goal that only orders
all: a ; @echo all
a: ; @echo a >a
b: | a ; @touch b

=== an order-only folder
.PHONY: all
all: d/x
d/x: | d ; @touch $@; echo made $@ '$|'
d: ; @mkdir $@

=== include with a pattern
$(shell mkdir -p sub; echo 'one := 1' >sub/one.mk; echo 'two := 2' > sub/two.mk)
include sub/*.mk
all: ; @echo $(one) $(two) $(MAKEFILE_LIST)

=== prerequisites of several lines
all: foo
	@echo $(words $^)
foo: ; @:
foo: bar
foo: baz | ord
bar baz ord: ; @echo $@

=== canned recipes
define cmds
@echo 1 $@
@echo 2
endef
all:
	$(cmds)
	@echo 3 $(@:a%=b%)

=== continuations and comments in recipes
all:
	@echo a \
	  b
	@echo 'x \
	y'
	# comment
	@echo "$$" '$$$$'
	@: $(info expanded)

=== another shell with its flags
SHELL = /bin/bash
.SHELLFLAGS = -euo pipefail -c
all: ; @false | true; echo no
--- exit 2
--- err
fake: *** [Fakefile:3: all] Error 1

=== a % of a target that no rule matches
all: a%b.x
a%b.x: ; @echo $@ $*

=== the shortest stem wins
%.q: ; @echo generic $*
%.z.q: ; @echo specific $*
a%.q: ; @echo a $*
all: b.z.q abc.q a.z.q

=== a pattern with a folder
dir/%.o: %.c ; @echo $@ $< $*
%.c: ; @echo mk $@
all: dir/x.o

=== a stem with a folder
%.o: %.c ; @echo $@ $< $*
all: d/x.o
$(shell mkdir -p d; touch d/x.c)

=== static patterns on patterns
all: x.1 x.2
x.1 x.2: %: base-% ; @echo $@ $< $*
base-%: ; @echo b $*

=== a pattern rule with two targets
%.h %.c: %.y ; @echo gen; touch $*.h $*.c
all: p.c p.h q.c
p.y q.y: ; @touch $@

=== MAKECMDGOALS is undefined without goals
ifdef MAKECMDGOALS
$(info goals $(MAKECMDGOALS))
endif
all clean: ; @echo $@

=== .DEFAULT_GOAL is set
.DEFAULT_GOAL := z
a: ; @echo a
z: ; @echo z

=== a target that begins with a dot is no default goal
.x: ; @echo dot
_y: ; @echo under

=== eval of conditionals and rules
$(eval x := 1)
$(eval $(call d,2))
define d
y$(1) := $(1)
ifeq ($(1),2)
z := two
endif
endef
$(eval $(call d,2))
$(info $x $(y2) $z)
$(eval all: ; @echo evald $$@)

=== a circular dependency is dropped
all: a b
a: b
	@echo a
b: a
	@echo b
--- err
fake: Circular b <- a dependency dropped.

=== an exit code above 255
all: ; @exit 300
--- exit 2
--- err
fake: *** [Fakefile:1: all] Error 44

=== a line that ends by a signal
all: ; @kill -TERM $$$$
--- exit 2
--- err
fake: *** [Fakefile:1: all] Terminated

=== a line that is killed
all: ; @kill -9 $$$$
b: ; -@kill -9 $$$$
--- exit 2
--- err
fake: *** [Fakefile:1: all] Killed

=== eval within a function, override
foo = $(eval bar := $(1))$(bar)
$(info $(call foo,x) $(flavor foo) $(value foo))
override e = 1
e += 2
$(info $(e) $(origin e))
override e += 3
$(info $(e))
all:;@:

=== .EXTRA_PREREQS of all
.EXTRA_PREREQS = x
all: y ; @echo '$^'
x y: ; @echo $@

=== .EXTRA_PREREQS of a pattern
all: a.gen
%.gen: .EXTRA_PREREQS = tool
%.gen: ; @echo gen '$^'
tool: ; @echo tool

=== a conditional indented with blanks
# tabs before conditionals
all:
	@echo 1
  ifdef X
	@echo x
  endif
	@echo 2

=== a TAB makes an assignment a line of the recipe
x = 1
all: ; @echo $(x)
	x = 2
--- exit 2
--- err
fake: x: No such file or directory
fake: *** [Fakefile:3: all] Error 127

=== newlines of the shell
all: ; @echo '$(shell printf 'a\nb\n\n')' '$(shell echo "x  y")'
y != printf 'p\nq\n'
$(info [$(y)])

=== a target that ends in a slash
all: sub/
sub/: ; @echo mk $@
