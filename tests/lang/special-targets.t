=== .ONESHELL gives all lines to one shell
.ONESHELL:
all:
	x=1
	echo [$$x]
--- out
x=1
echo [$x]
[1]

=== .ONESHELL: the first line's prefix is for all
.ONESHELL:
all:
	@x=1
	@echo [$$x]
	-echo on
--- out
[1]
on

=== .ONESHELL: a failure in the middle does not end it
.ONESHELL:
all:
	@false
	echo on
--- out
on

=== .ONESHELL with -e in .SHELLFLAGS
.ONESHELL:
.SHELLFLAGS = -ec
all:
	@echo one
	false
	echo two
--- exit 2
--- out
one
--- err
fake: *** [Fakefile:4: all] Error 1

=== .ONESHELL with another program
.ONESHELL:
SHELL = python3
.SHELLFLAGS = -c
all:
	@x = 1
	if x:
	    print("yes", x)
--- out
yes 1

=== .ONESHELL with a canned recipe
.ONESHELL:
define r
@x=1
echo [$$x]
endef
all:
	$(r)
	echo end
--- out
[1]
end

=== .SHELLFLAGS
.SHELLFLAGS = -xc
all: ; @echo hi 2>&1
--- run true
--- out
hi

=== .SHELLFLAGS of several words
.SHELLFLAGS = -e -u -c
all:
	@echo $$0
--- out
/bin/sh

=== SHELL of a target alone
all: a b
a: SHELL = /bin/bash
a: ; @echo "$${BASH_VERSION:+bash}"
b: ; @echo "[$${BASH_VERSION:+bash}]"
--- out
bash
[]

=== .SILENT alone
.SILENT:
all:
	echo a
--- out
a

=== .SILENT of a target
.SILENT: a
all: a b
a: ; echo a
b: ; echo b
--- out
a
echo b
b

=== .IGNORE alone
.IGNORE:
all:
	false
	echo on
--- out
false
echo on
on

=== .IGNORE of a target
.IGNORE: a
all: a b
a: ; false
b: ; false
--- exit 2
--- out
false
false
--- err
fake: *** [Fakefile:4: b] Error 1

=== .DELETE_ON_ERROR
.DELETE_ON_ERROR:
a:
	echo x > a
	false
--- exit 2
--- out
echo x > a
false
--- err
fake: *** [Fakefile:4: a] Error 1
fake: *** Deleting file 'a'

=== .DELETE_ON_ERROR leaves what the recipe did not touch
.DELETE_ON_ERROR:
a: b
	false
--- run echo old > a; sleep 0.02; echo b > b
--- exit 2
--- out
false
--- err
fake: *** [Fakefile:3: a] Error 1

=== .DELETE_ON_ERROR spares .PRECIOUS
.DELETE_ON_ERROR:
.PRECIOUS: a
a:
	echo x > a
	false
--- exit 2
--- out
echo x > a
false
--- err
fake: *** [Fakefile:5: a] Error 1

=== .DELETE_ON_ERROR with -k
.DELETE_ON_ERROR:
all: a b
a: ; echo x > a; false
b: ; echo b
--- args -k
--- exit 2
--- out
echo x > a; false
echo b
b
--- err
fake: *** [Fakefile:3: a] Error 1
fake: *** Deleting file 'a'

=== .DELETE_ON_ERROR with an ignored failure
.DELETE_ON_ERROR:
a:
	echo x > a
	-false
	@ls
--- out
echo x > a
false
Fakefile
a

=== an intermediate file is removed
all: a.out
%.out: %.mid ; cp $< $@
%.mid: %.in ; cp $< $@
--- run echo a > a.in
--- out
cp a.in a.mid
cp a.mid a.out
rm a.mid

=== an intermediate file that was there stays
all: a.out
%.out: %.mid ; cp $< $@
%.mid: %.in ; cp $< $@
--- run echo a > a.in; sleep 0.02; echo b > a.mid
--- out
cp a.mid a.out

=== an intermediate file is not made for what is up to date
all: a.out ; @ls
%.out: %.mid ; cp $< $@
%.mid: %.in ; cp $< $@
--- run echo a > a.in; sleep 0.02; echo a > a.out
--- out
Fakefile
a.in
a.out

=== an intermediate file is made when what it is made of is newer
all: a.out ; @ls
%.out: %.mid ; cp $< $@
%.mid: %.in ; cp $< $@
--- run echo a > a.out; sleep 0.02; echo a > a.in
--- out
cp a.in a.mid
cp a.mid a.out
Fakefile
a.in
a.mid
a.out
rm a.mid

=== an intermediate file is made when something else of the target is newer
all: a.out ; @ls
a.out: other
%.out: %.mid ; cp $< $@
%.mid: %.in ; cp $< $@
--- run echo a > a.in; sleep 0.02; echo a > a.out; sleep 0.02; echo o > other
--- out
cp a.in a.mid
cp a.mid a.out
Fakefile
a.in
a.mid
a.out
other
rm a.mid

