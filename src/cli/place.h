#ifndef FAKE_CLI_PLACE_H
#define FAKE_CLI_PLACE_H

/* The folder of the stock Fakefiles: FAKE_RULES, else share/fake/rules or rules beside the folder
 * of this program, or rules in it. The caller frees it; NULL: there is none. `program` is argv[0].
 */
char *place_rules(const char *program);

/* What $(MAKE) runs, so that it is this program from any folder. The caller frees it. */
char *place_command(const char *program);

#endif
