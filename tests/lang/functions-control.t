=== if
$(info [$(if x,yes,no)|$(if ,yes,no)|$(if ,yes)|$(if x,yes)])
all: ; @:
--- out
[yes|no||yes]

=== blanks around the condition do not count
$(info [$(if   ,yes,no)|$(if  x ,yes,no)])
all: ; @:
--- out
[no|yes]

=== blanks that a variable gives count
e :=
space := $(e) $(e)
$(info [$(if $(space),yes,no)])
all: ; @:
--- out
[yes]

=== the parts of if keep their blanks
$(info [$(if x, a , b )|$(if , a , b )])
all: ; @:
--- out
[ a | b ]

=== only one part of if is expanded
$(info [$(if x,a,$(error no))$(if ,$(error no),b)])
all: ; @:
--- out
[ab]

=== further commas belong to the last part
$(info [$(if ,a,b,c)|$(if x,a,b,c)])
all: ; @:
--- out
[b,c|a]

=== or
$(info [$(or a,b)|$(or ,b)|$(or ,)|$(or  , $(nope) , b )])
all: ; @:
--- out
[a|b||b]

=== or stops at the first
$(info [$(or a,$(error no))])
all: ; @:
--- out
[a]

=== and
$(info [$(and a,b)|$(and a,)|$(and ,b)|$(and a , b )])
all: ; @:
--- out
[b|||b]

=== and stops at the first that is empty
$(info [$(and ,$(error no))|$(and a,,$(error no))])
all: ; @:
--- out
[|]

=== intcmp
--- make 4.4
$(info [$(intcmp 1,2,lt,eq,gt)$(intcmp 2,2,lt,eq,gt)$(intcmp 3,2,lt,eq,gt)])
all: ; @:
--- out
[lteqgt]

=== intcmp with two arguments gives the number
--- make 4.4
$(info [$(intcmp 7,7)|$(intcmp 007,7)|$(intcmp 1,2)|$(intcmp -0,0)|$(intcmp -3,-03)])
all: ; @:
--- out
[7|7||0|-3]

=== intcmp without its last parts
--- make 4.4
$(info [$(intcmp 1,2,lt)$(intcmp 2,2,lt)$(intcmp 3,2,lt)|$(intcmp 2,2,lt,ge)$(intcmp 3,2,lt,ge)])
all: ; @:
--- out
[lt|gege]

=== intcmp of long and negative numbers
--- make 4.4
$(info [$(intcmp 99999999999999999999,100000000000000000000,lt,eq,gt)|$(intcmp -2,-1,lt,eq,gt)|$(intcmp -1,0,lt,eq,gt)])
all: ; @:
--- out
[lt|lt|lt]

=== intcmp expands one part
--- make 4.4
$(info [$(intcmp 1,2,a,$(error no),$(error no))])
all: ; @:
--- out
[a]

=== intcmp of what is no number
--- make 4.4
$(info $(intcmp a,1))
all: ; @:
--- exit 2
--- err
Fakefile:1: *** non-numeric first argument to 'intcmp' function: 'a'.  Stop.

=== intcmp of nothing
--- make 4.4
$(info $(intcmp 1,))
all: ; @:
--- exit 2
--- err
Fakefile:1: *** non-numeric second argument to 'intcmp' function: empty value.  Stop.

=== foreach
$(info [$(foreach d,a b c,$(d).o)])
all: ; @:
--- out
[a.o b.o c.o]

=== foreach over nothing
$(info [$(foreach d,,x)])
all: ; @:
--- out
[]

=== foreach joins with one blank
$(info [$(foreach d,  a   b  ,<$(d)>)|$(foreach d,a b,)])
all: ; @:
--- out
[<a> <b>| ]

=== foreach gives the name back
x := 1
$(info [$(foreach x,a b,$(x))$(x)|$(foreach y,a,$(y))$(y)$(origin y)])
all: ; @:
--- out
[a b1|aundefined]

=== foreach within foreach
$(info [$(foreach x,a b,$(foreach y,1 2,$(x)$(y)))|$(foreach x,a b,$(foreach x,1 2,$(x))$(x))])
all: ; @:
--- out
[a1 a2 b1 b2|1 2a 1 2b]

