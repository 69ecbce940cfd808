=== a target is made from its prerequisites
prog: a b
	@echo $@ from $^
a b: ; @echo $@
--- out
a
b
prog from a b

=== the first target is the goal
first: ; @echo first
second: ; @echo second
--- out
first

=== a target that begins with a dot is not the goal
.hidden: ; @echo hidden
shown: ; @echo shown
--- out
shown

=== a path that begins with a dot is
./.dir/x: ; @echo $@
y: ; @echo y
--- out
.dir/x

=== a pattern is not the goal
%.x: ; @echo $@
shown: ; @echo shown
--- out
shown

=== .DEFAULT_GOAL names the goal
a: ; @echo a
b: ; @echo b
.DEFAULT_GOAL = b
--- out
b

=== .DEFAULT_GOAL as read
$(info [$(.DEFAULT_GOAL)])
a: ; @echo a
$(info [$(.DEFAULT_GOAL)])
.DEFAULT_GOAL :=
b: ; @echo b
$(info [$(.DEFAULT_GOAL)])
--- out
[]
[a]
[b]
b

=== .DEFAULT_GOAL of two
.DEFAULT_GOAL = a b
a b: ; @echo $@
--- exit 2
--- err
*** .DEFAULT_GOAL contains more than one target.  Stop.
--- out

=== several targets have each the recipe
all: a b
a b: ; @echo $@
--- out
a
b

=== prerequisites of several rules add up
all: a
all: b
	@echo $^
all: c
a b c: ;@:
--- out
b a c

=== $< is of the rule with the recipe
all: a
all: b
	@echo $<
a b: ;@:
--- out
b

=== a recipe behind a semicolon
all: a ; @echo $^
	@echo more
a: ;@:
--- out
a
more

=== a semicolon in a variable
r = all: ; @echo yes
$(r)
--- out
yes

=== targets from a variable
t = a b
all: $(t)
$(t): ; @echo $@
--- out
a
b

=== a whole rule from a variable
r = all: a
$(r)
	@echo $^
a: ;@:
--- out
a

=== a colon from a variable
c = :
all $(c) a
	@echo $^
a: ;@:
--- out
a

=== targets that expand to nothing
nothing =
$(nothing): a
	@echo no
all: ; @echo all
--- out
all

=== a line that expands to nothing
nothing =
$(nothing)
  $(nothing)
all: ; @echo all
--- out
all

=== order-only prerequisites
all: a | b
	@echo [$^] [$|]
a b: ;@:
--- out
[a] [b]

=== order-only without blanks
all: a|b
	@echo [$^] [$|]
a b: ;@:
--- out
[a] [b]

=== the same name on both sides of |
all: a | a
	@echo [$^] [$|]
a: ;@:
--- out
[a] []

=== a prerequisite twice
all: a b a
	@echo [$^] [$+]
a b: ;@:
--- out
[a b] [a b a]

=== static pattern rule
all: a.o b.o
a.o b.o: %.o: %.c
	@echo $@ $< $*
%.c: ;@:
--- out
a.o a.c a
b.o b.c b

=== static pattern: prerequisites without %
a.o: %.o: x %.c y
	@echo $^
x y a.c: ;@:
--- out
x a.c y

=== static pattern that does not match
all: x.o; @echo $^
x.o y.c: %.o: ; @:
--- err
Fakefile:2: target 'y.c' doesn't match the target pattern
--- out
x.o

=== static pattern with a folder
d/a.o: d/%.o: %.c
	@echo $< $*
a.c: ;@:
--- out
a.c a

=== static pattern without %
a: b: c
--- exit 2
--- err
Fakefile:1: *** target pattern contains no '%'.  Stop.
--- out

=== several target patterns
a: %b %c: d
--- exit 2
--- err
Fakefile:1: *** multiple target patterns.  Stop.
--- out

=== no target pattern
a: : d
--- exit 2
--- err
Fakefile:1: *** missing target pattern.  Stop.
--- out

=== double-colon rules are independent
all:: ; @echo 1
all:: ; @echo 2
--- out
1
2

=== double-colon with prerequisites
all:: a ; @echo 1 $^
all:: b ; @echo 2 $^
a b: ;@:
--- out
1 a
2 b

=== both kinds of colon
a: ; @echo 1
a:: ; @echo 2
--- exit 2
--- err
Fakefile:2: *** target file 'a' has both : and :: entries.  Stop.
--- out

=== grouped targets are made by one run
all: a b
a b &: ; @echo $@; touch a b
--- out
a

=== grouped targets without a recipe
a b &: c
c: ;
--- exit 2
--- err
*** grouped targets must provide a recipe.  Stop.
--- out

=== a recipe is overridden
a: ; @echo 1
a: ; @echo 2
--- err
Fakefile:2: warning: overriding recipe for target 'a'
Fakefile:1: warning: ignoring old recipe for target 'a'
--- out
2

=== a recipe is overridden: the lines are those of the recipes
a:
	@echo 1
b: ; @:
a:
	@echo 2
--- err
Fakefile:5: warning: overriding recipe for target 'a'
Fakefile:2: warning: ignoring old recipe for target 'a'
--- out
2

=== a target twice in one rule
a a: ; @echo 1
--- err
Fakefile:1: target 'a' given more than once in the same rule
--- out
1

=== a rule without targets
: a
	@echo no
all: ; @echo all
--- out
all

=== quoted characters in names
all: a\ b c\:d
	@echo done
a\ b c\:d: ; @echo '$@'
--- out
a b
c:d
done

=== a colon in a prerequisite
all: c\:d ; @:
c\:d: ; @echo '$@'
--- out
c:d

=== ./ in front of names
all: ./a .//b
	@echo $^
