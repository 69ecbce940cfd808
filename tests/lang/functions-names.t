=== dir
$(info [$(dir src/foo.c hacks)|$(dir /a/b/ / a//b .. .)])
all: ; @:
--- out
[src/ ./|/a/b/ / a// ./ ./]

=== notdir
$(info [$(notdir src/foo.c hacks)|$(notdir a/ b / c/d)])
all: ; @:
--- out
[foo.c hacks| b  d]

=== suffix
$(info [$(suffix src/foo.c src-1.0/bar.c hacks)|$(suffix a.tar.gz .x a. b/.c/d)])
all: ; @:
--- out
[.c .c|.gz .x .]

=== basename
$(info [$(basename src/foo.c src-1.0/bar hacks)|$(basename a.tar.gz .x a. b.d/c)])
all: ; @:
--- out
[src/foo src-1.0/bar hacks|a.tar  a b.d/c]

=== addsuffix and addprefix
$(info [$(addsuffix .c,foo bar)|$(addprefix src/,foo bar)|$(addsuffix ,a  b)|$(addprefix x,)])
all: ; @:
--- out
[foo.c bar.c|src/foo src/bar|a b|]

=== addsuffix takes its suffix with its blanks
$(info [$(addsuffix  .c,a b)|$(addprefix a b,c)])
all: ; @:
--- out
[a.c b.c|a bc]

=== join
$(info [$(join a b,.c .o)|$(join a b c,1)|$(join a,1 2 3)|$(join ,)])
all: ; @:
--- out
[a.c b.o|a1 b c|a1 2 3|]

=== join of dir and notdir
$(info [$(join $(dir a/b c),$(notdir a/b c))])
all: ; @:
--- out
[a/b ./c]

=== abspath
$(info [$(abspath / /a/../b /a/./b/ //a//b /.. /a/../../b)])
all: ; @:
--- out
[/ /b /a/b /a/b / /b]

=== abspath of relative names
$(info [$(subst $(CURDIR),HERE,$(abspath a ./b ../$(notdir $(CURDIR))/c . d/..))])
all: ; @:
--- out
[HERE/a HERE/b HERE/c HERE HERE]

=== abspath needs no file
$(info [$(abspath /nope/../x)])
all: ; @:
--- out
[/x]

=== realpath
--- run mkdir d; touch f; ln -s f l
$(info [$(subst $(realpath .),HERE,$(realpath f l d/../f nope d/nope/.. d/))])
all: ; @:
--- out
[HERE/f HERE/f HERE/f HERE/d]

=== realpath and broken links
--- run ln -s nowhere l
$(info [$(realpath l)])
all: ; @:
--- out
[]

=== wildcard
--- run touch b.c a.c c.h
$(info [$(wildcard *.c)])
all: ; @:
--- out
[a.c b.c]

=== wildcard without a pattern asks for the file
--- run touch a.c b.c
$(info [$(wildcard b.c nope a.c)])
all: ; @:
--- out
[b.c a.c]

=== wildcard in the order of its patterns
--- run touch a1.c a2.c b1.c
$(info [$(wildcard b*.c a*.c b1.c)])
all: ; @:
--- out
[b1.c a1.c a2.c b1.c]

=== wildcard with ? and brackets
--- run touch a1.c a2.c ab.c
$(info [$(wildcard a?.c)|$(wildcard a[12].c)|$(wildcard a[!1].c)|$(wildcard a[0-1].c)])
all: ; @:
--- out
[a1.c a2.c ab.c|a1.c a2.c|a2.c ab.c|a1.c]

=== wildcard finds nothing
$(info [$(wildcard *.nope)|$(wildcard )|$(wildcard [)])
all: ; @:
--- out
[||]

=== wildcard and folders
--- run mkdir d d2; touch d/x d/y
$(info [$(wildcard d/*)|$(wildcard */x)|$(wildcard d*/)])
all: ; @:
--- out
[d/x d/y|d/x|d/ d2/]

=== wildcard and hidden files
--- run touch .hidden hidden
$(info [$(wildcard .h*)|$(wildcard *den)])
all: ; @:
--- out
[.hidden|hidden]

=== wildcard finds broken links
--- run ln -s nowhere l
$(info [$(wildcard l)|$(wildcard l*)])
all: ; @:
--- out
[l|l]

=== wildcard quotes with a backslash
--- run touch 'a*' ab 'a b'
$(info [$(wildcard a\*)|$(wildcard a\ b)])
all: ; @:
--- out
[a*|a b]

=== wildcard with a folder in front
--- run mkdir d; touch a.c d/b.c
$(info [$(wildcard ./*.c)|$(wildcard d//*.c)])
all: ; @:
--- out
[./a.c|d//b.c]

=== wildcard and home
$(info [$(subst $(HOME),HOME,$(wildcard ~ ~/))|$(wildcard ~nobodyatall)])
all: ; @:
--- out
[HOME HOME/|]

=== wildcard sees files made since
$(info [$(wildcard x)])
$(shell touch x)
$(info [$(wildcard x)])
all: ; @:
--- out
[]
[x]

=== objects from wildcard
--- run touch b.c a.c
$(info [$(patsubst %.c,%.o,$(wildcard *.c))])
all: ; @:
--- out
[a.o b.o]

