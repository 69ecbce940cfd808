#include "ui/json_value.h"

#include <string.h>

#include "base/str.h"
#include "base/vec.h"
#include "ui/safe.h"

json_t *json_bytes(const char *data, size_t size)
{
    struct str valid = { 0 };
    json_t *json;

    utf8_add(&valid, data, size);
    json = json_stringn_nocheck(str_text(&valid), valid.len);
    str_free(&valid);
    return json;
}

json_t *json_text(const char *text)
{
    return text ? json_bytes(text, strlen(text)) : json_null();
}

json_t *json_texts(const struct vec *list)
{
    json_t *array = json_array();

    for (size_t i = 0; i < list->len; i++)
        json_array_append_new(array, json_text(list->items[i]));
    return array;
}

void json_set_text(json_t *object, const char *name, const char *text)
{
    json_object_set_new(object, name, json_text(text));
}

void json_set_texts(json_t *object, const char *name, const struct vec *texts)
{
    json_object_set_new(object, name, json_texts(texts));
}
