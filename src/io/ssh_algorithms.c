#include "io/ssh_algorithms.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

/* `known` is what libssh2 1.10 has and ssh can still be told to use. RSA host keys are missing:
 * that would be the SHA-1 signature, which servers and ssh have given up, and no `+ssh-rsa` for the
 * sake of one old server shall bring it back for those that can do better. */
static const struct {
    const char *option;
    const char *known;
    const char *usual; /* where nothing is configured; NULL: libssh2's own, which is `known` */
} table[SSH_ALGORITHMS] = {
    [SSH_KEX] = { "KexAlgorithms",
                  "curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,"
                  "ecdh-sha2-nistp384,ecdh-sha2-nistp521,diffie-hellman-group-exchange-sha256,"
                  "diffie-hellman-group16-sha512,diffie-hellman-group18-sha512,"
                  "diffie-hellman-group14-sha256,diffie-hellman-group14-sha1,"
                  "diffie-hellman-group1-sha1,diffie-hellman-group-exchange-sha1",
                  NULL },
    [SSH_HOST_KEY] = { "HostKeyAlgorithms",
                       "ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521",
                       "ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521" },
    [SSH_CIPHER] = { "Ciphers",
                     "aes128-ctr,aes192-ctr,aes256-ctr,aes128-cbc,aes192-cbc,aes256-cbc,3des-cbc",
                     "aes128-ctr,aes256-ctr,aes192-ctr" },
    [SSH_MAC] = { "MACs", "hmac-sha2-256,hmac-sha2-512,hmac-sha1,hmac-sha1-96,hmac-md5,hmac-md5-96",
                  "hmac-sha2-256,hmac-sha2-512,hmac-sha1" },
};

/* ---- lists ---- */

bool ssh_list_has(const char *list, const char *name, size_t size)
{
    while (*list) {
        size_t length = strcspn(list, ",");
        if (length == size && memcmp(list, name, size) == 0)
            return true;
        list += length + (list[length] == ',');
    }
    return false;
}

const char *ssh_list_common(const char *list, const char *other)
{
    while (*list) {
        size_t size = strcspn(list, ",");
        if (ssh_list_has(other, list, size))
            return list;
        list += size + (list[size] == ',');
    }
    return NULL;
}

/* ---- choices ---- */

const char *ssh_algorithm_option(enum ssh_algorithm kind)
{
    return table[kind].option;
}

const char *ssh_algorithm_known(enum ssh_algorithm kind)
{
    return table[kind].known;
}

const char *ssh_algorithm_offer(enum ssh_algorithm kind, const struct ssh_algorithm_choice *choice)
{
    return choice->known ? choice->known : table[kind].usual;
}

/* libssh2 1.10 is not given the list as it is: where it drops a name that it does not know, it
 * passes over the next one unseen. */
void ssh_algorithm_choose(struct ssh_algorithm_choice *choice, enum ssh_algorithm kind,
                          const char *listed)
{
    struct str known = { 0 };
    for (const char *at = listed; (at = ssh_list_common(at, table[kind].known));) {
        size_t size = strcspn(at, ",");
        str_add(&known, known.len > 0 ? "," : "");
        str_addn(&known, at, size);
        at += size + (at[size] == ',');
    }
    ssh_algorithm_clear(choice);
    choice->listed = mem_strdup(listed);
    choice->known = str_steal(&known);
}

void ssh_algorithm_clear(struct ssh_algorithm_choice *choice)
{
    free(choice->listed);
    free(choice->known);
    *choice = (struct ssh_algorithm_choice){ 0 };
}
