/*
 * Fills vmcs12, the VMCS this hypervisor runs L2 with: controls (SDM 24.6 to 24.8), the state to come back with
 * (SDM 24.5) and the state L2 starts in (SDM 24.4). L2 starts in 64-bit mode, with its own page tables.
 */
#include "vmcs.h"

#include "descriptors.h"
#include "l2.h"
#include "vmx.h"

/* SDM 24.6.4 and 24.6.9: a set bit means "exit". Port N is bit N of A and B together, one page each. */
static PAGE_ALIGNED u8 io_bitmap_a[PAGE_SIZE], io_bitmap_b[PAGE_SIZE];
static PAGE_ALIGNED u8 msr_bitmap[PAGE_SIZE];

/* The MSR bitmap's four quarters; the high ones start at MSR 0xc0000000. */
#define MSR_BITMAP_READ_HIGH 1024
#define MSR_BITMAP_WRITE_HIGH 3072
#define MSR_HIGH_RANGE 0xc0000000

static void set_bit(u8 *bitmap, u32 bit)
{
	bitmap[bit / 8] |= 1 << (bit % 8);
}

static void init_bitmaps(void)
{
	set_bit(io_bitmap_a, L2_PORT);
	set_bit(msr_bitmap + MSR_BITMAP_READ_HIGH, MSR_TSC_AUX - MSR_HIGH_RANGE);
	set_bit(msr_bitmap + MSR_BITMAP_WRITE_HIGH, MSR_TSC_AUX - MSR_HIGH_RANGE);
}

static void init_controls(u64 ept_pointer)
{
	u32 primary = CPU_BASED_HLT_EXITING | CPU_BASED_USE_IO_BITMAPS | CPU_BASED_USE_MSR_BITMAPS |
		      CPU_BASED_ACTIVATE_SECONDARY_CONTROLS;
	u32 exit = VM_EXIT_HOST_ADDRESS_SPACE_SIZE | VM_EXIT_SAVE_IA32_EFER | VM_EXIT_LOAD_IA32_EFER;
	u32 entry = VM_ENTRY_IA32E_MODE_GUEST | VM_ENTRY_LOAD_IA32_EFER;

	vmwrite(PIN_BASED_VM_EXEC_CONTROL,
		vmx_adjust_controls(MSR_IA32_VMX_PINBASED_CTLS, 0, "PIN_BASED_VM_EXEC_CONTROL"));
	vmwrite(CPU_BASED_VM_EXEC_CONTROL,
		vmx_adjust_controls(MSR_IA32_VMX_PROCBASED_CTLS, primary, "CPU_BASED_VM_EXEC_CONTROL"));
	vmwrite(SECONDARY_VM_EXEC_CONTROL, vmx_adjust_controls(MSR_IA32_VMX_PROCBASED_CTLS2, SECONDARY_EXEC_ENABLE_EPT,
							       "SECONDARY_VM_EXEC_CONTROL"));
	vmwrite(VM_EXIT_CONTROLS, vmx_adjust_controls(MSR_IA32_VMX_EXIT_CTLS, exit, "VM_EXIT_CONTROLS"));
	vmwrite(VM_ENTRY_CONTROLS, vmx_adjust_controls(MSR_IA32_VMX_ENTRY_CTLS, entry, "VM_ENTRY_CONTROLS"));

	init_bitmaps();
	vmwrite(IO_BITMAP_A, (u64)io_bitmap_a);
	vmwrite(IO_BITMAP_B, (u64)io_bitmap_b);
	vmwrite(MSR_BITMAP, (u64)msr_bitmap);
	vmwrite(EPT_POINTER, ept_pointer);

	/* L2 keeps its exceptions and does not get to see that CR4.VMXE is set beneath it. */
	vmwrite(EXCEPTION_BITMAP, 0);
	vmwrite(PAGE_FAULT_ERROR_CODE_MASK, 0);
	vmwrite(PAGE_FAULT_ERROR_CODE_MATCH, 0);
	vmwrite(CR0_GUEST_HOST_MASK, 0);
	vmwrite(CR0_READ_SHADOW, 0);
	vmwrite(CR4_GUEST_HOST_MASK, X86_CR4_VMXE);
	vmwrite(CR4_READ_SHADOW, X86_CR4_PAE);
	vmwrite(CR3_TARGET_COUNT, 0);

	vmwrite(VM_EXIT_MSR_STORE_COUNT, 0);
	vmwrite(VM_EXIT_MSR_LOAD_COUNT, 0);
	vmwrite(VM_ENTRY_MSR_LOAD_COUNT, 0);
	vmwrite(VM_ENTRY_INTR_INFO_FIELD, 0);
}

