=== a letter, parentheses and braces
x = 1
$(info [$x $(x) ${x}])
all: ; @:
--- out
[1 1 1]

=== only one letter without parentheses
x = 1
xy = 2
$(info [$xy $(xy)])
all: ; @:
--- out
[1y 2]

=== two dollars are one
x = 1
$(info [$$x $$$$])
all: ; @:
--- out
[$x $$]

=== a dollar at the end stands for itself
x = a$
$(info [$(x)])
all: ; @:
--- out
[a$]

=== a dollar before a blank is a reference to nothing
x = 1
$(info [$ x])
all: ; @:
--- out
[x]

=== an undefined variable is empty
$(info [$(nope)])
all: ; @:
--- out
[]

=== blanks belong to a name
x = 1
$(info [$( x)$(x )])
all: ; @:
--- out
[]

=== other characters belong to a name
a.b = 1
a-b = 2
a/b = 3
a_b = 4
$(info [$(a.b) $(a-b) $(a/b) $(a_b)])
all: ; @:
--- out
[1 2 3 4]

=== a name in a name
x = 1
n = x
$(info [$($(n)) ${$(n)} $(${n}) $($n)])
all: ; @:
--- out
[1 1 1 1]

=== a part of a name in a name
a_b_c = 1
n = b
m = 2
b2 = 3
$(info [$(a_$(n)_c) $($(n)$(m))])
all: ; @:
--- out
[1 3]

=== a name three deep
x = variable2
variable2 := Hello
y = $(subst 1,2,$(x))
z = y
Hello = hi
$(info [$($($(z)))])
all: ; @:
--- out
[Hello]

=== a name by function
list = one two
one = 1
bb = 2
$(info [$($(firstword $(list))) $($(subst a,b,aa))])
all: ; @:
--- out
[1 2]

=== a name of several words is one name
n = a b
a = 1
$(info [$($(n))])
all: ; @:
--- out
[]

=== parentheses within braces and braces within parentheses
$(info [${subst ),(,a)b}$(subst },{,a}b)])
all: ; @:
--- exit 2
--- out
--- err
Fakefile:1: *** unterminated call to function 'subst': missing '}'.  Stop.

=== a name ends at the first parenthesis that closes
a(b = 1
$(info [$(a(b))])
all: ; @:
--- out
[1)]

=== substitution of a suffix
x = a.c b.c  c.o .c
$(info [$(x:.c=.o)])
all: ; @:
--- out
[a.o b.o c.o .o]

=== substitution with a pattern
x = a.c aa.c b.c
$(info [$(x:a%.c=%.o) $(x:%=<%>)])
all: ; @:
--- out
[.o a.o b.c <a.c> <aa.c> <b.c>]

=== substitution by nothing
x = a b.c a
$(info [$(x:.c=)|$(x:%=)|$(x:a=)])
all: ; @:
--- out
[a b a|| b.c ]

=== substitution of nothing adds a suffix
x = a b
e =
$(info [$(x:=.o)|$(e:=.o)])
all: ; @:
--- out
[a.o b.o|]

=== substitution in a computed name
x = a.c
n = x
x_s = 1 2
from = .c
to = .x
$(info [$($(n):.c=.o) $(x:$(from)=$(to)) $($(n)_s:%=$(to)%)])
all: ; @:
--- out
[a.o a.x .x1 .x2]

=== substitution keeps later equals and colons
x = xa b:c
$(info [$(x:a=b=c)|$(x:b:c=d)])
all: ; @:
--- out
[xb=c b:c|xa d]

=== a colon without equals belongs to the name
x = 1
$(info [$(x:y)])
all: ; @:
--- out
[]

=== substitution of a quoted percent
x = a% a%b
$(info [$(x:\%=z)|$(x:a\%%=<%>)])
all: ; @:
--- out
[az a%b|<> <b>]

=== recursive variables are expanded each time
x = $(y)
y = 1
$(info $(x))
y = 2
$(info $(x))
all: ; @:
--- out
1
2

=== values are not looked at before they are used
x = $(error no)
$(info ok)
all: ; @:
--- out
ok

=== arguments are expanded from left to right
log = $(info $1)$1
$(info $(subst $(call log,a),$(call log,b),$(call log,aXa)))
all: ; @:
--- out
a
b
aXa
bXb

=== a variable that uses itself
x = $(x)
$(info $(x))
all: ; @:
--- exit 2
--- err
Fakefile:1: *** Recursive variable 'x' references itself (eventually).  Stop.
--- out

=== variables that use one another
x = $(y)
y = $(z) a
z = ${x:a=b}
$(info $(x))
all: ; @:
--- exit 2
--- err
Fakefile:1: *** Recursive variable 'x' references itself (eventually).  Stop.
--- out

=== a simple variable may use its old value
x := a
x := $(x) b
$(info $(x))
all: ; @:
--- out
a b

=== an unterminated reference
x = $(a
$(info ok)
$(info $(x))
all: ; @:
--- exit 2
--- err
Fakefile:1: *** unterminated variable reference.  Stop.
--- out
ok

=== an unterminated call
x = ${subst a,b
$(info $(x))
all: ; @:
--- exit 2
--- err
Fakefile:1: *** unterminated call to function 'subst': missing '}'.  Stop.
--- out

=== an unterminated reference that nobody uses is none
x = $(a
$(info ok)
all: ; @:
--- out
ok

=== a function without a blank is a variable
subst = 1
$(info [$(subst)$(words)])
all: ; @:
--- out
[1]

=== a tab ends the name of a function too
x = $(words	a b)
$(info $(x))
all: ; @:
--- out
2

=== 10,000 variables deep
$(eval $(shell i=0; while [ $$i -lt 300 ]; do echo v$$i = "$$""(v$$((i+1)))"; i=$$((i+1)); done))
$(info deep)
all: ; @:
--- out
deep


=== undefined variables are warned of when that is asked for
--- args --warn-undefined-variables
f = $(n6)$(2)
$(info $(if $(n1),y)$(or $(n2),x)$(n3:a=b)$(call n4,a)$(origin n5)$(value n5)$($(n6)))
$(info $(call f,a).)
all: ; @:
--- out
xundefined
.
--- err
Fakefile:2: warning: undefined variable 'n1'
Fakefile:2: warning: undefined variable 'n2'
Fakefile:2: warning: undefined variable 'n3'
Fakefile:2: warning: undefined variable 'n4'
Fakefile:2: warning: undefined variable 'n6'
Fakefile:2: warning: undefined variable ''
Fakefile:3: warning: undefined variable 'n6'
Fakefile:3: warning: undefined variable '2'
