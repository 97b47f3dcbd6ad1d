/*
 * Descriptor tables of a 64-bit system: the layout both levels use, SDM 3.5 (system descriptors), 6.14 (IDT in
 * 64-bit mode) and 7.7 (64-bit TSS). L1's own tables are set up by descriptors.c; L2 builds its own in l2.c.
 */
#ifndef DESCRIPTORS_H
#define DESCRIPTORS_H

/* Selectors. Both levels lay their GDT out alike: null, code, data, task state. */
#define SELECTOR_CODE 0x08
#define SELECTOR_DATA 0x10
#define SELECTOR_TSS 0x18

#ifndef __ASSEMBLER__

#include "x86.h"

#define VECTOR_PAGE_FAULT 14

/* What LGDT and LIDT load. */
struct table_pointer {
	u16 limit;
	u64 base;
} __attribute__((packed));

struct tss {
	u32 reserved0;
	u64 rsp[3];
	u64 reserved1;
	u64 ist[7]; /* ist[0] is the stack IDT entries call "1" */
	u64 reserved2;
	u16 reserved3;
	u16 io_map_base;
} __attribute__((packed));

struct idt_gate {
	u16 offset_low;
	u16 selector;
	u8 ist;
	u8 type;
	u16 offset_middle;
	u32 offset_high;
	u32 reserved;
} __attribute__((packed));

#define GATE_INTERRUPT 0x8e /* present, DPL 0, 64-bit interrupt gate */

static inline struct idt_gate interrupt_gate(const void *handler, u8 ist)
{
	u64 address = (u64)handler;

	return (struct idt_gate){
		.offset_low = (u16)address,
		.selector = SELECTOR_CODE,
		.ist = ist,
		.type = GATE_INTERRUPT,
		.offset_middle = (u16)(address >> 16),
		.offset_high = (u32)(address >> 32),
	};
}

/* Writes a 16-byte TSS descriptor (type 9, available) into two GDT slots. */
static inline void set_tss_descriptor(u64 slots[2], const struct tss *tss)
{
	u64 base = (u64)tss;
	u64 limit = sizeof(*tss) - 1;

	slots[0] = limit | (base & 0xffffff) << 16 | 0x89UL << 40 | (base >> 24 & 0xff) << 56;
	slots[1] = base >> 32;
}

/* L1's tables; the VMCS host-state area has to name them. */
extern u64 l1_gdt[5];
extern struct tss l1_tss;
extern struct idt_gate l1_idt[32];

void descriptors_init(void);

#endif /* __ASSEMBLER__ */
#endif
