=== VPATH finds a prerequisite
VPATH = src
all: a.c ; @echo $< $^
--- run mkdir src; touch src/a.c
--- out
src/a.c src/a.c

=== VPATH of several folders
VPATH = one:two three
all: a b c ; @echo $^
--- run mkdir one two three; touch one/a two/b three/c two/a
--- out
one/a two/b three/c

=== this folder comes first
VPATH = src
all: a ; @echo $<
--- run mkdir src; touch src/a a
--- out
a

=== vpath with a pattern
vpath %.c src
vpath %.h inc
all: a.c a.h ; @echo $^
--- run mkdir src inc; touch src/a.c inc/a.h src/a.h
--- out
src/a.c inc/a.h

=== vpath of two folders
vpath % one:two
all: a b ; @echo $^
--- run mkdir one two; touch one/a two/b
--- out
one/a two/b

=== vpath is cleared
vpath %.c src
vpath %.c
all: a.c ; @echo $<
--- run mkdir src; touch src/a.c
--- exit 2
--- err
fake: *** No rule to make target 'a.c', needed by 'all'.  Stop.
--- out

=== all vpaths are cleared
vpath %.c src
vpath %.h src
vpath
all: a.c ; @echo $<
--- run mkdir src; touch src/a.c
--- exit 2
--- out
--- err
fake: *** No rule to make target 'a.c', needed by 'all'.  Stop.

=== a pattern rule through VPATH
VPATH = src
all: a.o
%.o: %.c ; @echo $@ from $<
--- run mkdir src; touch src/a.c
--- out
a.o from src/a.c

=== a target with a folder through VPATH
VPATH = src
obj/a.o: obj/%.o: %.c ; @echo $@ from $<
--- run mkdir src; touch src/a.c
--- out
obj/a.o from src/a.c

=== a target found by VPATH is up to date there
VPATH = out
all: a ; @echo $<
a: b ; @echo make $@
--- run mkdir out; touch b; sleep 0.02; touch out/a
--- out
out/a

=== a target found by VPATH is remade here
VPATH = out
all: a ; @echo $<
a: b ; @echo make $@
--- run mkdir out; touch out/a; sleep 0.02; touch b
--- out
make a
a

=== GPATH: a target is remade where it was found
VPATH = out
GPATH = out
all: a ; @echo $<
a: b ; @echo make $@
--- run mkdir out; touch out/a; sleep 0.02; touch b
--- out
make out/a
out/a

=== $(@D) of a target found by VPATH
VPATH = out
all: a ; @echo $(<D) $(<F)
a: b ; @echo make $@
--- run mkdir out; touch b; sleep 0.02; touch out/a
--- out
out a

=== VPATH for what needs no rule
VPATH = src
all: a ; @cat $<
--- run mkdir src; echo content > src/a
--- out
content

=== a library
VPATH = lib
all: -lx ; @echo $<
--- run mkdir lib; touch lib/libx.a
--- out
lib/libx.a

=== a shared library before the archive
all: -lx ; @echo $<
VPATH = lib
--- run mkdir lib; touch lib/libx.a lib/libx.so
--- out
lib/libx.so

=== .LIBPATTERNS
.LIBPATTERNS = %.lib
VPATH = lib
all: -lx ; @echo $<
--- run mkdir lib; touch lib/x.lib
--- out
lib/x.lib

=== a VPATH folder that is made
VPATH = gen
all: a ; @echo $<
gen/a: ; @mkdir -p gen; touch gen/a
--- out
gen/a

