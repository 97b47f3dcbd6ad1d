/* The CPUs of the machine: how they start, how they tell each other, and what each has of its own. */
#ifndef CPUS_H
#define CPUS_H

#define MOST_CPUS 8
#define STACK_BYTES 16384
/* Page that the start-up IPI names, and where the code there lies in real mode. */
#define START_PAGE 0x08
#define START_ADDRESS (START_PAGE << 12)

/* Vector of the interrupts that CPUs send each other. */
#define VECTOR_IPI 0x40

#ifndef __ASSEMBLER__
#include "x86.h"

struct cpu {
	/* Counted by the handlers. */
	volatile u32 interrupts, nmis;
	/* What the CPU says of itself when it is up. */
	volatile bool online;
	volatile u32 apic_id, cpuid_id, topology_id;
	/* What a test's CPUs hand each other. */
	volatile u64 result, result2;
};

extern struct cpu cpus[MOST_CPUS];
extern u32 cpu_count;

/* Number of the CPU that asks. */
u32 this_cpu(void);
/* Interrupts, local APIC, and, for all but the first CPU, the rest of the state. */
void cpu_init(void);
/* Starts the other CPUs; each runs `work` and then halts with interrupts on. */
void start_cpus(u32 count, void (*work)(u32 cpu));

/* Interrupt command: delivery mode and shorthand as the SDM's figure 10-12 has them. */
#define ICR_NMI (4 << 8)
#define ICR_INIT (5 << 8)
#define ICR_STARTUP (6 << 8)
#define ICR_LOWEST_PRIORITY (1 << 8)
#define ICR_LOGICAL (1 << 11)
#define ICR_ASSERT (1 << 14)
#define ICR_SELF (1 << 18)
#define ICR_ALL (2 << 18)
#define ICR_OTHERS (3 << 18)
void send(u32 cpu, u32 command);
/* From now on through MSRs, on this CPU. */
void use_x2apic(void);

static inline void pause(void)
{
	asm volatile("pause" : : : "memory");
}

/* Waits until a counter another CPU counts has this value. */
static inline void wait_for(const volatile u32 *counter, u32 value)
{
	while (*counter < value)
		pause();
}
#endif
#endif
