/*
 * L1's TSS and IDT. L1 runs with interrupts off and expects no exception, so every vector leads to one report
 * that ends the run; a hypervisor that faults silently is hard to learn from.
 */
#include "descriptors.h"

#include "board.h"

/* What the stubs in interrupts.S leave on the stack, lowest address first. */
struct exception_frame {
	u64 vector;
	u64 error_code;
	u64 rip, cs, rflags, rsp, ss; /* pushed by the processor, SDM 6.14.2 */
};

extern const void *const l1_exception_stubs[32];

struct tss l1_tss;
struct idt_gate l1_idt[32];

void descriptors_init(void)
{
	struct table_pointer idt = { sizeof(l1_idt) - 1, (u64)l1_idt };

	/* VM exits load TR from the VMCS and need a valid task register to return to, SDM 26.2.3. */
	l1_tss.io_map_base = sizeof(l1_tss);
	set_tss_descriptor(&l1_gdt[SELECTOR_TSS / 8], &l1_tss);
	asm volatile("ltr %w0" : : "r"(SELECTOR_TSS));

	for (u32 vector = 0; vector < ARRAY_SIZE(l1_idt); vector++)
		l1_idt[vector] = interrupt_gate(l1_exception_stubs[vector], 0);
	asm volatile("lidt %0" : : "m"(idt));
}

/* Called by interrupts.S. */
void l1_unexpected_exception(const struct exception_frame *frame)
{
	fail("exception %lu, error code 0x%lx, at rip 0x%lx, cr2 0x%lx", frame->vector, frame->error_code,
	     frame->rip, read_cr2());
}
