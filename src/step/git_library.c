#include "step/git_library.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* The one whose headers this was compiled with: its structs are in ours. */
static const char file_name[] = "libgit2.so." LIBGIT2_SOVERSION;

/* dlsym gives an object pointer, and C none from that to a function; POSIX wants it to have the
 * same bytes. */
static bool load(void *handle, const char *name, void *function, size_t size)
{
    void *symbol = dlsym(handle, name);
    memcpy(function, &symbol, size);
    return symbol != NULL;
}

/* Each member has the type that the header gives the function: checked, not evaluated. */
static bool load_all(struct git_library *library)
{
    bool fine = true;
#define LOAD(name, result, parameters)                                                             \
    (void)sizeof(1 ? library->name : name);                                                        \
    fine = fine && load(library->handle, #name, &library->name, sizeof library->name);
    GIT_FUNCTIONS(LOAD)
#undef LOAD
    return fine;
}

struct git_library *git_library_open(char **why)
{
    struct git_library *library = mem_alloc(sizeof *library);
    library->handle = dlopen(file_name, RTLD_NOW | RTLD_LOCAL);
    if (library->handle && load_all(library) && library->git_libgit2_init() > 0)
        return library;
    *why = mem_printf("libgit2 cannot be loaded: %s", library->handle ? file_name : dlerror());
    if (library->handle)
        dlclose(library->handle);
    free(library);
    return NULL;
}

void git_library_close(struct git_library *library)
{
    if (!library)
        return;
    library->git_libgit2_shutdown();
    dlclose(library->handle);
    free(library);
}
