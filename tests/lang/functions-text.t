=== subst replaces everywhere
$(info [$(subst ee,EE,feet on the street)])
all: ; @:
--- out
[fEEt on the strEEt]

=== subst keeps blanks
$(info [$(subst a,b,  a   a  )])
all: ; @:
--- out
[  b   b  ]

=== subst of nothing appends
$(info [$(subst ,x,a b)$(subst ,x,)])
all: ; @:
--- out
[a bxx]

=== subst by nothing
$(info [$(subst a,,banana)])
all: ; @:
--- out
[bnn]

=== subst does not look again at what it wrote
$(info [$(subst a,aa,aaa)|$(subst aa,a,aaaa)])
all: ; @:
--- out
[aaaaaa|aa]

=== subst takes no patterns
$(info [$(subst %.c,%.o,a.c %.c)])
all: ; @:
--- out
[a.c %.o]

=== blanks behind the comma belong to the argument
$(info [$(subst a, b,xax)])
all: ; @:
--- out
[x bx]

=== a comma or a blank from a variable
comma := ,
e :=
space := $(e) $(e)
$(info [$(subst $(space),$(comma),a b c)])
all: ; @:
--- out
[a,b,c]

=== the last argument has the further commas
$(info [$(subst a,b,a,a,a)|$(words a b,c)|$(strip  a,  b )])
all: ; @:
--- out
[b,b,b|2|a, b]

=== parentheses in arguments
$(info [$(subst a,(b),(a))])
all: ; @:
--- out
[((b))]

=== patsubst
$(info [$(patsubst %.c,%.o,x.c.c bar.c x.h)])
all: ; @:
--- out
[x.c.o bar.o x.h]

=== patsubst makes one blank of many
$(info [$(patsubst %.c,%.o,  a.c   b.c  )])
all: ; @:
--- out
[a.o b.o]

=== patsubst replaces the first percent only
$(info [$(patsubst %,%-%,a b)|$(patsubst a%%,<%>,a% aa%)])
all: ; @:
--- out
[a-% b-%|<> <a>]

=== patsubst by nothing leaves no blanks
$(info [$(patsubst %.c,,a.c b c.c d)])
all: ; @:
--- out
[b d]

=== patsubst with an empty stem leaves blanks
$(info [$(patsubst a%,%,a b a c)])
all: ; @:
--- out
[ b  c]

=== patsubst without percent takes whole words
$(info [$(patsubst a,b,a aa  a)])
all: ; @:
--- out
[b aa  b]

=== patsubst without percent writes percents as they are
$(info [$(patsubst a,x%y,a b)])
all: ; @:
--- out
[x%y b]

=== patsubst with a blank in the pattern
$(info [$(patsubst a b,x,a b a b ab a  b)])
all: ; @:
--- out
[x x ab a  b]

=== patsubst of nothing
$(info [$(patsubst ,x,)|$(patsubst ,x,a )|$(patsubst ,x,a)|$(patsubst %,x,)])
all: ; @:
--- out
[x|a x|a|]

=== quoted percents in patterns
$(info [$(patsubst \%a,b,%a xa)|$(patsubst a\\%,b,a\x ax)|$(patsubst a%,b\%,ax)|$(patsubst a%,b\\%,ax)])
all: ; @:
--- out
[b xa|b ax|b%|b\x]

=== backslashes elsewhere in patterns stay
$(info [$(patsubst a\b%,x%\y,a\bc)])
all: ; @:
--- out
[xc\y]

=== strip
$(info [$(strip   a   b  c )|$(strip )])
all: ; @:
--- out
[a b c|]

=== strip in conditionals
x =  
ifneq "$(strip $(x))" ""
$(info no)
else
$(info empty)
endif
all: ; @:
--- out
empty

=== findstring
$(info [$(findstring a,a b c)|$(findstring a,b c)|$(findstring b c,a b c)|$(findstring ,a)])
all: ; @:
--- out
[a||b c|]

=== filter
$(info [$(filter %.c %.s,foo.c bar.c baz.s ugh.h)])
all: ; @:
--- out
[foo.c bar.c baz.s]

=== filter by words and patterns
$(info [$(filter a %.c b%,a.c a b bc ab)])
all: ; @:
--- out
[a.c a b bc]

=== filter keeps order and repetitions
$(info [$(filter b a,a b a c b)])
all: ; @:
--- out
[a b a b]

=== filter takes percents of the words for plain
$(info [$(filter a%,a% ab b%)])
all: ; @:
--- out
[a% ab]

=== filter with quoted percents
$(info [$(filter \%.c,%.c a.c)|$(filter a\\%,a\b ab)])
all: ; @:
--- out
[%.c|a\b]

=== filter of nothing
$(info [$(filter ,a b)|$(filter a,)|$(filter %,a  b)])
all: ; @:
--- out
[||a b]

