#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/agent.h"
#include "io/ssh_candidate.h"
#include "io/ssh_state.h"

/* User authentication: keys are offered one after the other, then the password is, once, by the one
 * method that the server takes. Which it takes is asked only when all keys have failed: asking
 * first would cost a round trip.
 *
 * A server may want both. libssh2 tells a factor that was taken and one that was refused alike, but
 * the server then no longer lists the method: so a key goes before the password by itself, and
 * behind it the keys are offered once more. */

enum login_state {
    LOGIN_LIST,    /* the agent is asked for its keys */
    LOGIN_KEYS,    /* they are offered */
    LOGIN_METHODS, /* the server is asked what it takes */
    LOGIN_PASSWORD,
    LOGIN_INTERACTIVE, /* the password as answer to what the server asks */
};

struct ssh_login {
    enum login_state state;
    struct agent_question *question;
    struct vec candidates; /* struct candidate * */
    size_t at;             /* being offered */
    struct str tried;      /* for the message */
    struct str methods;    /* what the server takes, commas between */
    struct unusable unusable;
    bool answered;           /* the password was given once: never a second time */
    const char *answered_by; /* the method */
    bool offered_again;      /* the keys, behind the password */
};

void ssh_login_free(struct ssh_login *login)
{
    if (!login)
        return;
    agent_cancel(login->question);
    candidates_free(&login->candidates);
    str_free(&login->tried);
    str_free(&login->methods);
    str_free(&login->unusable.keys);
    str_free(&login->unusable.lacking);
    free(login);
}

static void note_tried(struct ssh_login *login, const char *name)
{
    str_addf(&login->tried, "%s%s", login->tried.len > 0 ? ", " : "", name);
}

/* ---- keys ---- */

static void collect(struct ssh *ssh, const struct wire_string *identities, const char *why)
{
    struct ssh_login *login = ssh->login;
    struct agent *agent = ssh->config->agent ? agent_find(ssh->loop, ssh->config->agent) : NULL;
    if (why)
        str_add(&login->unusable.keys, why);
    candidates_collect(ssh, agent, identities, &login->candidates, &login->unusable);
    login->state = LOGIN_KEYS;
}

static void agent_listed(void *context, const struct wire_string *reply, const char *why)
{
    struct ssh *ssh = context;
    ssh->login->question = NULL;
    collect(ssh, reply, why);
    ssh_continue(ssh);
}

static enum ssh_progress list_keys(struct ssh *ssh)
{
    struct ssh_login *login = ssh->login;
    if (login->question)
        return SSH_WAIT;
    if (!ssh->config->agent || !*ssh->config->agent) {
        collect(ssh, NULL, NULL);
        return SSH_NEXT;
    }
    struct agent *agent = agent_find(ssh->loop, ssh->config->agent);
    login->question = agent_ask_identities(agent, agent_listed, ssh);
    return SSH_WAIT;
}

/* A refusal is no failure yet; the connection's end is. */
static bool was_refused(int result)
{
    return result == LIBSSH2_ERROR_AUTHENTICATION_FAILED ||
           result == LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED;
}

static enum ssh_progress fail_while_trying(struct ssh *ssh)
{
    ssh_fail_library(ssh, "during the login");
    if (ssh->login->tried.len == 0)
        return SSH_FAILED;
    ssh->error = TRANSPORT_AUTH;
    return ssh_hint(
        ssh,
        "tried: %s. Servers hang up after some refusals: name the right key with ssh_identity, and "
        "IdentitiesOnly yes in the ssh configuration keeps the agent's others back",
        str_text(&ssh->login->tried));
}

/* For the agent, or for a person, and not for the server. */
static bool is_waiting(const struct candidate *candidate)
{
    return candidate->signing == SIGN_ASKED || candidate->signing == SIGN_LOCKED;
}

static enum ssh_progress offer_keys(struct ssh *ssh)
{
    struct ssh_login *login = ssh->login;
    for (; login->at < login->candidates.len; login->at++) {
        struct candidate *candidate = login->candidates.items[login->at];
        void *context = candidate;
        int result = libssh2_userauth_publickey(ssh->session, ssh->config->user,
                                                (const unsigned char *)candidate->blob.data,
                                                candidate->blob.len, candidate_sign, &context);
        if (result == LIBSSH2_ERROR_EAGAIN)
            return is_waiting(candidate) ? SSH_WAIT : SSH_WAIT_LIBRARY;
        if (result == 0)
            return SSH_NEXT;
        note_tried(login, candidate->name);
        if (!was_refused(result))
            return fail_while_trying(ssh);
    }
    login->state = LOGIN_METHODS;
    return SSH_WAIT;
}

