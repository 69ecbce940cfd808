#ifndef FAKE_UI_HOSTS_H
#define FAKE_UI_HOSTS_H

#include <stddef.h>

#include "base/vec.h"

struct str;

/* Many hosts in few words. Lists hold const char *. */

/* As people look for them: web2 before web10. */
void hosts_sort(struct vec *hosts);
/* "web[01-20,23] db1", made harmless; the list is in order. */
void hosts_add(const struct vec *hosts, struct str *out);

/* Puts $(host) in place of the host's own name, with which a text that is the same for all hosts
 * becomes the same: "connect to $(host): refused". A host is "user@name:port"; its name counts, but
 * not inside a word or number: not web1 in web10. */
void host_generalize(const char *host, const char *text, struct str *out);

/* Characters, which are near enough to columns; bytes of the text that fill at most so many. */
int columns_of(const char *text);
size_t columns_cut(const char *text, size_t columns);

#endif
