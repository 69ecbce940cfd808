#ifndef ANSWER_H
#define ANSWER_H

const char *answer(void);

#endif
