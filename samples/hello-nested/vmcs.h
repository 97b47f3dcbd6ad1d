/*
 * The VMCS as software sees it: field encodings (SDM appendix B), the control bits this program sets (SDM 24.6 to
 * 24.8) and the basic exit reasons it handles (SDM appendix C). Named as in Turtlescope's views. Only what is used
 * here; assembly includes this file too.
 */
#ifndef VMCS_H
#define VMCS_H

/* 16-bit guest and host state */
#define GUEST_ES_SELECTOR 0x0800
#define GUEST_CS_SELECTOR 0x0802
#define GUEST_SS_SELECTOR 0x0804
#define GUEST_DS_SELECTOR 0x0806
#define GUEST_FS_SELECTOR 0x0808
#define GUEST_GS_SELECTOR 0x080a
#define GUEST_LDTR_SELECTOR 0x080c
#define GUEST_TR_SELECTOR 0x080e
#define HOST_ES_SELECTOR 0x0c00
#define HOST_CS_SELECTOR 0x0c02
#define HOST_SS_SELECTOR 0x0c04
#define HOST_DS_SELECTOR 0x0c06
#define HOST_FS_SELECTOR 0x0c08
#define HOST_GS_SELECTOR 0x0c0a
#define HOST_TR_SELECTOR 0x0c0c

/* 64-bit controls, read-only data, guest and host state */
#define IO_BITMAP_A 0x2000
#define IO_BITMAP_B 0x2002
#define MSR_BITMAP 0x2004
#define EPT_POINTER 0x201a
#define GUEST_PHYSICAL_ADDRESS 0x2400
#define VMCS_LINK_POINTER 0x2800
#define GUEST_IA32_DEBUGCTL 0x2802
#define GUEST_IA32_EFER 0x2806
#define HOST_IA32_EFER 0x2c02

/* 32-bit controls, read-only data, guest and host state */
#define PIN_BASED_VM_EXEC_CONTROL 0x4000
#define CPU_BASED_VM_EXEC_CONTROL 0x4002
#define EXCEPTION_BITMAP 0x4004
#define PAGE_FAULT_ERROR_CODE_MASK 0x4006
#define PAGE_FAULT_ERROR_CODE_MATCH 0x4008
#define CR3_TARGET_COUNT 0x400a
#define VM_EXIT_CONTROLS 0x400c
#define VM_EXIT_MSR_STORE_COUNT 0x400e
#define VM_EXIT_MSR_LOAD_COUNT 0x4010
#define VM_ENTRY_CONTROLS 0x4012
#define VM_ENTRY_MSR_LOAD_COUNT 0x4014
#define VM_ENTRY_INTR_INFO_FIELD 0x4016
#define VM_ENTRY_EXCEPTION_ERROR_CODE 0x4018
#define SECONDARY_VM_EXEC_CONTROL 0x401e
#define VM_INSTRUCTION_ERROR 0x4400
#define VM_EXIT_REASON 0x4402
#define IDT_VECTORING_INFO_FIELD 0x4408
#define IDT_VECTORING_ERROR_CODE 0x440a
#define VM_EXIT_INSTRUCTION_LEN 0x440c
#define GUEST_ES_LIMIT 0x4800
#define GUEST_CS_LIMIT 0x4802
#define GUEST_SS_LIMIT 0x4804
#define GUEST_DS_LIMIT 0x4806
#define GUEST_FS_LIMIT 0x4808
#define GUEST_GS_LIMIT 0x480a
#define GUEST_LDTR_LIMIT 0x480c
#define GUEST_TR_LIMIT 0x480e
#define GUEST_GDTR_LIMIT 0x4810
#define GUEST_IDTR_LIMIT 0x4812
#define GUEST_ES_AR_BYTES 0x4814
#define GUEST_CS_AR_BYTES 0x4816
#define GUEST_SS_AR_BYTES 0x4818
#define GUEST_DS_AR_BYTES 0x481a
#define GUEST_FS_AR_BYTES 0x481c
#define GUEST_GS_AR_BYTES 0x481e
#define GUEST_LDTR_AR_BYTES 0x4820
#define GUEST_TR_AR_BYTES 0x4822
#define GUEST_INTERRUPTIBILITY_INFO 0x4824
#define GUEST_ACTIVITY_STATE 0x4826
#define GUEST_SYSENTER_CS 0x482a
#define HOST_IA32_SYSENTER_CS 0x4c00

