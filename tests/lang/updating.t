=== --trace of what is absent
all: ; @echo hi
--- args --trace
--- out
Fakefile:1: target 'all' does not exist
echo hi
hi

=== --trace of what is older
a: b ; cp b a
--- run touch a; sleep 0.02; touch b
--- args --trace
--- out
Fakefile:1: update target 'a' due to: b
cp b a

=== --trace of several prerequisites
a: b c d ; @cat b c d > a
--- run touch b c; sleep 0.02; touch a; sleep 0.02; touch d
--- args --trace
--- out
Fakefile:1: update target 'a' due to: d
cat b c d > a

=== --trace says nothing of an empty recipe
all: a ;
a: ; @echo a
--- args --trace
--- out
Fakefile:2: target 'a' does not exist
echo a
a

=== --trace shows what @ hides
all:
	@echo one
	@echo two
--- args --trace
--- out
Fakefile:2: target 'all' does not exist
echo one
one
echo two
two

=== -t makes a file
a: b ; echo made > a
b: ; echo made > b
--- args -t
--- out
touch b
touch a

=== -t of an empty recipe
a: ;
--- args -t
--- out
touch a

=== -t runs lines with +
a:
	@echo no
	+@echo yes
--- args -t
--- out
yes
touch a

=== -t of a recipe of + alone makes no file
a:
	+@echo yes
--- args -t
--- out
yes

=== -t with -n
a: ; echo made > a
--- args -t -n
--- out
touch a

=== -t of what is up to date
a: b ; echo made > a
--- run touch b; sleep 0.02; touch a
--- args -t
--- out
fake: 'a' is up to date.

=== -t -s
a: ; echo made > a
--- args -t -s
--- out

=== -q of what is up to date
a: b ; echo made > a
--- run touch b; sleep 0.02; touch a
--- args -q
--- out

=== -q of an empty recipe
a: ;
--- args -q
--- out

=== -q runs lines with +
a:
	+@echo yes
	@echo no
--- args -q
--- exit 1
--- out
yes

=== -q of a recipe of + alone
a:
	+@echo yes
--- args -q
--- out
yes

=== -o takes a prerequisite as old
a: b ; @echo make a
b: c ; @echo make b
--- run touch a b; sleep 0.02; touch c
--- args -o b
--- out
fake: 'a' is up to date.

=== -o of a source
a: b c ; @echo make a [$?]
--- run touch a; sleep 0.02; touch b c
--- args -o b
--- out
make a c

=== -o of all sources
a: b ; @echo make a
--- run touch a; sleep 0.02; touch b
--- args -o b
--- out
fake: 'a' is up to date.

=== -W takes a prerequisite as new
a: b c ; @echo make a [$?]
--- run touch b c; sleep 0.02; touch a
--- args -W b
--- out
make a b

=== -W of a target
a: b ; @echo make a
b: c ; @echo make b
--- run touch c; sleep 0.02; touch b; sleep 0.02; touch a
--- args -W b
--- out
make a

=== -W with -n
a: b ; echo make a
--- run touch b; sleep 0.02; touch a
--- args -W b -n
--- out
echo make a

=== -L: a link's own time counts
a: b ; @echo make a
--- run touch c; sleep 0.02; touch a; sleep 0.02; ln -s c b
--- args -L
--- out
make a

=== without -L the file's
a: b ; @echo make a
--- run touch c; sleep 0.02; touch a; sleep 0.02; ln -s c b
--- out
fake: 'a' is up to date.

=== $? has what is newer
a: b c d ; @echo [$?]
--- run touch b; sleep 0.02; touch a; sleep 0.02; touch c d
--- out
[c d]

=== $? of what is absent has all
a: b c ; @echo [$?]
--- run touch b c
--- out
[b c]

=== $(?D) and $(?F)
a: x/b c ; @echo [$(?D)] [$(?F)]
--- run mkdir x; touch x/b c
--- out
[x .] [b c]

=== an order-only prerequisite makes nothing old
a: b | d ; @echo make a
--- run touch b; sleep 0.02; touch a; sleep 0.02; touch d
--- out
fake: 'a' is up to date.

=== an order-only prerequisite that is absent is made
a: b | d ; @echo make a
d: ; @echo make d; touch d
--- run touch b; sleep 0.02; touch a
--- out
make d

=== $? of what FORCE makes has only what is newer
a: b FORCE c ; @echo [$?]
FORCE:
--- run touch b; sleep 0.02; touch a; sleep 0.02; touch c
--- out
[FORCE c]

=== $? of what FORCE makes, once it was made
all: ; @$(MAKE) -s -f b.mk; $(MAKE) -s -f b.mk; sleep 0.02; echo 2 >c; $(MAKE) -s -f b.mk
--- file b.mk
a: b c FORCE ; @echo [$?]; cat b c >a
FORCE:
--- run echo 1 >b; echo 1 >c
--- out
[b c FORCE]
[FORCE]
[c FORCE]

