/*
 * L2 sees exactly its own four MiB, each guest-physical address at the same physical one: two MiB in 4 KiB pages
 * with two of them left out on purpose, two MiB as a single large page. L1's own memory is not mapped, so an L2
 * that strays into it causes an EPT violation. SDM 28.2.2, tables 28-1 to 28-6.
 */
#include "ept.h"

#include "board.h"
#include "l2.h"
#include "vmx.h"

#define EPT_READ (1UL << 0)
#define EPT_WRITE (1UL << 1)
#define EPT_EXECUTE (1UL << 2)
#define EPT_ALL (EPT_READ | EPT_WRITE | EPT_EXECUTE)
#define EPT_MEMORY_TYPE_WB (6UL << 3)
#define EPT_LARGE_PAGE (1UL << 7)

/* EPT_POINTER, SDM table 24-8: write-back tables, a walk of four levels (encoded as three). */
#define EPTP_MEMORY_TYPE_WB 6UL
#define EPTP_WALK_LENGTH_4 (3UL << 3)

/* IA32_VMX_EPT_VPID_CAP, SDM A.10. */
#define EPT_CAP_WALK_LENGTH_4 (1UL << 6)
#define EPT_CAP_MEMORY_TYPE_WB (1UL << 14)
#define EPT_CAP_2M_PAGES (1UL << 16)
#define EPT_CAP_INVEPT (1UL << 20)
#define EPT_CAP_INVEPT_ALL (1UL << 26)
#define EPT_CAP_NEEDED \
	(EPT_CAP_WALK_LENGTH_4 | EPT_CAP_MEMORY_TYPE_WB | EPT_CAP_2M_PAGES | EPT_CAP_INVEPT | EPT_CAP_INVEPT_ALL)

static PAGE_ALIGNED u64 ept_pml4[512];
static PAGE_ALIGNED u64 ept_pdpt[512];
static PAGE_ALIGNED u64 ept_pd[512];
static PAGE_ALIGNED u64 ept_pt[512]; /* for L2_SMALL_PAGES_START up to L2_LARGE_PAGE */

static bool is_hole(u64 guest_physical)
{
	return guest_physical == (u64)l2_lazy_page || guest_physical == (u64)l2_fault_stack;
}

u64 ept_init(void)
{
	u64 lacking = EPT_CAP_NEEDED & ~rdmsr(MSR_IA32_VMX_EPT_VPID_CAP);

	if (lacking)
		fail("EPT: this processor lacks capability bits 0x%lx", lacking);

	ept_pml4[0] = (u64)ept_pdpt | EPT_ALL;
	ept_pdpt[0] = (u64)ept_pd | EPT_ALL;
	ept_pd[L2_SMALL_PAGES_START >> 21] = (u64)ept_pt | EPT_ALL;
	ept_pd[L2_LARGE_PAGE >> 21] = L2_LARGE_PAGE | EPT_LARGE_PAGE | EPT_MEMORY_TYPE_WB | EPT_ALL;
	for (u64 page = L2_SMALL_PAGES_START; page < L2_LARGE_PAGE; page += PAGE_SIZE)
		if (!is_hole(page))
			ept_map_page(page);

	/* The processor may remember translations of an EPT that stood at this address before (SDM 28.3.3.4). */
	invept_all();
	return (u64)ept_pml4 | EPTP_MEMORY_TYPE_WB | EPTP_WALK_LENGTH_4;
}

bool ept_map_page(u64 guest_physical)
{
	u64 page = guest_physical & PAGE_MASK;
	u64 *entry = &ept_pt[page >> 12 & 511];

	if (page < L2_SMALL_PAGES_START || page >= L2_LARGE_PAGE || *entry)
		return false;
	/* From "not present" to "present" needs no INVEPT: a missing translation is never cached (SDM 28.3.3.3). */
	*entry = page | EPT_MEMORY_TYPE_WB | EPT_ALL;
	return true;
}