=== foreach hides a variable of the command line
--- args x=1
$(info [$(foreach x,a b,$(x))])
all: ; @:
--- out
[a b]

=== foreach takes the text of a variable
text = <$(d)>
$(info [$(foreach d,a b,$(text))])
all: ; @:
--- out
[<a> <b>]

=== foreach with a computed name
n = x
$(info [$(foreach $(n),a b,$(x)$($(n)))])
all: ; @:
--- out
[aa bb]

=== foreach takes blanks around its name
$(info [$(foreach  d ,a b,$(d))])
all: ; @:
--- out
[a b]

=== foreach with commas in its text
$(info [$(foreach d,a b,$(d),$(d))])
all: ; @:
--- out
[a,a b,b]

=== too few arguments for foreach
$(info $(foreach a,b))
all: ; @:
--- exit 2
--- err
Fakefile:1: *** insufficient number of arguments (2) to function 'foreach'.  Stop.
--- out

=== let
--- make 4.4
$(info [$(let a b,1 2,$(a)-$(b))])
all: ; @:
--- out
[1-2]

=== let gives the rest to the last name
--- make 4.4
$(info [$(let a b,1  2  3 ,<$(a)><$(b)>)])
all: ; @:
--- out
[<1><2  3 >]

=== let with fewer words than names
--- make 4.4
$(info [$(let a b c,1,<$(a)><$(b)><$(c)>)])
all: ; @:
--- out
[<1><><>]

=== let gives the names back
--- make 4.4
a := x
$(info [$(let a,1,$(a))$(a)])
all: ; @:
--- out
[1x]

=== reversing by let
--- make 4.4
reverse = $(let first rest,$1,$(if $(rest),$(call reverse,$(rest)) )$(first))
$(info $(call reverse,d c b a))
all: ; @:
--- out
a b c d

=== call
reverse = $(2) $(1)
$(info [$(call reverse,a,b)])
all: ; @:
--- out
[b a]

=== call keeps the blanks of arguments, not of the name
f = <$0|$1|$2|$3>
$(info [$(call  f , a , b )])
all: ; @:
--- out
[<f| a | b |>]

=== call with too few arguments
f = <$1|$2>
$(info [$(call f,a)])
all: ; @:
--- out
[<a|>]

=== arguments of an outer call are not seen
f = $(call g,$2)
g = <$1|$2|$3>
$(info [$(call f,a,b,c)])
all: ; @:
--- out
[<b||>]

=== arguments are seen in the variables of a call
f = $(x)
x = <$1>
$(info [$(call f,a)])
all: ; @:
--- out
[<a>]

=== arguments of a call in foreach
f = $(foreach i,1 2,$1$(i))
$(info [$(call f,a)])
all: ; @:
--- out
[a1 a2]

=== call of a function
$(info [$(call subst,a,b,aaa)|$(call strip,  x  y )|$(call words)])
all: ; @:
--- out
[bbb|x y|]

=== call of if expands again
x = 1
$(info [$(call if,a,$$(x),no)|$(call foreach,v,a b,<$$(v)>)])
all: ; @:
--- out
[1|<a> <b>]

=== call of nothing
$(info [$(call )$(call nope,a)$(call $(e),a)])
all: ; @:
--- out
[]

=== call of a computed name
n = f
f = <$1>
$(info [$(call $(n),a)])
all: ; @:
--- out
[<a>]

=== call of a simple variable
f := <$1>
$(info [$(call f,a)])
all: ; @:
--- out
[<>]

=== map by call
map = $(foreach a,$(2),$(call $(1),$(a)))
o = 1
$(info [$(call map,origin,o map HOME)])
all: ; @:
--- out
[file file environment]

