=== eval makes rules
define rule
$1: ; @echo $1
endef
all: a b
$(foreach t,a b,$(eval $(call rule,$t)))
--- out
a
b

=== eval makes variables
$(eval a = 1)
$(info $(a))
all: ; @:
--- out
1

=== eval in a recipe
all:
	$(eval a := 1)
	@echo $(a)
--- out
1

=== dollars for eval are doubled
define rule
$1: ; @echo $$@ $(2)
endef
$(eval $(call rule,all,x))
--- out
all x

=== eval of several lines with conditionals
define text
ifeq ($1,x)
a = is x
else
a = is not x
endif
endef
$(eval $(call text,x))
$(info $(a))
$(eval $(call text,y))
$(info $(a))
all: ; @:
--- out
is x
is not x

=== an error in eval has the place of the eval
a = 1
$(eval what is this)
all: ; @:
--- exit 2
--- err
Fakefile:2: *** missing separator.  Stop.
--- out

=== eval within eval
$(eval $$(eval a = 1))
$(info $(a))
all: ; @:
--- out
1

=== eval does not end the rule that stands open
all:
$(eval a = 1)
	@echo $(a)
--- exit 2
--- out
--- err
Fakefile:3: *** recipe commences before first target.  Stop.

=== eval in a variable that is used
add = $(eval list += $1)
$(call add,a)$(call add,b)
$(info $(list))
all: ; @:
--- out
a b

=== error ends the reading
$(info before)
$(error stop here)
$(info after)
all: ; @:
--- exit 2
--- err
Fakefile:2: *** stop here.  Stop.
--- out
before

=== warning and info
$(warning look)
$(info [x])
all: ; @:
--- err
Fakefile:1: look
--- out
[x]

=== a variable that refers to itself
a = $(a)
$(info $(a))
all: ; @:
--- exit 2
--- err
Fakefile:1: *** Recursive variable 'a' references itself (eventually).  Stop.
--- out

=== foreach restores its variable
x = old
$(info $(foreach x,1 2 3,<$x>) $(x))
all: ; @:
--- out
<1> <2> <3> old

=== call with a builtin's name
$(info $(call subst,a,b,aaa))
all: ; @:
--- out
bbb

=== a function in a prerequisite
all: $(addsuffix .x,a b) ; @echo $^
a.x b.x: ;@:
--- out
a.x b.x

=== --eval
--- args --eval=a=1
all: ; @echo $(a)
--- out
1

