/* What is to be done, chosen by the command line and done in either level. */
#ifndef WORK_H
#define WORK_H

#include "x86.h"

struct work {
	const char *name;
	u64 (*run)(u64 count);
	u64 count;
	u64 checksum;
};

extern struct work work;

/* False if there is no work of that name. */
bool work_select(const char *name);
void work_run(void);

#endif
