/* Starting CPUs (SDM 8.4.4), their interrupts, and the local APIC by memory and by MSRs (SDM 10.4, 10.12). */
#include "cpus.h"

#include "board.h"
#include "descriptors.h"

#define MSR_IA32_APIC_BASE 0x1b
#define APIC_BASE_X2APIC (1 << 10)
#define APIC_PAGE 0xfee00000UL
#define MSR_X2APIC 0x800
#define APIC_ID 0x20
#define APIC_EOI 0xb0
#define APIC_LOGICAL 0xd0
#define APIC_SPURIOUS 0xf0
#define APIC_ENABLED (1 << 8)
#define APIC_COMMAND 0x300
#define APIC_COMMAND_HIGH 0x310

struct cpu cpus[MOST_CPUS];
u32 cpu_count = 1;
static void (*work_of_cpus)(u32 cpu);
static u8 stacks[MOST_CPUS][STACK_BYTES] __attribute__((aligned(16)));
static PAGE_ALIGNED u64 high_pages[512];
static struct idt_gate idt[VECTOR_IPI + 1];

extern const u8 start_of_cpu[], end_of_start[], start_cr3[], start_stack[], ipi_entry[], nmi_entry[];

static bool x2apic(void)
{
	return rdmsr(MSR_IA32_APIC_BASE) & APIC_BASE_X2APIC;
}

static u32 apic_read(u32 offset)
{
	return x2apic() ? (u32)rdmsr(MSR_X2APIC + offset / 16) : *(volatile u32 *)(APIC_PAGE + offset);
}

static void apic_write(u32 offset, u32 value)
{
	if (x2apic())
		wrmsr(MSR_X2APIC + offset / 16, value);
	else
		*(volatile u32 *)(APIC_PAGE + offset) = value;
}

u32 this_cpu(void)
{
	return x2apic() ? apic_read(APIC_ID) : apic_read(APIC_ID) >> 24;
}

void use_x2apic(void)
{
	wrmsr(MSR_IA32_APIC_BASE, rdmsr(MSR_IA32_APIC_BASE) | APIC_BASE_X2APIC);
}

void send(u32 cpu, u32 command)
{
	if (x2apic()) {
		wrmsr(MSR_X2APIC + APIC_COMMAND / 16, (u64)cpu << 32 | command);
		return;
	}
	apic_write(APIC_COMMAND_HIGH, cpu << 24);
	apic_write(APIC_COMMAND, command);
}

/* Called by the handlers in cpus.S. */
void on_ipi(void)
{
	cpus[this_cpu()].interrupts++;
	apic_write(APIC_EOI, 0);
}

void on_nmi(void)
{
	cpus[this_cpu()].nmis++;
}

/* boot.S maps the first GiB; the APIC's page lies in the fourth. */
static void map_apic(void)
{
	u64 *pml4 = (u64 *)read_cr3();
	u64 *pdpt = (u64 *)(pml4[0] & PAGE_MASK);

	for (u64 i = 0; i < 512; i++)
		high_pages[i] = (3UL << 30) + (i << 21) + (PTE_LARGE | PTE_WRITE | PTE_PRESENT);
	pdpt[3] = (u64)high_pages | PTE_WRITE | PTE_PRESENT;
}

void cpu_init(void)
{
	struct table_pointer table = { sizeof(idt) - 1, (u64)idt };

	if (!high_pages[0]) {
		map_apic();
		for (u32 vector = 0; vector < ARRAY_SIZE(l1_idt); vector++)
			idt[vector] = l1_idt[vector];
		idt[2] = interrupt_gate(nmi_entry, 0);
		idt[VECTOR_IPI] = interrupt_gate(ipi_entry, 0);
	}
	asm volatile("lidt %0" : : "m"(table));
	apic_write(APIC_SPURIOUS, APIC_ENABLED | 0xff);
	if (!x2apic())
		apic_write(APIC_LOGICAL, 1u << (24 + this_cpu()));
	asm volatile("sti");
}

/* Called by cpus.S. */
void cpu_main(void)
{
	struct table_pointer gdt = { sizeof(l1_gdt) - 1, (u64)l1_gdt };
	u32 cpu;

	asm volatile("lgdt %0" : : "m"(gdt));
	cpu_init();
	cpu = this_cpu();
	cpus[cpu].apic_id = cpu;
	cpus[cpu].cpuid_id = cpuid(1, 0).ebx >> 24;
	cpus[cpu].topology_id = cpuid(0xb, 0).edx;
	cpus[cpu].online = true;
	work_of_cpus(cpu);
	for (;;)
		asm volatile("hlt");
}

void start_cpus(u32 count, void (*work)(u32 cpu))
{
	u8 *start = (u8 *)START_ADDRESS;

	cpu_count = count;
	work_of_cpus = work;
	for (u64 i = 0; i < (u64)(end_of_start - start_of_cpu); i++)
		start[i] = start_of_cpu[i];
	*(u64 *)(start + (start_cr3 - start_of_cpu)) = read_cr3();
	for (u32 cpu = 1; cpu < count; cpu++) {
		*(u64 *)(start + (start_stack - start_of_cpu)) = (u64)stacks[cpu] + STACK_BYTES;
		send(cpu, ICR_INIT | ICR_ASSERT);
		send(cpu, ICR_STARTUP | START_PAGE);
		send(cpu, ICR_STARTUP | START_PAGE);
		while (!cpus[cpu].online)
			pause();
	}
}
