#ifndef FAKE_STEP_UNPACK_H
#define FAKE_STEP_UNPACK_H

#include <stdbool.h>

/* Takes the tar stream in a file apart into a folder that exists and is empty. The stream came from
 * a host and is not trusted: only files, folders, links and hard links within are made; a name that
 * would leave the folder, also through a link that the stream itself made, is refused. False: *why
 * says what is wrong (from the heap). */
bool unpack(const char *archive, const char *folder, char **why);
/* The same for an archive of the user's, of any kind, compressed or not, that is in a file here;
 * without the first `strip` parts of the names in it, and what has no more than those. */
bool unpack_archive(const char *archive, const char *folder, unsigned strip, char **why);

/* Moves what is in a folder into another one: each file by a rename, folders that are not there yet
 * whole. What is left of `from` is removed. False with *why from the heap. */
bool unpack_move(const char *from, const char *to, char **why);

/* Removes a folder of ours and all that is in it. */
void unpack_remove(const char *folder);

#endif
