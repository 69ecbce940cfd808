=== a comment ends a line
a = 1 # one
$(info [$(a)])
all: ; # shell
--- out
[1 ]
# shell

=== blanks before a comment belong to the value
a = b   # c
$(info [$(a)])
all: ; @:
--- out
[b   ]

=== \# is a plain number sign
a = b\#c
$(info [$(a)])
all: ; @:
--- out
[b#c]

=== two backslashes before # are one, and the comment stands
a = b\\# c
$(info [$(a)])
all: ; @:
--- out
[b\]

=== a # in a function call ends the line
--- make yes
a = $(subst x,y,x) # $(error no)
$(info $(a))
all: ; @:
--- out
y 

=== a comment goes on over a backslash
# a comment \
$(error not read)
$(info read)
all: ; @:
--- out
read

=== a continuation becomes one blank
a = one   \
      two \
three
$(info [$(a)])
all: ; @:
--- out
[one two three]

=== continuations in a row become one blank
a = one \
\
   \
  two
$(info [$(a)])
all: ; @:
--- out
[one two]

=== an even number of backslashes does not continue
a = one\\
b = two
$(info [$(a)] [$(b)])
all: ; @:
--- out
[one\\] [two]

=== three backslashes: one stays, and the line goes on
a = one\\\
two
$(info [$(a)])
all: ; @:
--- out
[one\ two]

=== a continued list of prerequisites
all: a \
     b
	@echo $^
a b: ;
--- out
a b

=== a recipe keeps its continuations for the shell
all:
	@echo one \
	two
	@echo 'one\
	two'
--- out
one two
one\
two

=== a number sign in a recipe is the shell's
all:
	@echo a # b
	@echo 'c # d'
--- out
a
c # d

=== a comment between the lines of a recipe does not end it
all:
	@echo 1
# comment
	@echo 2

	@echo 3
--- out
1
2
3

=== a line of blanks is no line
all:
	@echo 1
   
	@echo 2
--- out
1
2

=== lines end in CR LF
--- run printf 'a = 1\r\nall:\r\n\t@echo [$(a)]\r\n' > crlf.mk
--- args -f crlf.mk
--- make no
--- out
[1]

=== a byte order mark is passed over
--- run printf '\357\273\277a = 1\nall:\n\t@echo $(a)\n' > bom.mk
--- args -f bom.mk
--- make no
--- out
1

=== a NUL byte is refused
--- run printf 'a = 1\0\nall:\n' > nul.mk
--- args -f nul.mk
--- make no
--- exit 2
--- err
nul.mk: it holds a NUL byte

=== a file that does not end in a newline
--- run printf 'all:\n\t@echo end' > cut.mk
--- args -f cut.mk
--- out
end

=== a value that is a megabyte long
--- run { printf 'a = '; head -c 1000000 /dev/zero | tr '\0' x; printf '\nall:\n\t@echo $(words $(a))\n'; } > long.mk
--- args -f long.mk
--- out
1

=== a backslash at the end of a file
--- run printf 'x = a \\\n' > b.mk
include b.mk
$(info [$(x)])
all: ; @:
--- out
[a ]

=== a backslash at the end of a file that ends without a newline
--- run printf 'x = a \\' > b.mk
include b.mk
$(info [$(x)])
all: ; @:
--- out
[a \]

