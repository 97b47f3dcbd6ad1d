/*
 * The nested guest. Each function below causes one kind of VM exit and checks what came back; none knows that a
 * hypervisor is there, except the hypercall. Runs in VMX non-root operation on what L1 put into vmcs12.
 */
#include "l2.h"

#include "descriptors.h"

#define COM1 0x3f8
#define COM1_LINE_STATUS (COM1 + 5)
#define LINE_STATUS_TRANSMIT_EMPTY 0x20

/* Where L2's page tables map nothing until the first touch. */
#define L2_HEAP 0x10000000UL
#define MAGIC 0x7475727469706573UL

extern u64 l2_pd[512];
extern const u8 l2_page_fault_entry[];

static u64 l2_gdt[5] = {
	0,
	0x00af9b000000ffff, /* SELECTOR_CODE */
	0x00cf93000000ffff, /* SELECTOR_DATA */
};
static struct idt_gate l2_idt[VECTOR_PAGE_FAULT + 1];
static struct tss l2_tss;
static u64 page_faults;

static u64 hypercall(u64 number, u64 a, u64 b)
{
	u64 result;

	asm volatile("vmcall" : "=a"(result) : "a"(number), "b"(a), "c"(b) : "memory");
	return result;
}

#define CHECK(condition)                                                   \
	do {                                                               \
		if (!(condition))                                          \
			hypercall(HYPERCALL_FAILED, __LINE__, 0);          \
	} while (0)

/* L1's I/O bitmap leaves COM1 alone: under an L0 these accesses exit to L0 and L1 never learns of them. */
static void say(const char *text)
{
	for (; *text; text++) {
		while (!(inb(COM1_LINE_STATUS) & LINE_STATUS_TRANSMIT_EMPTY))
			;
		outb(COM1, (u8)*text);
	}
}

static void load_descriptor_tables(void)
{
	struct table_pointer gdt = { sizeof(l2_gdt) - 1, (u64)l2_gdt };
	struct table_pointer idt = { sizeof(l2_idt) - 1, (u64)l2_idt };

	/* The page-fault gate switches to its own stack (IST 1): the page L1 has not mapped yet. */
	l2_tss.ist[0] = (u64)l2_fault_stack + PAGE_SIZE;
	l2_tss.io_map_base = sizeof(l2_tss);
	set_tss_descriptor(&l2_gdt[SELECTOR_TSS / 8], &l2_tss);
	l2_idt[VECTOR_PAGE_FAULT] = interrupt_gate(l2_page_fault_entry, 1);

	asm volatile("lgdt %0" : : "m"(gdt));
	asm volatile("ltr %w0" : : "r"(SELECTOR_TSS));
	asm volatile("lidt %0" : : "m"(idt));
}

static bool equals(const u32 *words, const char *text)
{
	for (u32 i = 0; text[i]; i++)
		if ((char)(words[i / 4] >> (i % 4 * 8)) != text[i])
			return false;
	return true;
}

static void ask_for_cpuid(void)
{
	struct cpuid_result features = cpuid(1, 0);
	struct cpuid_result hypervisor = cpuid(L2_CPUID_LEAF, 0);
	u32 signature[3] = { hypervisor.ebx, hypervisor.ecx, hypervisor.edx };

	CHECK(!(features.ecx & 1 << 5)); /* L1 hides VMX */
	CHECK(equals(signature, L2_CPUID_SIGNATURE));
}

static void use_a_port(void)
{
	outb(L2_PORT, 0x5a);
	CHECK(inb(L2_PORT) == 0xa5);
}

static void use_msrs(void)
{
	wrmsr(MSR_TSC_AUX, 0x1234);
	CHECK(rdmsr(MSR_TSC_AUX) == 0x1234);

	/* This one has its bitmap bit clear: no exit to L1. */
	wrmsr(MSR_GS_BASE, MAGIC & 0xffffffff);
	CHECK(rdmsr(MSR_GS_BASE) == (MAGIC & 0xffffffff));
}

/* The write goes to a guest-physical page missing in L1's EPT; L1 maps it and the same instruction runs again. */
static void touch_lazy_page(void)
{
	volatile u64 *word = (volatile u64 *)l2_lazy_page;

	*word = MAGIC;
	CHECK(*word == MAGIC);
}

/*
 * The write faults in L2's own page tables. Delivering that #PF pushes onto l2_fault_stack, which EPT lacks: the
 * exit interrupts the delivery and tells so in IDT_VECTORING_INFO_FIELD. L1 maps the page and injects the #PF.
 */
static void touch_heap(void)
{
	volatile u64 *word = (volatile u64 *)L2_HEAP;

	*word = MAGIC;
	CHECK(*word == MAGIC);
	CHECK(page_faults == 1);
}

/* Called by l2_page_fault_entry. */
void l2_handle_page_fault(u64 address, u64 error_code)
{
	page_faults++;
	CHECK(address == L2_HEAP);
	CHECK(error_code == 2); /* not present, write, supervisor: SDM 4.7 */
	l2_pd[L2_HEAP >> 21] = L2_LARGE_PAGE | PTE_PRESENT | PTE_WRITE | PTE_LARGE;
}

static void call_l1(void)
{
	CHECK(hypercall(HYPERCALL_ADD, 40, 2) == 42);
}

/* Called by l2_entry. */
void l2_main(void)
{
	load_descriptor_tables();
	say("L2: hello\n");
	ask_for_cpuid();
	use_a_port();
	use_msrs();
	touch_lazy_page();
	touch_heap();
	call_l1();
}