/* ---- failure ---- */

enum { USUAL_MAX_TRIES = 6 }; /* MaxAuthTries of sshd_config(5) */

static enum ssh_progress hint_login(struct ssh *ssh)
{
    const struct ssh_login *login = ssh->login;
    const char *methods = str_text(&login->methods);
    const char *unusable = str_text(&login->unusable.keys);
    if (login->unusable.keys.len > 0)
        return ssh_hint(ssh, "not usable: %s%s", unusable,
                        strstr(unusable, "is encrypted") ? "; ssh-add takes an encrypted key" : "");
    if (login->answered)
        return ssh_hint(ssh, "is ssh_password right?");
    if (!strstr(methods, "publickey"))
        return ssh_hint(ssh, "the server takes no key alone, but %s: set ssh_password", methods);
    if (login->at >= USUAL_MAX_TRIES)
        return ssh_hint(
            ssh, "servers stop listening after %d keys: name the right one with ssh_identity",
            USUAL_MAX_TRIES);
    if (login->tried.len > 0)
        return ssh_hint(ssh,
                        "is the user right, and a public key in ~/.ssh/authorized_keys there?");
    return ssh_hint(
        ssh,
        "name a key file with ssh_identity or --identity, or add one to the agent with ssh-add");
}

/* A ticket to show to a server that takes GSSAPI. */
static bool has_ticket(void)
{
    if (getenv("KRB5CCNAME"))
        return true;
    char *path = mem_printf("/tmp/krb5cc_%lu", (unsigned long)getuid());
    bool exists = access(path, R_OK) == 0;
    free(path);
    return exists;
}

/* All that libssh2 can show was refused, but there is more. */
static enum ssh_progress fail_lacking(struct ssh *ssh, const char *what)
{
    ssh_fail(ssh, TRANSPORT_UNSUPPORTED,
             "%s lets %s in with nothing that libssh2 can show; it "
             "cannot use %s",
             str_text(&ssh->address_text), ssh->config->user, what);
    return ssh_hint(ssh, "the ssh program can do it: ssh_transport = openssh");
}

static enum ssh_progress fail_login(struct ssh *ssh)
{
    const struct ssh_login *login = ssh->login;
    const char *methods = str_text(&login->methods);
    if (login->unusable.lacking.len > 0 && strstr(methods, "publickey"))
        return fail_lacking(ssh, str_text(&login->unusable.lacking));
    if (ssh->config->gssapi && strstr(methods, "gssapi-with-mic") && has_ticket())
        return fail_lacking(ssh, "GSSAPI");
    const char *address = str_text(&ssh->address_text);
    const char *user = ssh->config->user;
    if (login->tried.len > 0)
        ssh_fail(ssh, TRANSPORT_AUTH, "%s does not let %s in; tried: %s", address, user,
                 str_text(&login->tried));
    else
        ssh_fail(ssh, TRANSPORT_AUTH, "no key to log in to %s as %s", address, user);
    return hint_login(ssh);
}

/* ---- password ---- */

/* Refused, or the first of two factors: what the server wants now tells. */
static enum ssh_progress ask_again(struct ssh *ssh, const char *method)
{
    ssh->login->answered_by = method;
    ssh->login->state = LOGIN_METHODS;
    return SSH_WAIT;
}

static enum ssh_progress give_password(struct ssh *ssh)
{
    const char *user = ssh->config->user;
    const char *password = ssh->connection->password;
    int result = libssh2_userauth_password_ex(ssh->session, user, (unsigned)strlen(user), password,
                                              (unsigned)strlen(password), NULL);
    if (result == LIBSSH2_ERROR_EAGAIN)
        return SSH_WAIT_LIBRARY;
    if (result == 0)
        return SSH_NEXT;
    note_tried(ssh->login, "password");
    ssh->login->answered = true;
    if (result == LIBSSH2_ERROR_PASSWORD_EXPIRED) {
        ssh_fail(ssh, TRANSPORT_AUTH, "the password of %s has expired", ssh->config->user);
        return ssh_hint(ssh, "log in by hand and set a new one");
    }
    return was_refused(result) ? ask_again(ssh, "password") : fail_while_trying(ssh);
}

