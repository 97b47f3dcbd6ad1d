/* A guest on each CPU: a VMCS, an EPT of its own and a few instructions of work. */
#ifndef GUESTS_H
#define GUESTS_H

#include "x86.h"

/* VMX operation on this CPU. */
void vmx_on(u32 cpu);
/* The CPU's VMCS becomes current, its guest starts at `entry` with `argument` in RBX. */
void guest_prepare(u32 cpu, void (*entry)(void), u64 argument);
/* Runs the guest to its next exit; the basic exit reason. */
u32 guest_run(u32 cpu);
/* RBX of the guest. */
u64 guest_value(u32 cpu);
/* Behind the instruction that exited. */
void guest_advance(void);

/* 100 times CPUID, each adding 1 to RBX, then HLT. */
void guest_counting(void);
/* Sets RBX to 1 and spins. */
void guest_spinning(void);
#endif
