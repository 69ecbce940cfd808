=== MAKEFLAGS without options
$(info [$(MAKEFLAGS)])
all: ; @echo "[$$MAKEFLAGS]"
--- args -r
--- out
[r]
[r]

=== letters are put together, by the alphabet
$(info [$(MAKEFLAGS)] [$(MFLAGS)])
all: ; @echo "[$$MAKEFLAGS] [$$MFLAGS]"
--- args -s -k -r -i -w -e
--- make no
--- out
fake: Entering directory '/WORK'
[eikrsw] [-eikrsw]
[eikrsw] [-eikrsw]
fake: Leaving directory '/WORK'

=== letters as make has them
$(info [$(MAKEFLAGS)] [$(MFLAGS)])
all: ; @echo "[$$MAKEFLAGS] [$$MFLAGS]"
--- args -s -k -r -i -e -B

=== long options follow
all: ; @echo "[$$MAKEFLAGS]"
--- args -kr --trace --no-print-directory
--- make no
--- out
Fakefile:1: target 'all' does not exist
echo "[$MAKEFLAGS]"
[kr --trace --no-print-directory]

=== no letters
all: ; @echo "[$$MAKEFLAGS]"
--- args --no-print-directory
--- make no
--- out
[ --no-print-directory]

=== options with a value
all: ; @echo "[$$MAKEFLAGS]"
--- args -r -I inc -l2.5 -Oline

=== -f, -C, -o and -W do not travel
all: ; @echo "[$$MAKEFLAGS]"
--- file sub/Fakefile
all: ; @echo "[$$MAKEFLAGS]"
--- args -r -s -C sub -o x -W y

=== --eval travels, its blanks and dollars quoted
all: ; @echo "[$$MAKEFLAGS]"
--- args -r '--eval=X = a b$$(c)\d'

=== variables travel
all: ; @echo "[$$MAKEFLAGS] [$(MAKEOVERRIDES)]"
--- args -r a=1 b:=2 'c=x y'

=== variables are not seen while reading
$(info [$(MAKEFLAGS)] [$(MAKEOVERRIDES)])
all: ; @:
--- args -r a=1 b=2

=== a variable's dollars and backslashes
all: ; @echo '$(x)' "$$MAKEFLAGS"
--- args -r 'x=a$$b\c' 'y:=$$'

=== a variable assigned twice travels once
all: ; @echo "[$$MAKEFLAGS]"
--- args -r a=1 a=2

=== an empty MAKEOVERRIDES keeps variables here
MAKEOVERRIDES =
all: ; @echo "[$$MAKEFLAGS]"
--- args -r a=1

=== command-line variables are in the environment too
all: ; @echo "$$a $$b"
--- args a=1 b=2

=== MAKEFLAGS of the environment: letters
all: a b ; @echo all
a: ; @false
b: ; @echo b
--- env MAKEFLAGS=k
--- exit 2

=== MAKEFLAGS of the environment: words
all: ; echo "$(x)"
--- env MAKEFLAGS=-s --no-print-directory -- x=1

=== MAKEFLAGS of the environment: a variable with blanks
all: ; @echo "$(x)|$(y)"
--- env MAKEFLAGS=r -- x=a\ b\\c y:=u$$v

=== MAKEFLAGS of the environment: only a variable
all: ; @echo "$(x) $(origin x)"
--- env MAKEFLAGS=x=1

=== the command line beats MAKEFLAGS
all: a b ; @echo all
a: ; @echo "$(x)"; false
b: ; @echo b
--- env MAKEFLAGS=ks -- x=1
--- args -S x=2
--- exit 2

=== what MAKEFLAGS says wrong is passed over
all: ; @echo hi
--- env MAKEFLAGS=k --nonsense goal -- x=1

=== GNUMAKEFLAGS
all: ; echo "[$$MAKEFLAGS] [$$GNUMAKEFLAGS]"
--- env GNUMAKEFLAGS=-s -r

=== a file adds to MAKEFLAGS
MAKEFLAGS += -s
all: ; echo "[$$MAKEFLAGS]"
--- args -r

=== a file adds a long option to MAKEFLAGS
MAKEFLAGS += --no-print-directory
all: ; @echo "[$$MAKEFLAGS]"
--- args -r

=== a file adds -k
MAKEFLAGS += -k
all: a b
a: ; @false
b: ; @echo b
--- exit 2

=== a file sets MAKEFLAGS
MAKEFLAGS = s
all: ; echo hi

=== in MAKEFLAGS R is make's
all: ; @echo "[$$MAKEFLAGS]"
--- env MAKEFLAGS=rR