=== a recipe that looks by itself whether its command changed, as Kbuild's
all: ; @$(MAKE) -s -f b.mk; $(MAKE) -s -f b.mk; $(MAKE) -s -f b.mk flag=2; sleep 0.02; echo 2 >b; $(MAKE) -s -f b.mk flag=2
--- file b.mk
-include .a.cmd
command = cat b >a \# $(flag)
any-newer = $(filter-out FORCE,$?)
changed = $(filter-out $(cmd_a),$(command))$(filter-out $(command),$(cmd_a))
a: b FORCE ; $(if $(any-newer)$(changed),@echo made: $(any-newer) $(changed); $(command); echo 'cmd_a = $(subst #,\#,$(command))' >.a.cmd,@echo nothing)
FORCE:
--- run echo 1 >b

=== an empty file that FORCE makes is new when its recipe touches it
all: ; @$(MAKE) -s -f b.mk; $(MAKE) -s -f b.mk; sleep 0.02; echo 2 >v; $(MAKE) -s -f b.mk; $(MAKE) -s -f b.mk
--- file b.mk
a: stamp ; @echo make a; touch a
stamp: FORCE ; @cmp -s v old || { cp v old; echo touched; touch $@; }
FORCE:
--- run echo 1 >v
--- out
touched
make a
touched
make a

=== what is .PHONY is new though an empty file of its name is there
all: ; @touch b a; $(MAKE) -s -f b.mk; $(MAKE) -s -f b.mk
--- file b.mk
a: b ; @echo make a; touch a
.PHONY: b
b: ; @echo make b
--- out
make b
make a
make b
make a

=== a folder is named until it is there, as git's Makefile does
all: ; @$(MAKE) -s -f b.mk; $(MAKE) -s -f b.mk; $(MAKE) -s -f b.mk; sleep 0.02; echo 2 >b; $(MAKE) -s -f b.mk
--- file b.mk
a: b $(filter-out $(wildcard d),d) ; @echo make a; cp b a; touch d/a.d
d: ; @mkdir d; echo make d
--- run echo 1 >b
--- out
make d
make a
make a

=== settings that are made once, as redis's Makefile does
all: ; @$(MAKE) -s -f b.mk; $(MAKE) -s -f b.mk; $(MAKE) -s -f b.mk; sleep 0.02; $(MAKE) -s -f b.mk flags=2; $(MAKE) -s -f b.mk flags=2
--- file b.mk
-include settings
flags = 1
a: b done ; @echo make a; sleep 0.02; cp b a
done: ; @touch done
ifneq ($(flags),$(old))
done: keep
endif
.PHONY: keep
keep: ; @echo old = $(flags) >settings; echo keep
--- run echo 1 >b
--- out
keep
make a
keep
make a

=== FORCE
a: FORCE ; @echo make a
FORCE:
--- run touch a
--- out
make a

=== a recipe that makes no file makes what needs it
a: b ; @echo make a
b: c ; @echo make b
--- run touch a c
--- out
make b
make a

=== a prerequisite without a rule or recipe that is absent
a: b ; @echo make a
b:
--- run touch a
--- out
make a

=== a recipe is not run twice in one run
all: a b
a: c ; @echo a
b: c ; @echo b
c: ; @echo c
--- out
c
a
b

=== nothing to be done for a source
--- run touch a
--- args a
--- make no
x: ; @echo x

=== a goal that is a file without a rule
x: ; @echo x
--- run touch a
--- args a
--- out
fake: Nothing to be done for 'a'.

=== several goals, in turn
a: c ; @echo a
b: c ; @echo b
c: ; @echo c
--- args b a
--- out
c
b
a

=== a goal that is made and one that is not
a: ; @echo a
b: c ; @echo b
--- run touch c; sleep 0.02; touch b
--- args a b
--- out
a
fake: 'b' is up to date.

=== depth first
all: a b c
a: a1 a2 ; @echo a
b: b1 ; @echo b
c: ; @echo c
a1 a2 b1: ; @echo $@
--- out
a1
a2
a
b1
b
c

=== depth first, a shared prerequisite
all: a b
a: x y ; @echo a
b: y x z ; @echo b
x y z: ; @echo $@
--- out
x
y
a
z
b

=== -k: what does not depend on the failure
all: a b c
a: x ; @echo a
b: y ; @echo b
c: ; @echo c
x: ; @false
y: ; @echo y
--- args -k
--- exit 2
--- out
y
b
c
--- err
fake: *** [Fakefile:5: x] Error 1

=== -k: two goals
a: x ; @echo a
b: ; @echo b
x: ; @false
--- args -k a b
--- exit 2
--- out
b
--- err
fake: *** [Fakefile:3: x] Error 1

=== -k: a failed goal itself
a: ; @false
b: ; @echo b
--- args -k a b
--- exit 2
--- out
b
--- err
fake: *** [Fakefile:1: a] Error 1

=== -k -n says nothing of what is not remade
a: x ; @echo a
--- args -k -n
--- exit 2
--- out
--- err
fake: *** No rule to make target 'x', needed by 'a'.

