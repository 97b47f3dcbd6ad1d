/* The kernels of the benchmark. Freestanding C without libraries, the same in a guest and natively. */
#ifndef KERNELS_H
#define KERNELS_H

#include "x86.h"

struct kernel {
	const char *name;
	/* Runs `count` rounds and returns a checksum over all of them. */
	u64 (*run)(u64 count);
};

extern const struct kernel kernels[];
extern const u64 kernel_count;

/* The kernel of that name, or null. */
const struct kernel *find_kernel(const char *name);

#endif
