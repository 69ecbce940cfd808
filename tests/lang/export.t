=== an exported variable reaches the recipe
export a = 1
b = 2
all: ; @echo [$$a] [$$b]
--- out
[1] []

=== export of a name
a = 1
export a
all: ; @echo [$$a]
--- out
[1]

=== export of several
a = 1
b = 2
export a b
all: ; @echo $$a $$b
--- out
1 2

=== export of a computed name
n = a
a = 1
export $(n)
all: ; @echo $$a
--- out
1

=== unexport
export a = 1
unexport a
all: ; @echo [$$a]
--- out
[]

=== unexport takes a variable out of the environment
--- env a=1
unexport a
all: ; @echo [$$a] $(a)
--- out
[] 1

=== export alone exports all
export
a = 1
all: ; @echo $$a
--- out
1

=== the environment's variable keeps its export when set
--- env a=1
a = 2
all: ; @echo $$a
--- out
2

=== the command line's variables are exported
--- args a=1
all: ; @echo $$a
--- out
1

=== a recursive value is expanded for the environment
x = 1
export a = $(x)
x = 2
all: ; @echo $$a
--- out
2

=== MAKELEVEL goes up
all: ; @echo $$MAKELEVEL
--- out
1

=== a sub-make gets the command line's variables
--- args a=1
a = 0
all: ; @$(MAKE) --no-print-directory -f sub.mk
--- file sub.mk
all: ; @echo $(a) $(origin a) $(MAKELEVEL)
--- out
1 command line 1

=== shell sees the exported variables in 4.4
--- make 4.4
export a = 1
$(info $(shell echo $$a))
all: ; @:
--- out
1

=== a target's value is exported where the name is
export a = 0
all: a = 1
all: ; @echo $$a
--- out
1


=== an exported value that asks the shell gets the others
export
B := 2
C = $(shell echo c$$B)
D = $(C)d
all: ; @echo "$$B" $(C) $(D)
--- make 4.4
--- out
2 c2 c2d

=== an exported value that refers to itself
export A = $(A)x
all: ; @echo no
--- exit 2
--- err
*** Recursive variable 'A' references itself (eventually).  Stop.

=== a value of the command line that asks the shell is left out of that shell's environment
m: ; @echo '$(a)'
--- args 'a=$(shell echo "<$$a>")' m
--- out
<>
