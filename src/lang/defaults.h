#ifndef FAKE_LANG_DEFAULTS_H
#define FAKE_LANG_DEFAULTS_H

/* Variables that have a value before anything is read (ORIGIN_DEFAULT, recursive). */
struct default_variable {
    const char *name; /* NULL: behind the last */
    const char *value;
};
extern const struct default_variable default_variables[];

#endif
