#ifndef FAKE_UI_JSON_VALUE_H
#define FAKE_UI_JSON_VALUE_H

#include <jansson.h>
#include <stddef.h>

struct vec;

/* Values of JSON. Bytes that are no UTF-8 stand as \xNN. */

json_t *json_bytes(const char *data, size_t size);
json_t *json_text(const char *text);        /* null for NULL */
json_t *json_texts(const struct vec *list); /* const char * */
/* A member of each kind: object keeps the value, name and text stay the caller's. */
void json_set_text(json_t *object, const char *name, const char *text);
void json_set_texts(json_t *object, const char *name, const struct vec *texts);

#endif