=== filter-out
$(info [$(filter-out main1.o main2.o,main1.o foo.o main2.o bar.o)])
all: ; @:
--- out
[foo.o bar.o]

=== filter-out by patterns
$(info [$(filter-out %.c b,a.c b c.o)|$(filter-out ,a  b)|$(filter-out %,a b)])
all: ; @:
--- out
[c.o|a b|]

=== filter of a thousand words
words_of_1 := $(shell seq 1 2000)
words_of_2 := $(shell seq 1000 3000)
$(info $(words $(filter $(words_of_1),$(words_of_2))))
$(info $(words $(filter-out $(words_of_1),$(words_of_2))))
all: ; @:
--- out
1001
1000

=== sort
$(info [$(sort foo bar lose)|$(sort  b a  b c a )|$(sort )])
all: ; @:
--- out
[bar foo lose|a b c|]

=== sort is by bytes
$(info [$(sort b B a A 10 9 _ a.b a/b a-b)])
all: ; @:
--- out
[10 9 A B _ a a-b a.b a/b b]

=== sort takes all blanks
define x
b
a	c
endef
$(info [$(sort $(x))])
all: ; @:
--- out
[a b c]

=== word
$(info [$(word 2,foo bar baz)|$(word 1,  a)|$(word 4,a b)|$(word 1,)])
all: ; @:
--- out
[bar|a||]

=== word takes blanks around its number
$(info [$(word  2 ,a b)])
all: ; @:
--- out
[b]

=== word with a number that is none
$(info $(word x,a))
all: ; @:
--- exit 2
--- err
Fakefile:1: *** non-numeric first argument to 'word' function: 'x'.  Stop.
--- out

=== word with no number
$(info $(word ,a))
all: ; @:
--- exit 2
--- err
Fakefile:1: *** non-numeric first argument to 'word' function: ''.  Stop.
--- out

=== word with a negative number
$(info $(word -1,a))
all: ; @:
--- exit 2
--- err
Fakefile:1: *** non-numeric first argument to 'word' function: '-1'.  Stop.
--- out

=== word counts from one
$(info $(word 0,a))
all: ; @:
--- exit 2
--- err
Fakefile:1: *** first argument to 'word' function must be greater than 0.  Stop.
--- out

=== the place is that of the variable

x = $(word 0,a)

$(info $(x))
all: ; @:
--- exit 2
--- err
Fakefile:2: *** first argument to 'word' function must be greater than 0.  Stop.
--- out

=== wordlist
$(info [$(wordlist 2,3,foo bar baz qux)|$(wordlist 2,9,a b c)|$(wordlist 3,2,a b c)|$(wordlist 1,0,a)])
all: ; @:
--- out
[bar baz|b c||]

=== wordlist keeps the blanks between
$(info [$(wordlist 2,3,  a  b   c  d )])
all: ; @:
--- out
[b   c]

=== wordlist counts from one
$(info $(wordlist 0,1,a))
all: ; @:
--- exit 2
--- err
Fakefile:1: *** invalid first argument to 'wordlist' function: '0'.  Stop.
--- out

=== wordlist with numbers that are none
$(info $(wordlist 1,y,a))
all: ; @:
--- exit 2
--- err
Fakefile:1: *** non-numeric second argument to 'wordlist' function: 'y'.  Stop.
--- out

=== words
$(info [$(words a b  c)|$(words )|$(words a,b)])
all: ; @:
--- out
[3|0|1]

=== the last word by words
x = a b c
$(info [$(word $(words $(x)),$(x))])
all: ; @:
--- out
[c]

=== firstword and lastword
$(info [$(firstword foo bar)|$(lastword foo bar)|$(firstword )|$(lastword )|$(lastword a )])
all: ; @:
--- out
[foo|bar|||a]

=== newlines separate words
define x
a
b
endef
$(info [$(words $(x)) $(strip $(x)) $(firstword $(x)) $(addsuffix .c,$(x))])
all: ; @:
--- out
[2 a b a a.c b.c]

=== UTF-8 in words
$(info [$(subst ä,ae,Bär)|$(patsubst ö%,%ö,öl)|$(words ü ß €)|$(filter %é,café the)])
all: ; @:
--- out
[Baer|lö|3|café]

=== too few arguments
$(info $(subst a,b))
all: ; @:
--- exit 2
--- err
Fakefile:1: *** insufficient number of arguments (2) to function 'subst'.  Stop.
--- out

=== too few arguments, in a variable

x = $(filter a)
$(info $(x))
all: ; @:
--- exit 2
--- err
Fakefile:2: *** insufficient number of arguments (1) to function 'filter'.  Stop.
--- out

=== a search path by functions
path = src:../headers
$(info [$(patsubst %,-I%,$(subst :, ,$(path)))])
all: ; @:
--- out
[-Isrc -I../headers]