/* Natural-width controls, read-only data, guest and host state */
#define CR0_GUEST_HOST_MASK 0x6000
#define CR4_GUEST_HOST_MASK 0x6002
#define CR0_READ_SHADOW 0x6004
#define CR4_READ_SHADOW 0x6006
#define EXIT_QUALIFICATION 0x6400
#define GUEST_LINEAR_ADDRESS 0x640a
#define GUEST_CR0 0x6800
#define GUEST_CR3 0x6802
#define GUEST_CR4 0x6804
#define GUEST_ES_BASE 0x6806
#define GUEST_CS_BASE 0x6808
#define GUEST_SS_BASE 0x680a
#define GUEST_DS_BASE 0x680c
#define GUEST_FS_BASE 0x680e
#define GUEST_GS_BASE 0x6810
#define GUEST_LDTR_BASE 0x6812
#define GUEST_TR_BASE 0x6814
#define GUEST_GDTR_BASE 0x6816
#define GUEST_IDTR_BASE 0x6818
#define GUEST_DR7 0x681a
#define GUEST_RSP 0x681c
#define GUEST_RIP 0x681e
#define GUEST_RFLAGS 0x6820
#define GUEST_PENDING_DBG_EXCEPTIONS 0x6822
#define GUEST_SYSENTER_ESP 0x6824
#define GUEST_SYSENTER_EIP 0x6826
#define HOST_CR0 0x6c00
#define HOST_CR3 0x6c02
#define HOST_CR4 0x6c04
#define HOST_FS_BASE 0x6c06
#define HOST_GS_BASE 0x6c08
#define HOST_TR_BASE 0x6c0a
#define HOST_GDTR_BASE 0x6c0c
#define HOST_IDTR_BASE 0x6c0e
#define HOST_IA32_SYSENTER_ESP 0x6c10
#define HOST_IA32_SYSENTER_EIP 0x6c12
#define HOST_RSP 0x6c14
#define HOST_RIP 0x6c16

/* CPU_BASED_VM_EXEC_CONTROL, SDM table 24-6 */
#define CPU_BASED_HLT_EXITING (1 << 7)
#define CPU_BASED_USE_IO_BITMAPS (1 << 25)
#define CPU_BASED_USE_MSR_BITMAPS (1 << 28)
#define CPU_BASED_ACTIVATE_SECONDARY_CONTROLS (1u << 31)

/* SECONDARY_VM_EXEC_CONTROL, SDM table 24-7 */
#define SECONDARY_EXEC_ENABLE_EPT (1 << 1)

/* VM_EXIT_CONTROLS, SDM table 24-10 */
#define VM_EXIT_HOST_ADDRESS_SPACE_SIZE (1 << 9)
#define VM_EXIT_SAVE_IA32_EFER (1 << 20)
#define VM_EXIT_LOAD_IA32_EFER (1 << 21)

/* VM_ENTRY_CONTROLS, SDM table 24-12 */
#define VM_ENTRY_IA32E_MODE_GUEST (1 << 9)
#define VM_ENTRY_LOAD_IA32_EFER (1 << 15)

/* Segment access rights, SDM table 24-2 */
#define SEGMENT_CODE64 0xa09b /* present, 64-bit code, accessed */
#define SEGMENT_DATA 0xc093 /* present, data, writable, accessed */
#define SEGMENT_TSS_BUSY 0x008b /* present, 64-bit TSS, busy */
#define SEGMENT_AR_TSS_BUSY_BIT (1 << 1)
#define SEGMENT_AR_DEFAULT_32 (1 << 14)
#define SEGMENT_UNUSABLE 0x10000

/* Interruption-information words, SDM tables 24-13, 24-15 and 24-16: one format for events in both directions. */
#define INTR_INFO_VECTOR_MASK 0xff
#define INTR_INFO_DELIVER_CODE (1u << 11)
#define INTR_INFO_VALID (1u << 31)
#define INTR_INFO_RESERVED 0x7ffff000u

/* Basic exit reasons, SDM appendix C */
#define EXIT_REASON_TRIPLE_FAULT 2
#define EXIT_REASON_CPUID 10
#define EXIT_REASON_HLT 12
#define EXIT_REASON_VMCALL 18
#define EXIT_REASON_IO_INSTRUCTION 30
#define EXIT_REASON_MSR_READ 31
#define EXIT_REASON_MSR_WRITE 32
#define EXIT_REASON_INVALID_STATE 33
#define EXIT_REASON_EPT_VIOLATION 48
#define EXIT_REASON_BASIC_MASK 0xffff
#define EXIT_REASON_FAILED_VMENTRY (1u << 31)

#ifndef __ASSEMBLER__
#include "x86.h"

/* Fills the current VMCS: everything L2 needs to start at l2_entry. */
void vmcs_init(u64 ept_pointer);
#endif

#endif
