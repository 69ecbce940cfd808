#ifndef FAKE_UI_JSON_VALUE_H
#define FAKE_UI_JSON_VALUE_H

#include <jansson.h>
#include <stddef.h>

struct vec;

/* Values of JSON. Bytes that are no UTF-8 stand as \xNN. */

json_t *json_bytes(const char *data, size_t size);
json_t *json_text(const char *text);        /* null for NULL */
json_t *json_texts(const struct vec *list); /* const char * */

#endif
