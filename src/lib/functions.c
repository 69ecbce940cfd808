#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "lib/context.h"
#include "lib/questions.h"
#include "step/git.h"

/* The functions of LANGUAGE.md that need more than the language: the user, a repository. */

static const struct {
    const char *name;
    bool (*body)(struct git *git, const char *argument, struct str *value, char **why);
} git_functions[] = {
    { "git-revision", git_revision },
    { "git-describe", git_describe },
    { "git-files", git_files },
};

/* That of this folder is opened when it is first asked; one of another, each time. */
static struct git *open_git(struct fake *fake, const char *folder, char **why)
{
    if (strcmp(folder, ".") != 0)
        return git_open(folder, why);
    if (!fake->git)
        fake->git = git_open(".", why);
    return fake->git;
}

/* By the repository that the folder is in. */
static bool answer_git(struct fake *fake, const char *name, const char *argument,
                       const char *folder, struct str *value, const char **error)
{
    char *why = NULL;
    bool fine = false;
    struct git *git = open_git(fake, folder, &why);

    for (size_t i = 0; git && i < sizeof git_functions / sizeof *git_functions; i++) {
        if (strcmp(git_functions[i].name, name) == 0)
            fine = git_functions[i].body(git, argument, value, &why);
    }
    if (git != fake->git)
        git_close(git);
    if (why)
        *error = arena_strdup(fake->lasting, why);
    free(why);
    return fine;
}

bool fake_answer(void *context, const char *name, const char *const *arguments, unsigned count,
                 struct str *value, const char **error)
{
    struct fake *fake = context;

    if (questions_know(name))
        return questions_answer(fake->questions, name, arguments, count, value, error);
    return answer_git(fake, name, count > 0 ? arguments[0] : "",
                      count > 1 && *arguments[1] ? arguments[1] : ".", value, error);
}
