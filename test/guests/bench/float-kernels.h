/* The floating-point kernels of the benchmark; they need SSE2 and an x87 unit switched on. */
#ifndef FLOAT_KERNELS_H
#define FLOAT_KERNELS_H

#include "x86.h"

u64 sse(u64 count);
u64 x87(u64 count);

#endif
