/* Running L2 and handling its exits. */
#ifndef EXITS_H
#define EXITS_H

#include "x86.h"

/* Enters L2 until it halts, handling every exit. False if an entry failed or L2 did not do what is expected. */
bool run_l2(void);

#endif
