=== ifeq with parentheses
ifeq (a,a)
$(info yes)
else
$(info no)
endif
all: ; @:
--- out
yes

=== ifeq with quotes
ifeq 'a' "a"
$(info yes)
endif
ifneq "a" 'a'
$(info no)
else
$(info else)
endif
all: ; @:
--- out
yes
else

=== ifeq expands both sides
a = x
b = x
ifeq ($(a),$(b))
$(info same)
endif
all: ; @:
--- out
same

=== blanks in ifeq
ifeq ( a,a)
$(info leading: same)
else
$(info leading: other)
endif
ifeq (a ,a)
$(info trailing of the first: same)
endif
ifeq (a, a)
$(info leading of the second: same)
endif
ifeq (a,a )
$(info trailing of the second: same)
else
$(info trailing of the second: other)
endif
all: ; @:
--- out
leading: other
trailing of the first: same
leading of the second: same
trailing of the second: other

=== parentheses in ifeq
ifeq ((a,b),(a,b))
$(info odd)
endif
ifeq ($(patsubst a,(,a),()
$(info yes)
endif
all: ; @:
--- exit 2
--- err
Fakefile:4: *** 
--- out
odd

=== ifeq with a comma in a call
ifeq ($(subst x,y,x),y)
$(info yes)
endif
all: ; @:
--- out
yes

=== ifdef tests for a value, not for an expansion
a =
b = $(a)
ifdef a
$(info a)
endif
ifdef b
$(info b)
endif
ifndef nix
$(info not nix)
endif
all: ; @:
--- out
b
not nix

=== ifdef of a computed name
n = x
x = 1
ifdef $(n)
$(info yes)
endif
all: ; @:
--- out
yes

=== else if
a = 2
ifeq ($(a),1)
$(info one)
else ifeq ($(a),2)
$(info two)
else ifeq ($(a),2)
$(info again)
else
$(info other)
endif
all: ; @:
--- out
two

=== conditionals nest, also in what is skipped
ifdef nix
ifeq (a,a)
$(info no)
else
$(info no)
endif
else
ifeq (a,a)
$(info yes)
endif
endif
all: ; @:
--- out
yes

=== what is skipped is not looked at
ifdef nix
this is no statement
$(error no)
include nix.mk
else
$(info fine)
endif
all: ; @:
--- out
fine

=== define in what is skipped
ifdef nix
define a
endif
endef
endif
$(info fine)
all: ; @:
--- out
fine

=== a conditional in a recipe
a = 1
all:
	@echo 1
ifeq ($(a),1)
	@echo 2
else
	@echo 3
endif
	@echo 4
--- out
1
2
4

=== a recipe that is skipped
all:
ifdef nix
	@echo no
endif
	@echo yes
--- out
yes

=== blanks before the keywords
  ifeq (a,a)
    $(info yes)
  endif
all: ; @:
--- out
yes

=== a comment behind endif
ifeq (a,a) # c
$(info yes)
else # d
endif # e
all: ; @:
--- out
yes

=== endif without if
endif
all: ; @:
--- exit 2
--- err
Fakefile:1: *** extraneous 'endif'.  Stop.
--- out

=== else without if
else
all: ; @:
--- exit 2
--- err
Fakefile:1: *** extraneous 'else'.  Stop.
--- out

=== two elses
ifdef a
else
else
endif
all: ; @:
--- exit 2
--- err
Fakefile:3: *** only one 'else' per conditional.  Stop.
--- out

=== missing endif
ifdef a
all: ; @:
--- exit 2
--- err
*** missing 'endif'.  Stop.
--- out

=== malformed ifeq
ifeq (a
endif
all: ; @:
--- exit 2
--- err
Fakefile:1: *** invalid syntax in conditional.  Stop.
--- out

=== ifdef of two names
ifdef a b
endif
all: ; @:
--- exit 2
--- err
Fakefile:1: *** invalid syntax in conditional.  Stop.
--- out

=== text behind endif is told of
ifdef a
endif a
all: ; @echo done
--- err
Fakefile:2: extraneous text after 'endif' directive
--- out
done

=== text behind else is told of
ifdef a
else x
endif
all: ; @echo done
--- err
Fakefile:2: extraneous text after 'else' directive
--- out
done

=== a conditional does not end within an included file
ifeq (a,a)
include b.mk
endif
all: ; @:
--- file b.mk
ifeq (a,a)
$(info b)
endif
--- out
b

=== ifeq without a blank is none
ifeq(a,a)
endif
all: ; @:
--- exit 2
--- err
Fakefile:1: *** missing separator.  Stop.
--- out