=== a chain of three
all: a.4 ; @ls
%.4: %.3 ; cp $< $@
%.3: %.2 ; cp $< $@
%.2: %.1 ; cp $< $@
--- run echo a > a.1
--- out
cp a.1 a.2
cp a.2 a.3
cp a.3 a.4
Fakefile
a.1
a.2
a.3
a.4
rm a.2 a.3
--- make no

=== what is mentioned is not intermediate
all: a.out
%.out: %.mid ; cp $< $@
%.mid: %.in ; cp $< $@
keep: a.mid
--- run echo a > a.in
--- out
cp a.in a.mid
cp a.mid a.out

=== .INTERMEDIATE
all: a.out
a.out: a.mid ; cp $< $@
a.mid: ; echo mid > $@
.INTERMEDIATE: a.mid
--- out
echo mid > a.mid
cp a.mid a.out
rm a.mid

=== .INTERMEDIATE is not made again
all: a.out
a.out: a.mid ; cp $< $@
a.mid: a.in ; cp $< $@
.INTERMEDIATE: a.mid
--- run echo a > a.in; sleep 0.02; echo a > a.out
--- out
fake: Nothing to be done for 'all'.

=== .SECONDARY is not made, and not removed
all: a.out ; @ls
%.out: %.mid ; cp $< $@
%.mid: %.in ; cp $< $@
.SECONDARY: a.mid
--- run echo a > a.in
--- out
cp a.in a.mid
cp a.mid a.out
Fakefile
a.in
a.mid
a.out

=== .SECONDARY that is absent
all: a.out ; @ls
a.out: a.mid ; cp $< $@
a.mid: a.in ; cp $< $@
.SECONDARY: a.mid
--- run echo a > a.in; sleep 0.02; echo a > a.out
--- out
Fakefile
a.in
a.out

=== .SECONDARY alone removes nothing
.SECONDARY:
all: a.out ; @ls
%.out: %.mid ; cp $< $@
%.mid: %.in ; cp $< $@
--- run echo a > a.in
--- out
cp a.in a.mid
cp a.mid a.out
Fakefile
a.in
a.mid
a.out

=== .PRECIOUS keeps an intermediate file
.PRECIOUS: a.mid
all: a.out
%.out: %.mid ; cp $< $@
%.mid: %.in ; cp $< $@
--- run echo a > a.in
--- out
cp a.in a.mid
cp a.mid a.out

=== .PRECIOUS of a pattern keeps intermediate files
.PRECIOUS: %.mid
all: a.out
%.out: %.mid ; cp $< $@
%.mid: %.in ; cp $< $@
--- run echo a > a.in
--- out
cp a.in a.mid
cp a.mid a.out

=== an intermediate file under -n
all: a.out
%.out: %.mid ; cp $< $@
%.mid: %.in ; cp $< $@
--- run echo a > a.in
--- args -n
--- out
cp a.in a.mid
cp a.mid a.out
rm a.mid

=== an intermediate file under -s
all: a.out
%.out: %.mid ; cp $< $@
%.mid: %.in ; cp $< $@
--- run echo a > a.in
--- args -s
--- out

=== an intermediate file that is a goal stays
all: a.out
%.out: %.mid ; cp $< $@
%.mid: %.in ; cp $< $@
--- run echo a > a.in
--- args a.mid all
--- out
cp a.in a.mid
cp a.mid a.out

=== an intermediate file whose recipe fails
all: a.out
%.out: %.mid ; cp $< $@
%.mid: %.in ; cp $< $@; false
--- run echo a > a.in
--- exit 2
--- out
cp a.in a.mid; false
rm a.mid
--- err
fake: *** [Fakefile:3: a.mid] Error 1

=== two targets of one intermediate file
all: a.x a.y
%.x: %.mid ; cp $< $@
%.y: %.mid ; cp $< $@
%.mid: %.in ; cp $< $@
--- run echo a > a.in
--- out
cp a.in a.mid
cp a.mid a.x
cp a.mid a.y
rm a.mid

=== .NOTPARALLEL
.NOTPARALLEL:
all: a b
a: ; @sleep 0.1; echo a
b: ; @echo b
--- args -j2
--- out
a
b

=== .NOTPARALLEL of a target
.NOTPARALLEL: all
all: a b
a: ; @sleep 0.2; echo a
b: ; @echo b
--- args -j2
--- make 4.4
--- out
a
b

=== .WAIT
all: a .WAIT b
a: ; @sleep 0.2; echo a
b: ; @echo b
--- args -j2
--- make 4.4
--- out
a
b

