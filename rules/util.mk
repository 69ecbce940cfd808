# Canned functions: include util.mk

## $(call dquote,TEXT): TEXT in double quotes, so that the host's shell expands nothing in it
dquote = "$(subst `,\`,$(subst $$,\$$,$(subst ",\",$(subst \,\\,$1))))"

define newline


endef

## $(call indent,BLANKS,TEXT): every line of TEXT, BLANKS in front of it
indent = $1$(subst $(newline),$(newline)$1,$2)

## $(call has-command,NAME): yes where the host has the command NAME, else nothing
has-command = $(run command -v $(call quote-word,$1) >/dev/null 2>&1 && echo yes || :)

## $(call interface-address,NAME): the first IPv4 address of the host's interface NAME
interface-address = $(run ip -4 -o addr show dev $(call quote-word,$1) | awk '{ sub("/.*", "", $$4); print $$4; exit }')

quote-word = $(quote $(strip $1))