a b: ;@echo $@
--- out
a
b
a b

=== wildcards in prerequisites
--- run touch b.c a.c
all: *.c ; @echo $^
--- out
a.c b.c

=== wildcards that match nothing stay
all: *.q ; @echo $^
*.q: ;@:
--- out
*.q

=== wildcards in targets
--- run touch b.c a.c
all: a.c b.c ; @:
*.c: force ; @echo $@
force: ;
--- out
a.c
b.c

=== ~ in a prerequisite
--- run touch ~/home.c
all: ~/home.c ; @echo $(notdir $^)
--- out
home.c

=== no rule for a prerequisite
all: nix ; @:
--- exit 2
--- err
*** No rule to make target 'nix', needed by 'all'.  Stop.
--- out

=== no rule for a goal
all: ; @:
--- args nix
--- exit 2
--- err
*** No rule to make target 'nix'.  Stop.
--- out

=== no targets at all
a = 1
--- exit 2
--- err
fake: *** No targets.  Stop.
--- out

=== a cycle is dropped
all: a ; @echo all
a: all ; @echo a
--- err
Circular a <- all dependency dropped.
--- out
a
all

=== missing separator
what is this
all: ; @:
--- exit 2
--- err
Fakefile:1: *** missing separator.  Stop.
--- out

=== eight blanks in place of a TAB
all:
        @echo no
--- exit 2
--- err
Fakefile:2: *** missing separator (did you mean TAB instead of 8 spaces?).  Stop.
--- out

=== a recipe before any target
	@echo no
all: ; @:
--- exit 2
--- err
Fakefile:1: *** recipe commences before first target.  Stop.
--- out

=== a recipe behind a variable
all:
a = 1
	@echo no
--- exit 2
--- err
Fakefile:3: *** recipe commences before first target.  Stop.
--- out

=== a TAB before an assignment, where no rule is open
	a = 1
$(info $(a))
all: ; @:
--- out
1

=== a semicolon without a rule
; @echo
--- exit 2
--- err
Fakefile:1: *** missing rule before recipe.  Stop.
--- out

=== empty variable name
 = 1
all: ; @:
--- exit 2
--- err
Fakefile:1: *** empty variable name.  Stop.
--- out

=== missing endef
define a
x
--- exit 2
--- err
Fakefile:1: *** missing 'endef', unterminated 'define'.  Stop.
--- out

=== endef without define
endef
all: ; @:
--- exit 2
--- err
Fakefile:1: *** 
--- out

=== .PHONY always runs
--- run touch all
.PHONY: all
all: ; @echo runs
--- out
runs

=== .SILENT of one target
.SILENT: a
all: a b
a: ; echo a
b: ; @echo b
--- out
a
b

=== .SILENT of all
.SILENT:
all: ; echo a
--- out
a

=== .IGNORE of one target
.IGNORE: a
all: a ; @echo all
a: ; @false
--- out
all

=== .DEFAULT makes what has no rule
all: nix ; @echo all
.DEFAULT: ; @echo default $@
--- out
default nix
all

=== .ONESHELL
.ONESHELL:
all:
	@x=1
	echo $$x
--- out
1

=== .DELETE_ON_ERROR
.DELETE_ON_ERROR:
all: ; @-$(MAKE) -s x; ls x 2>/dev/null; echo done
x: ; @touch x; false
--- make no
--- out
done

=== .RECIPEPREFIX
.RECIPEPREFIX = >
all:
>@echo 1
> @echo 2
.RECIPEPREFIX =
b:
	@echo 3
c: all b
--- out
1
2

=== .RECIPEPREFIX holds where a rule is read
.RECIPEPREFIX := !
all: a
! @echo all
a:
! @echo a
--- out
a
all

=== .EXPORT_ALL_VARIABLES
.EXPORT_ALL_VARIABLES:
a = 1
all: ; @echo $$a
--- out
1

=== .EXTRA_PREREQS
all: a ; @echo $^
.EXTRA_PREREQS = x
a x: ;@:
--- out
a

=== .WAIT among prerequisites is no file
--- make 4.4
all: a .WAIT b ; @echo $^
a b: ;@echo $@
--- out
a
b
a b

=== a space before the colon
all : a
	@echo $^
a :;@:
--- out
a

=== a comment behind a rule
all: a # b
	@echo $^
a: ;@:
--- out
a


=== a quoted % in a target's name is none
all: x%y a7b
x\%y: ; @echo '[$@]'
a%b: ; @echo '[$@] $*'
--- out
[x%y]
[a7b] 7

=== both : and :: end the reading
a:: ; @echo 1
a: ; @echo 2
--- exit 2
--- err
Fakefile:2: *** target file 'a' has both : and :: entries.  Stop.

=== what a built-in rule would make is told with the rule to write
all: x.o ; @echo $^
--- make no
--- run touch x.c
--- exit 2
--- err
*** No rule to make target 'x.o', needed by 'all'.  Stop.
no rule is built in; for x.c write `%.o: %.c ; $(COMPILE.c) -o $@ $<`

=== a program of a built-in rule, in a folder
all: d/x ; @echo $^
--- make no
--- run mkdir d; touch d/x.cpp
--- exit 2
--- err
for d/x.cpp write `%: %.cpp ; $(LINK.cpp) -o $@ $^ $(LDLIBS)`

=== no rule is built in for what has no source
all: x.o d.c/x ; @echo $^
--- run touch x.py d.c.c 2>/dev/null
--- exit 2
--- err
*** No rule to make target 'x.o', needed by 'all'.  Stop.

=== a scanner of a built-in rule
all: x.c ; @echo $^
--- make no
--- run touch x.l
--- exit 2
--- err
for x.l write `%.c: %.l ; $(LEX.l) $< >$@`