=== -k: a prerequisite that has no rule
all: a b
a: nix ; @echo a
b: ; @echo b
--- args -k
--- exit 2
--- out
b
--- err
fake: *** No rule to make target 'nix', needed by 'a'.

=== -k: two failures
all: a b
a b: ; @echo $@; false
--- args -k
--- exit 2
--- out
a
b
--- err
fake: *** [Fakefile:2: a] Error 1
fake: *** [Fakefile:2: b] Error 1

=== without -k the first failure is the end
all: a b
a b: ; @echo $@; false
--- exit 2
--- out
a
--- err
fake: *** [Fakefile:2: a] Error 1

=== a deep chain of failures under -k
all: a ; @echo all
a: b ; @echo a
b: c ; @echo b
c: ; false
--- args -k
--- exit 2
--- out
false
--- err
fake: *** [Fakefile:4: c] Error 1

=== a failure in the first line
all:
	false
	echo not
--- exit 2
--- out
false
--- err
fake: *** [Fakefile:2: all] Error 1

=== exit codes
all: ; @exit 42
--- exit 2
--- out
--- err
fake: *** [Fakefile:1: all] Error 42

=== a signal
all: ; @kill -9 $$$$
--- exit 2
--- out
--- err
fake: *** [Fakefile:1: all] Killed

=== a signal that is ignored
all:
	-@kill -9 $$$$
	@echo on
--- out
on

=== a command that is not there
all: ; @nosuchcommand-x 2>/dev/null
--- exit 2
--- out
--- err
fake: *** [Fakefile:1: all] Error 127

=== a shell that is not there
SHELL = /nix/sh
all: ; @echo hi
--- make no
--- exit 2
--- out

=== -O target
all: a b
a: ; @echo a1; sleep 0.2; echo a2
b: ; @sleep 0.1; echo b1; sleep 0.3; echo b2
--- args -O -j2
--- out
a1
a2
b1
b2

=== -O line
all: a b
a:
	@echo a1; sleep 0.3; echo a2
	@sleep 0.4; echo a3
b: ; @sleep 0.1; echo b1; sleep 0.4; echo b2
--- args -Oline -j2
--- out
a1
a2
b1
b2
a3

=== -O recurse
all: a b
a: ; @echo a1; sleep 0.2; echo a2
b: ; @sleep 0.1; echo b1; sleep 0.3; echo b2
--- args -Orecurse -j2
--- out
a1
a2
b1
b2

=== -O none
all: ; @echo a
--- args -Onone -j2
--- out
a

=== -O with shown commands
all: a b
a: ; echo a1; sleep 0.2; echo a2
b: ; sleep 0.1; echo b1; sleep 0.3; echo b2
--- args -O -j2
--- out
echo a1; sleep 0.2; echo a2
a1
a2
sleep 0.1; echo b1; sleep 0.3; echo b2
b1
b2

=== -O and a failure
all: a b
a: ; @echo a1; sleep 0.2; exit 3
b: ; @sleep 0.1; echo b1; sleep 0.3; echo b2
--- args -O -j2 -k
--- exit 2
--- out
a1
b1
b2
--- err
fake: *** [Fakefile:2: a] Error 3

=== -j without a number
all: a b
a: ; @sleep 0.2; echo a
b: ; @echo b
--- args -j
--- out
b
a

=== -j2 runs two at once
all: a b
a: ; @sleep 0.2; echo a
b: ; @echo b
--- args -j2
--- out
b
a

=== -l of a high load
all: a b
a: ; @sleep 0.1; echo a
b: ; @echo b
--- args -j2 -l 10000
--- out
b
a

=== -l of a low load runs one at a time
all: a b
a: ; @sleep 0.1; echo a
b: ; @echo b
--- args -j2 -l 0.000001
--- out
a
b

=== -j and a failure: what runs is finished
all: a b c
a: ; @sleep 0.1; false
b: ; @sleep 0.3; echo b
c: ; @echo c
--- args -j2
--- exit 2
--- make no
--- out
b

=== -i goes on through all
all: a b
a: ; @false
b: a ; @false
--- args -i
--- out

=== a line of a recipe that is only a prefix
all:
	@
	-
	@-
	@echo on
--- out
on

=== a recipe of an empty variable
all: ; $(nothing)
--- out
fake: 'all' is up to date.

=== a recipe of an empty variable and a command
all:
	$(nothing)
	@echo on
--- out
on

=== + in a canned recipe
define r
+echo one
echo two
endef
all: ; $(r)
--- args -n
--- out
echo one
one
echo two
two

=== - holds for all lines of a canned recipe
define r
false
false
endef
all: ; -$(r)
--- out
false
false

=== prefixes from variables
at = @
minus = -
all:
	$(at)echo a
	$(minus)$(at)false
	$(at)$(minus)echo b
--- out
a
b

=== MAKE in a variable of the recipe is not seen
m = $(MAKE)
all:
	@echo run; : $(if ,$(m))
--- args -n
--- out
echo run; : 
--- end