/* Answers the first question that is not to be seen; a second one means that it was wrong. */
static void answer_questions(const char *name, int name_size, const char *instruction,
                             int instruction_size, int count,
                             const LIBSSH2_USERAUTH_KBDINT_PROMPT *prompts,
                             LIBSSH2_USERAUTH_KBDINT_RESPONSE *responses, void **abstract)
{
    (void)name, (void)name_size, (void)instruction, (void)instruction_size;
    struct ssh *ssh = *abstract;
    for (int i = 0; i < count; i++) {
        if (prompts[i].echo || ssh->login->answered)
            continue;
        responses[i].text = mem_strdup(ssh->connection->password); /* libssh2 calls free() */
        responses[i].length = (unsigned)strlen(responses[i].text);
        ssh->login->answered = true;
    }
}

static enum ssh_progress answer_server(struct ssh *ssh)
{
    const char *user = ssh->config->user;
    int result = libssh2_userauth_keyboard_interactive_ex(ssh->session, user,
                                                          (unsigned)strlen(user), answer_questions);
    if (result == LIBSSH2_ERROR_EAGAIN)
        return SSH_WAIT_LIBRARY;
    if (result == 0)
        return SSH_NEXT;
    if (ssh->login->answered)
        note_tried(ssh->login, "password (keyboard-interactive)");
    return was_refused(result) ? ask_again(ssh, "keyboard-interactive") : fail_while_trying(ssh);
}

/* ---- methods ---- */

static enum ssh_progress offer_again(struct ssh *ssh)
{
    struct ssh_login *login = ssh->login;
    login->offered_again = true;
    login->at = 0;
    for (size_t i = 0; i < login->candidates.len; i++) {
        struct candidate *candidate = login->candidates.items[i];
        candidate->signing = SIGN_NOT_ASKED;
    }
    login->state = LOGIN_KEYS;
    return SSH_WAIT;
}

static enum ssh_progress choose_method(struct ssh *ssh)
{
    const struct ssh_login *login = ssh->login;
    const char *methods = str_text(&login->methods);
    const char *password = ssh->connection->password;
    if (login->answered_by && !login->offered_again && strstr(methods, "publickey") &&
        !strstr(methods, login->answered_by))
        return offer_again(ssh);
    if (login->answered_by)
        return fail_login(ssh);
    if (!password || !*password)
        return fail_login(ssh);
    if (strstr(methods, "password"))
        ssh->login->state = LOGIN_PASSWORD;
    else if (strstr(methods, "keyboard-interactive"))
        ssh->login->state = LOGIN_INTERACTIVE;
    else
        return fail_login(ssh);
    return SSH_WAIT;
}

static enum ssh_progress ask_methods(struct ssh *ssh)
{
    const char *user = ssh->config->user;
    const char *methods = libssh2_userauth_list(ssh->session, user, (unsigned)strlen(user));
    if (!methods && libssh2_userauth_authenticated(ssh->session))
        return SSH_NEXT; /* a server that asks for nothing */
    if (!methods && libssh2_session_last_errno(ssh->session) == LIBSSH2_ERROR_EAGAIN)
        return SSH_WAIT_LIBRARY;
    if (!methods)
        return fail_while_trying(ssh);
    str_clear(&ssh->login->methods);
    str_add(&ssh->login->methods, methods);
    return choose_method(ssh);
}

/* ---- the step ---- */

/* Goes on at once when a state was left for the next one. */
enum ssh_progress ssh_step_authenticate(struct ssh *ssh)
{
    static enum ssh_progress (*const steps[])(struct ssh *) = {
        [LOGIN_LIST] = list_keys,         [LOGIN_KEYS] = offer_keys,
        [LOGIN_PASSWORD] = give_password, [LOGIN_INTERACTIVE] = answer_server,
        [LOGIN_METHODS] = ask_methods,
    };
    if (!ssh->login)
        ssh->login = mem_alloc(sizeof *ssh->login);
    for (;;) {
        enum login_state state = ssh->login->state;
        enum ssh_progress progress = steps[state](ssh);
        if (ssh->login->state == state)
            return progress;
    }
}
