/*
 * The first 32 MiB, mapped one to one: 4 KiB pages in the page tables, as an operating system would give a program,
 * 2 MiB pages in EPT, as a hypervisor would give a guest. Also L2's stack, and the symbols vmcs.c asks for.
 */
#include "guest-memory.h"

#include "vmx.h"

#define MAPPED (32UL << 20)
#define TABLES (MAPPED >> 21)

#define EPT_ALL 7UL
#define EPT_MEMORY_TYPE_WB (6UL << 3)
#define EPT_LARGE_PAGE (1UL << 7)
#define EPTP_WB_WALK_LENGTH_4 (6UL | 3UL << 3)

PAGE_ALIGNED u64 l2_pml4[512];
static PAGE_ALIGNED u64 pdpt[512], pd[512], page_tables[TABLES][512];
static PAGE_ALIGNED u64 ept_pml4[512], ept_pdpt[512], ept_pd[512];

/* vmcs.c starts L2 at the top of this stack (l2_stack_top, link.ld). */
u8 l2_stack[16 * PAGE_SIZE] __attribute__((aligned(16)));

void guest_memory_init(void)
{
	l2_pml4[0] = (u64)pdpt | PTE_PRESENT | PTE_WRITE;
	pdpt[0] = (u64)pd | PTE_PRESENT | PTE_WRITE;
	for (u64 table = 0; table < TABLES; table++)
		pd[table] = (u64)page_tables[table] | PTE_PRESENT | PTE_WRITE;
	for (u64 page = 0; page < MAPPED / PAGE_SIZE; page++)
		page_tables[page / 512][page % 512] = page * PAGE_SIZE | PTE_PRESENT | PTE_WRITE;
	asm volatile("mov %0, %%cr3" : : "r"(l2_pml4) : "memory");
}

u64 guest_memory_ept(void)
{
	ept_pml4[0] = (u64)ept_pdpt | EPT_ALL;
	ept_pdpt[0] = (u64)ept_pd | EPT_ALL;
	for (u64 page = 0; page < MAPPED >> 21; page++)
		ept_pd[page] = page << 21 | EPT_LARGE_PAGE | EPT_MEMORY_TYPE_WB | EPT_ALL;
	invept_all();
	return (u64)ept_pml4 | EPTP_WB_WALK_LENGTH_4;
}
