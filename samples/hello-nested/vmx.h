/*
 * VMX operation: switching it on and off and the instructions that work on the current VMCS (SDM chapters 23
 * and 30). An instruction that fails here means a bug in this hypervisor, so the wrappers report and end the run.
 */
#ifndef VMX_H
#define VMX_H

/* Where vmx-run.S keeps each register: instruction-encoding order, CR2 in the slot RSP (in the VMCS) leaves. */
#define REGS_RAX 0x00
#define REGS_RCX 0x08
#define REGS_RDX 0x10
#define REGS_RBX 0x18
#define REGS_CR2 0x20
#define REGS_RBP 0x28
#define REGS_RSI 0x30
#define REGS_RDI 0x38
#define REGS_R8 0x40
#define REGS_R9 0x48
#define REGS_R10 0x50
#define REGS_R11 0x58
#define REGS_R12 0x60
#define REGS_R13 0x68
#define REGS_R14 0x70
#define REGS_R15 0x78

/* What vmx_run returns. */
#define VMX_RUN_EXITED 0 /* L2 ran, or its entry failed late: VM_EXIT_REASON says which */
#define VMX_RUN_FAIL_INVALID 1 /* no current VMCS */
#define VMX_RUN_FAIL_VALID 2 /* VM_INSTRUCTION_ERROR says why */

#ifndef __ASSEMBLER__
#include "x86.h"

/* Capability MSRs, SDM appendix A. */
#define MSR_IA32_FEATURE_CONTROL 0x3a
#define FEATURE_CONTROL_LOCKED (1 << 0)
#define FEATURE_CONTROL_VMXON_OUTSIDE_SMX (1 << 2)
#define MSR_IA32_VMX_BASIC 0x480
#define VMX_BASIC_TRUE_CONTROLS (1UL << 55)
#define MSR_IA32_VMX_PINBASED_CTLS 0x481
#define MSR_IA32_VMX_PROCBASED_CTLS 0x482
#define MSR_IA32_VMX_EXIT_CTLS 0x483
#define MSR_IA32_VMX_ENTRY_CTLS 0x484
#define MSR_IA32_VMX_CR0_FIXED0 0x486
#define MSR_IA32_VMX_CR0_FIXED1 0x487
#define MSR_IA32_VMX_CR4_FIXED0 0x488
#define MSR_IA32_VMX_CR4_FIXED1 0x489
#define MSR_IA32_VMX_PROCBASED_CTLS2 0x48b
#define MSR_IA32_VMX_EPT_VPID_CAP 0x48c
#define MSR_IA32_VMX_TRUE_PINBASED_CTLS 0x48d

#define CPUID_1_ECX_VMX (1u << 5)

/* A VMXON or VMCS region: revision, abort indicator, then whatever the processor likes (SDM 24.2). */
struct vmx_region {
	u32 revision;
	u32 abort;
	u8 data[PAGE_SIZE - 8];
};

/* L2's registers that the VMCS does not hold. */
struct guest_regs {
	u64 rax, rcx, rdx, rbx, cr2, rbp, rsi, rdi;
	u64 r8, r9, r10, r11, r12, r13, r14, r15;
};

extern struct vmx_region vmxon_region, l2_vmcs;

void vmx_enable(void); /* up to and including VMXON */
void vmx_disable(void); /* VMCLEAR and VMXOFF */
void vmx_load_vmcs(struct vmx_region *region); /* VMCLEAR, VMPTRLD */
u64 vmread(u64 field);
void vmwrite(u64 field, u64 value);
void invept_all(void);

/* Makes a control word out of wanted bits and what the capability MSR demands; fails if a wanted bit is missing. */
u32 vmx_adjust_controls(u32 capability_msr, u32 wanted, const char *what);

/* Enters L2 and returns after its next exit to L1; vmx-run.S. */
int vmx_run(struct guest_regs *regs, bool launched);

/* Where a VM exit arrives (HOST_RIP). Not callable. */
extern const u8 vmx_exit[];

#endif /* __ASSEMBLER__ */
#endif
