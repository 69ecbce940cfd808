#include <string.h>

#include "lang/reader.h"

/* Special targets set flags of the targets that they name, or a switch of the model. */
enum special_kind {
    SPECIAL_FLAG,           /* of the targets named; alone it says nothing */
    SPECIAL_FLAG_ALL,       /* of the targets named; alone of all */
    SPECIAL_SWITCH,         /* whatever is named */
    SPECIAL_SWITCH_OR_FLAG, /* alone a switch, else a flag of the targets named */
    SPECIAL_DEFAULT,        /* its recipe is for what has none */
    SPECIAL_SUFFIXES,       /* more of them; alone: none */
    SPECIAL_NOTHING,        /* known to make, without a meaning here */
};

struct special {
    const char *name;
    enum special_kind kind;
    unsigned flag;
    size_t offset; /* of a switch: a bool in the model */
};

#define MODEL(member) offsetof(struct model, member)

static const struct special specials[] = {
    { ".PHONY", SPECIAL_FLAG, TARGET_PHONY, 0 },
    { ".PRECIOUS", SPECIAL_FLAG_ALL, TARGET_PRECIOUS, 0 },
    { ".INTERMEDIATE", SPECIAL_FLAG, TARGET_INTERMEDIATE, 0 },
    { ".SECONDARY", SPECIAL_FLAG_ALL, TARGET_SECONDARY, 0 },
    { ".SILENT", SPECIAL_FLAG_ALL, TARGET_SILENT, 0 },
    { ".IGNORE", SPECIAL_FLAG_ALL, TARGET_IGNORE, 0 },
    { ".STAMP", SPECIAL_FLAG, TARGET_STAMP, 0 },
    { ".ALWAYS", SPECIAL_FLAG, TARGET_ALWAYS, 0 },
    { ".BARRIER", SPECIAL_FLAG, TARGET_BARRIER, 0 },
    { ".PRIMARY", SPECIAL_FLAG, TARGET_PRIMARY, 0 },
    { ".PARALLEL", SPECIAL_FLAG, TARGET_PARALLEL, 0 },
    { ".NOTPARALLEL", SPECIAL_SWITCH_OR_FLAG, TARGET_NOTPARALLEL, MODEL(not_parallel) },
    { ".ONESHELL", SPECIAL_SWITCH, 0, MODEL(one_shell) },
    { ".DELETE_ON_ERROR", SPECIAL_SWITCH, 0, MODEL(delete_on_error) },
    { ".EXPORT_ALL_VARIABLES", SPECIAL_SWITCH, 0, MODEL(export_all) },
    { ".POSIX", SPECIAL_SWITCH, 0, MODEL(posix) },
    { ".SECONDEXPANSION", SPECIAL_SWITCH, 0, MODEL(second_expansion) },
    { ".DEFAULT", SPECIAL_DEFAULT, 0, 0 },
    { ".SUFFIXES", SPECIAL_SUFFIXES, 0, 0 },
    { ".LOW_RESOLUTION_TIME", SPECIAL_NOTHING, 0, 0 },
    { ".WAIT", SPECIAL_NOTHING, 0, 0 },
};

const struct special *special_find(struct span name)
{
    size_t i;

    if (name.len < 2 || name.data[0] != '.')
        return NULL;
    for (i = 0; i < sizeof specials / sizeof *specials; i++)
        if (strlen(specials[i].name) == name.len &&
            memcmp(specials[i].name, name.data, name.len) == 0)
            return &specials[i];
    return NULL;
}

bool special_is_default(const struct special *special)
{
    return special->kind == SPECIAL_DEFAULT;
}

void special_apply(struct reader *reader, const struct special *special,
                   const struct prerequisite *names, size_t count)
{
    struct model *model = reader->lang->model;
    size_t i;

    if (special->kind == SPECIAL_SWITCH || (special->kind == SPECIAL_SWITCH_OR_FLAG && !count))
        *(bool *)((char *)model + special->offset) = true;
    if (special->kind == SPECIAL_FLAG_ALL && !count)
        model->all_flags |= special->flag;
    if (special->kind == SPECIAL_SUFFIXES)
        suffixes_set(reader->lang, names, count);
    for (i = 0; i < count; i++)
        if (special->flag)
            model_target(model, names[i].name)->flags |= special->flag;
}