/* What this level continues with after an exit. HOST_RSP is vmx-run.S's business. */
static void init_host_state(void)
{
	vmwrite(HOST_CR0, read_cr0());
	vmwrite(HOST_CR3, read_cr3());
	vmwrite(HOST_CR4, read_cr4());
	vmwrite(HOST_IA32_EFER, rdmsr(MSR_EFER));

	vmwrite(HOST_CS_SELECTOR, SELECTOR_CODE);
	vmwrite(HOST_SS_SELECTOR, SELECTOR_DATA);
	vmwrite(HOST_DS_SELECTOR, SELECTOR_DATA);
	vmwrite(HOST_ES_SELECTOR, SELECTOR_DATA);
	vmwrite(HOST_FS_SELECTOR, 0);
	vmwrite(HOST_GS_SELECTOR, 0);
	vmwrite(HOST_TR_SELECTOR, SELECTOR_TSS);
	vmwrite(HOST_FS_BASE, 0);
	vmwrite(HOST_GS_BASE, 0);
	vmwrite(HOST_TR_BASE, (u64)&l1_tss);
	vmwrite(HOST_GDTR_BASE, (u64)l1_gdt);
	vmwrite(HOST_IDTR_BASE, (u64)l1_idt);
	vmwrite(HOST_IA32_SYSENTER_CS, 0);
	vmwrite(HOST_IA32_SYSENTER_ESP, 0);
	vmwrite(HOST_IA32_SYSENTER_EIP, 0);

	vmwrite(HOST_RIP, (u64)vmx_exit);
}

/* ES, CS, SS, DS, FS, GS, LDTR, TR stand in this order, two encodings apart, in each of the four field groups. */
enum segment { ES, CS, SS, DS, FS, GS, LDTR, TR };

static void init_guest_segment(enum segment segment, u16 selector, u32 limit, u32 access_rights)
{
	vmwrite(GUEST_ES_SELECTOR + 2 * segment, selector);
	vmwrite(GUEST_ES_BASE + 2 * segment, 0);
	vmwrite(GUEST_ES_LIMIT + 2 * segment, limit);
	vmwrite(GUEST_ES_AR_BYTES + 2 * segment, access_rights);
}

static void init_guest_state(void)
{
	/* The same fixed bits hold for L2: it runs in VMX operation too (SDM 26.3.1.1). */
	vmwrite(GUEST_CR0, read_cr0());
	vmwrite(GUEST_CR3, (u64)l2_pml4);
	vmwrite(GUEST_CR4, read_cr4());
	vmwrite(GUEST_IA32_EFER, EFER_LME | EFER_LMA);
	vmwrite(GUEST_IA32_DEBUGCTL, 0);
	vmwrite(GUEST_DR7, 0x400);

	init_guest_segment(CS, SELECTOR_CODE, 0xffffffff, SEGMENT_CODE64);
	init_guest_segment(SS, SELECTOR_DATA, 0xffffffff, SEGMENT_DATA);
	init_guest_segment(DS, SELECTOR_DATA, 0xffffffff, SEGMENT_DATA);
	init_guest_segment(ES, SELECTOR_DATA, 0xffffffff, SEGMENT_DATA);
	init_guest_segment(FS, 0, 0, SEGMENT_UNUSABLE);
	init_guest_segment(GS, 0, 0, SEGMENT_UNUSABLE);
	init_guest_segment(LDTR, 0, 0, SEGMENT_UNUSABLE);
	/* TR is never unusable; L2 loads its own soon (SDM 26.3.1.2). */
	init_guest_segment(TR, SELECTOR_TSS, sizeof(struct tss) - 1, SEGMENT_TSS_BUSY);
	vmwrite(GUEST_GDTR_BASE, 0);
	vmwrite(GUEST_GDTR_LIMIT, 0);
	vmwrite(GUEST_IDTR_BASE, 0);
	vmwrite(GUEST_IDTR_LIMIT, 0);
	vmwrite(GUEST_SYSENTER_CS, 0);
	vmwrite(GUEST_SYSENTER_ESP, 0);
	vmwrite(GUEST_SYSENTER_EIP, 0);

	vmwrite(GUEST_RIP, (u64)l2_entry);
	vmwrite(GUEST_RSP, (u64)l2_stack_top);
	vmwrite(GUEST_RFLAGS, X86_EFLAGS_FIXED);

	vmwrite(GUEST_INTERRUPTIBILITY_INFO, 0);
	vmwrite(GUEST_ACTIVITY_STATE, 0);
	vmwrite(GUEST_PENDING_DBG_EXCEPTIONS, 0);
	/* No VMCS shadowing: all-ones is the only value that always passes (SDM 26.3.1.5). */
	vmwrite(VMCS_LINK_POINTER, ~0UL);
}

void vmcs_init(u64 ept_pointer)
{
	init_controls(ept_pointer);
	init_host_state();
	init_guest_state();
}
