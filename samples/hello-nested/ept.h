/* The extended page tables L1 gives L2: SDM 28.2. */
#ifndef EPT_H
#define EPT_H

#include "x86.h"

/* Builds the tables and returns what belongs into EPT_POINTER. */
u64 ept_init(void);

/* Maps one 4 KiB page of L2's small-page region onto itself. False if it lies outside or is mapped already. */
bool ept_map_page(u64 guest_physical);

#endif
