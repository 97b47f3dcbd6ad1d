/*
 * What L1 and L2 agree on: where L2 lies, which port, MSR and hypercalls it uses, and the symbols L1 needs to set
 * it up. L2 shares no code and no data with L1; through EPT it could not even read L1's.
 */
#ifndef L2_H
#define L2_H

/* L2's memory. The linker script puts it there. */
#define L2_SMALL_PAGES_START 0x400000 /* code, data, tables: 4 KiB pages in EPT */
#define L2_LARGE_PAGE 0x600000 /* heap: one 2 MiB page in EPT */

/* An I/O port L1 emulates: IN returns the complement of the last byte written. */
#define L2_PORT 0x510

/* A CPUID leaf in the range hypervisors answer, and the answer. */
#define L2_CPUID_LEAF 0x40000000
#define L2_CPUID_SIGNATURE "HelloNestedL"

/* Hypercalls: VMCALL with the number in RAX, arguments in RBX and RCX, the result in RAX. */
#define HYPERCALL_ADD 1
#define HYPERCALL_FAILED 2 /* L2 found something wrong; RBX is the line */

#ifndef __ASSEMBLER__
#include "x86.h"

extern u64 l2_pml4[512];
extern u8 l2_entry[], l2_stack_top[];

/* The two pages L1's EPT leaves out at first. */
extern u8 l2_lazy_page[PAGE_SIZE]; /* plain data */
extern u8 l2_fault_stack[PAGE_SIZE]; /* the stack L2's page-fault handler runs on */
#endif

#endif
