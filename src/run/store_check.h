#ifndef FAKE_RUN_STORE_CHECK_H
#define FAKE_RUN_STORE_CHECK_H

#include <stddef.h>
#include <stdint.h>

/* LMDB trusts its file: of a page that was damaged it may make a crash, or an answer. So a file
 * that may have been changed by something else is looked through before LMDB gets it. */

/* What is wrong with the file, or NULL; one that is not there, or is empty, is fine. Nobody else
 * may be writing it. Every page that LMDB could reach is of the form that it expects, none is two
 * things at once, and every value is as store_sum says. */
const char *store_check(const char *path);

/* Stands in the last SUM_SIZE bytes of each value. */
enum { STORE_SUM_SIZE = sizeof(uint64_t) };
uint64_t store_sum(const void *key, size_t key_size, const void *value, size_t value_size);

#endif