=== origin and flavor of MAKEFLAGS
$(info $(origin MAKEFLAGS) $(flavor MAKEFLAGS))
all: ; @:

=== unexport MAKEFLAGS
unexport MAKEFLAGS
all: ; @echo "[$$MAKEFLAGS]"
--- args -r -k
--- make no
--- out
[]

=== findstring finds a letter
all: ; @echo $(findstring n,$(MAKEFLAGS))$(findstring k,$(firstword -$(MAKEFLAGS)))
--- args -k -r x=n
--- make no
--- out
nk

=== -j does not show while reading
$(info [$(MAKEFLAGS)])
all: ; @:
--- args -r -j3

=== MAKELEVEL
all: ; @echo $(MAKELEVEL) $$MAKELEVEL

=== MAKELEVEL from outside
all: ; @echo $(MAKELEVEL) $$MAKELEVEL
--- env MAKELEVEL=4
--- args --no-print-directory

=== in a recipe of make the folder is named, and the level
all: ; @echo hi
--- env MAKELEVEL=2

=== but not with -s
all: ; @echo hi
--- env MAKELEVEL=2
--- args -s

=== errors name the level
all: ; @false
--- env MAKELEVEL=2
--- args -s
--- exit 2
--- err
fake[2]: *** [Fakefile:1: all] Error 1

=== $(MAKE) starts this program
all: ; @$(MAKE) --no-print-directory -f sub.mk
--- file sub.mk
all: ; @echo level $(MAKELEVEL)

=== ${MAKE} -C
all: ; @${MAKE} -C sub
--- file sub/Fakefile
all: ; @echo hi
--- file sub/makefile
include Fakefile

=== variables reach the sub-make
all: ; @$(MAKE) --no-print-directory -f sub.mk
--- file sub.mk
x = file
all: ; @echo '$(x)|$(y)' $(origin x)
--- args 'x=a b' 'y=$$c\d'

=== the sub-make's own variables come first
all: ; @$(MAKE) --no-print-directory -f sub.mk x=inner
--- file sub.mk
all: ; @echo $(x) $(y)
--- args x=outer y=outer

=== options reach the sub-make
all: ; @$(MAKE) --no-print-directory -f sub.mk
--- file sub.mk
all: a b
a: ; false
b: ; echo b
--- args -k -s
--- exit 2

=== -n reaches the sub-make
all: ; @$(MAKE) --no-print-directory -f sub.mk >&2
--- file sub.mk
all: ; touch made
--- args -n -s
--- make no
--- err
touch made

=== an exported variable reaches the sub-make, an assigned one does not
export a = 1
b = 2
all: ; @$(MAKE) --no-print-directory -f sub.mk
--- file sub.mk
all: ; @echo '$(a)|$(b)'

=== a target's variable reaches the sub-make when exported
all: export a = of all
all: ; @$(MAKE) --no-print-directory -f sub.mk
--- file sub.mk
all: ; @echo '$(a)'

=== a failing sub-make fails
all: ; @$(MAKE) --no-print-directory -f sub.mk
--- file sub.mk
all: ; @exit 3
--- exit 2
--- err
fake[1]: *** [sub.mk:1: all] Error 3
fake: *** [Fakefile:1: all] Error 2

=== MAKECMDGOALS
$(info [$(MAKECMDGOALS)])
a b: ; @:
--- args a x=1 b

=== MAKECMDGOALS without goals
$(info [$(MAKECMDGOALS)])
a b: ; @:

=== FAKEFLAGS carries the selection on
@db: hosts = db1
all: ; @echo "$$FAKEFLAGS" "$$MAKEFLAGS"
--- args -H web1,web2 -R db -x web2 -u me --limit 'w b*' --yes
--- make no
--- out
--hosts=web1,web2 --roles=db --exclude=web2 --limit=w\ b* --user=me --yes 

=== FAKEFLAGS from outside is handed on
all: ; @echo "$$FAKEFLAGS"
--- env FAKEFLAGS=--hosts=web1 --limit=w\ b* --yes
--- make no
--- out
--hosts=web1 --limit=w\ b* --yes

=== a selection of its own takes the place of the outer one
@db: hosts = db1
all: ; @echo "$$FAKEFLAGS"
--- env FAKEFLAGS=--hosts=web1 --user=me
--- args -R db
--- make no
--- out
--roles=db --user=me

=== a small load of -l has no exponent
all: ; @echo $(filter -l%,$(MAKEFLAGS)); $(MAKE) -s -f b.mk
--- make no
--- file b.mk
all: ; @echo $(filter -l%,$(MAKEFLAGS))
--- args -s -j2 -l .00001
--- out
-l0.00001
-l0.00001
