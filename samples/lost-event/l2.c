/*
 * The nested guest: makes its requests one after another, and sleeps until each is complete. Correct, as far as it
 * can tell.
 */
#include "l2.h"

#include "descriptors.h"
#include "requests.h"

/* What the processor pushes, SDM 6.14.2. */
struct interrupt_frame {
	u64 rip, cs, rflags, rsp, ss;
};

static const u64 l2_gdt[3] = {
	0,
	0x00af9b000000ffff, /* SELECTOR_CODE */
	0x00cf93000000ffff, /* SELECTOR_DATA */
};
/* A page of its own: only the processor reads it. */
static PAGE_ALIGNED struct idt_gate l2_idt[256];
static volatile u64 completed;

static void hypercall(u64 number, u64 argument)
{
	asm volatile("vmcall" : "+a"(number) : "b"(argument) : "memory");
}

static __attribute__((interrupt)) void request_completed(struct interrupt_frame *frame)
{
	(void)frame;
	completed++;
}

static void load_descriptor_tables(void)
{
	struct table_pointer gdt = { sizeof(l2_gdt) - 1, (u64)l2_gdt };
	struct table_pointer idt = { sizeof(l2_idt) - 1, (u64)l2_idt };

	l2_idt[VECTOR_COMPLETED] = interrupt_gate((const void *)request_completed, 0);
	asm volatile("lgdt %0" : : "m"(gdt));
	asm volatile("lidt %0" : : "m"(idt));
}

/* STI lets an interrupt in only behind the HLT: none comes between the question and the sleep. */
static void wait_for(u64 request)
{
	while (completed < request)
		asm volatile("sti; hlt; cli" : : : "memory");
}

/* Called by l2_page_fault_entry, which this guest has no gate for. */
void l2_handle_page_fault(u64 address, u64 error_code)
{
	hypercall(HYPERCALL_FAILED, address | error_code);
}

/* Called by l2_entry. */
void l2_main(void)
{
	load_descriptor_tables();
	for (u64 request = 1; request <= REQUESTS; request++) {
		hypercall(HYPERCALL_START, request);
		wait_for(request);
	}
	hypercall(HYPERCALL_DONE, 0);
}
