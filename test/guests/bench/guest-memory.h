/* Paging of the benchmark guest: small pages for linear addresses, large ones in EPT, one to one in both. */
#ifndef GUEST_MEMORY_H
#define GUEST_MEMORY_H

#include "x86.h"

/* Switches L1 to 4 KiB pages; L2 uses the same tables. */
void guest_memory_init(void);

/* Builds the EPT and returns its EPT_POINTER. */
u64 guest_memory_ept(void);

#endif