=== recursion by call
reverse = $(if $1,$(call reverse,$(wordlist 2,$(words $1),$1)) $(firstword $1))
$(info $(strip $(call reverse,$(shell seq 1 300))))
all: ; @:
--- out
300 299 298 297 296 295 294 293 292 291 290 289 288 287 286 285 284 283 282 281 280 279 278 277 276 275 274 273 272 271 270 269 268 267 266 265 264 263 262 261 260 259 258 257 256 255 254 253 252 251 250 249 248 247 246 245 244 243 242 241 240 239 238 237 236 235 234 233 232 231 230 229 228 227 226 225 224 223 222 221 220 219 218 217 216 215 214 213 212 211 210 209 208 207 206 205 204 203 202 201 200 199 198 197 196 195 194 193 192 191 190 189 188 187 186 185 184 183 182 181 180 179 178 177 176 175 174 173 172 171 170 169 168 167 166 165 164 163 162 161 160 159 158 157 156 155 154 153 152 151 150 149 148 147 146 145 144 143 142 141 140 139 138 137 136 135 134 133 132 131 130 129 128 127 126 125 124 123 122 121 120 119 118 117 116 115 114 113 112 111 110 109 108 107 106 105 104 103 102 101 100 99 98 97 96 95 94 93 92 91 90 89 88 87 86 85 84 83 82 81 80 79 78 77 76 75 74 73 72 71 70 69 68 67 66 65 64 63 62 61 60 59 58 57 56 55 54 53 52 51 50 49 48 47 46 45 44 43 42 41 40 39 38 37 36 35 34 33 32 31 30 29 28 27 26 25 24 23 22 21 20 19 18 17 16 15 14 13 12 11 10 9 8 7 6 5 4 3 2 1

=== a hundred arguments
f = $(words $1 $2 $(99) $(100))$(101)
$(info $(call f,a,b,$(subst $(space),$(comma),$(shell seq 3 100))))
all: ; @:
--- out
2

=== value
x = $(y) $$
n = x
$(info [$(value x)|$(value nope)|$(value $(n))])
all: ; @:
--- out
[$(y) $$||$(y) $$]

=== origin
--- args y=1
x = 1
override z = 1
$(info [$(origin nope) $(origin x) $(origin HOME) $(origin y) $(origin z) $(origin CURDIR)])
all: ; @:
--- out
[undefined file environment command line override file]

=== origin of names that foreach and call bind
f = $(origin 1) $(origin 0)
$(info [$(foreach x,a,$(origin x))|$(call f,a)])
all: ; @:
--- out
[automatic|automatic automatic]

=== flavor
x = 1
y := 1
$(info [$(flavor nope) $(flavor x) $(flavor y) $(foreach z,a,$(flavor z))])
all: ; @:
--- out
[undefined recursive simple simple]

=== flavor of ?= and +=
x ?= 1
y := 1
y += 2
z += 1
$(info [$(flavor x) $(flavor y) $(flavor z)])
all: ; @:
--- out
[recursive simple recursive]

=== eval in foreach
$(foreach t,a b,$(eval $(t)_x := $$(t)!))
$(info $(a_x) $(b_x))
all: ; @:
--- out
a! b!

=== eval sees the arguments of a call
f = $(eval x := $$1)
$(call f,abc)
$(info $(x))
all: ; @:
--- out
abc

=== eval gives nothing
$(info [$(eval x = 1)$(x)])
all: ; @:
--- out
[1]

=== info
$(info a  b , c)
$(info )
$(info <$(x)>)
x = 1
all: ; @:
--- out
a  b , c

<>

=== info gives nothing
x := a$(info b)c
$(info $(x))
all: ; @:
--- out
b
ac

=== warning
$(info a)

$(warning careful)
$(info b)
all: ; @:
--- err
Fakefile:3: careful
--- out
a
b

=== warning in a variable has the place of its use
x = $(warning careful)

y := $(x)
all: ; @:
--- err
Fakefile:3: careful
--- out

=== error
$(info a)
$(error no  way)
$(info b)
all: ; @:
--- exit 2
--- err
Fakefile:2: *** no  way.  Stop.
--- out
a

=== error in a variable has the place of its use
x = $(error no)

y := $(x)
$(info b)
all: ; @:
--- exit 2
--- err
Fakefile:3: *** no.  Stop.
--- out

=== error that is not reached
$(if ,$(error no))
ifdef nope
$(error no)
endif
$(info b)
all: ; @:
--- out
b