=== .WAIT is in no automatic variable
all: a .WAIT b ; @echo $^ / $+ / $<
a b: ; @echo $@
--- make 4.4
--- out
a
b
a b / a b / a

=== .EXTRA_PREREQS of all
.EXTRA_PREREQS = extra
all: a ; @echo all $^
a: ; @echo a $^
extra: ; @echo extra
--- make 4.4
--- out
extra
a
all a

=== .EXTRA_PREREQS of a target
all: a b
a: .EXTRA_PREREQS = extra
a: ; @echo a [$^] [$+] [$?] [$<]
b: ; @echo b
extra: ; @echo extra
--- make 4.4
--- out
extra
a [] [] [] []
b

=== .EXTRA_PREREQS makes its target old
all: a
a: .EXTRA_PREREQS = extra
a: ; echo a > a
--- run echo a > a; sleep 0.02; echo e > extra
--- make 4.4
--- out
echo a > a

=== .PHONY with a file of that name
.PHONY: clean
all: clean
clean: ; @echo cleaning
--- run touch clean
--- out
cleaning

=== a target of a .PHONY prerequisite is made each time
.PHONY: p
a: p ; echo a > a
p:
--- run echo a > a
--- out
echo a > a

=== .PHONY without a rule
.PHONY: all
--- args all
--- out
fake: Nothing to be done for 'all'.

=== .DEFAULT
all: x
.DEFAULT: ; @echo default $@
--- out
default x

=== .DEFAULT with $<
all: x
.DEFAULT: ; @echo default $@ [$<]
--- out
default x [x]

=== .DEFAULT for a goal
.DEFAULT: ; @echo default $@
--- args something
--- out
default something

=== .DEFAULT not for what is there
all: x ; @echo all
.DEFAULT: ; @echo default $@
--- run touch x
--- out
all

=== .POSIX stops at the first failure in a line
.POSIX:
all:
	@false; echo on
--- exit 2
--- out
--- err
fake: *** [Fakefile:3: all] Error 1

=== .LOW_RESOLUTION_TIME and .SUFFIXES are known
.SUFFIXES:
.SUFFIXES: .c .o
.LOW_RESOLUTION_TIME: a
all: a
a: ; @echo a
--- out
a

=== special targets are no default goal
.PHONY: a
.SILENT:
.PRECIOUS: b
all: ; @echo all
--- out
all

=== .EXPORT_ALL_VARIABLES
.EXPORT_ALL_VARIABLES:
a = 1
b.c = 2
all: ; @echo "$$a"; env | grep -c '^b.c' || true
--- out
1
0

=== .RECIPEPREFIX
.RECIPEPREFIX = >
all:
> @echo hi
.RECIPEPREFIX =
b:
	@echo b
--- out
hi

=== .RECIPEPREFIX with continuation
.RECIPEPREFIX = >
all:
> @echo a \
> b
--- out
a b

=== double colon: each rule by itself
all: a
a:: ; @echo 1
a:: ; @echo 2
--- out
1
2

=== double colon with prerequisites
all: a
a:: x ; @echo 1
a:: y ; @echo 2
x y: ; @echo $@
--- out
x
1
y
2

=== double colon: only what is out of date
a:: x ; @echo 1
a:: y ; @echo 2
--- run echo > x; sleep 0.02; echo a > a; sleep 0.02; echo > y
--- out
2

=== single and double colon together
a: ; @echo 1
a:: ; @echo 2
--- exit 2
--- out
--- err
Fakefile:2: *** target file 'a' has both : and :: entries.  Stop.

=== double colon and a failure
a:: ; @false
a:: ; @echo 2
--- exit 2
--- out
--- err
fake: *** [Fakefile:1: a] Error 1

=== double colon: $? $^ are of the rule
a:: x ; @echo $^
a:: y z ; @echo $^
x y z:
--- out
x
y z

=== grouped targets
all: a b
a b &: ; @echo make a b; touch a b
--- make 4.4
--- out
make a b

=== grouped targets: one is missing
all: a b
a b &: c ; @echo make $@; touch a b
--- run touch c; sleep 0.02; touch b
--- make 4.4
--- out
make a

=== a pattern rule with two targets runs once
all: x.a x.b
%.a %.b: %.c ; @echo $@; touch x.a x.b
--- run touch x.c
--- out
x.a

=== a target with two rules with recipes
a: ; @echo 1
a: ; @echo 2
--- out
2
--- err
Fakefile:2: warning: overriding recipe for target 'a'
Fakefile:1: warning: ignoring old recipe for target 'a'

=== a target whose prerequisites are in several rules
a: b
a: c
a: ; @echo $^
b c:
--- out
b c

=== an empty recipe hides a pattern rule
all: foo.x
%.x: ; @echo pattern $@
foo.x: ;
--- out
fake: Nothing to be done for 'all'.

