/* Switching VMX operation on and off, and the VMX instructions as C functions. SDM 23.6 to 23.8 and chapter 30. */
#include "vmx.h"

#include "board.h"
#include "vmcs.h"

PAGE_ALIGNED struct vmx_region vmxon_region, l2_vmcs;

static u32 vmcs_revision(void)
{
	return rdmsr(MSR_IA32_VMX_BASIC) & 0x7fffffff;
}

/* VMXON takes a #GP if firmware locked it out (SDM 23.7). Firmware that did not care left the lock to us. */
static void unlock_vmxon(void)
{
	u64 control = rdmsr(MSR_IA32_FEATURE_CONTROL);

	if (!(control & FEATURE_CONTROL_LOCKED)) {
		wrmsr(MSR_IA32_FEATURE_CONTROL,
		      control | FEATURE_CONTROL_LOCKED | FEATURE_CONTROL_VMXON_OUTSIDE_SMX);
		control = rdmsr(MSR_IA32_FEATURE_CONTROL);
	}
	if (!(control & FEATURE_CONTROL_VMXON_OUTSIDE_SMX))
		fail("firmware has locked VMX off in IA32_FEATURE_CONTROL");
}

void vmx_enable(void)
{
	u64 region = (u64)&vmxon_region;
	u8 failed;

	if (!(cpuid(1, 0).ecx & CPUID_1_ECX_VMX))
		fail("this processor has no VMX: CPUID.1:ECX[5] is clear");
	unlock_vmxon();

	/* Bits set in FIXED0 must be one, bits clear in FIXED1 must be zero (SDM 23.8). CR4.VMXE is among them. */
	write_cr0((read_cr0() | rdmsr(MSR_IA32_VMX_CR0_FIXED0)) & rdmsr(MSR_IA32_VMX_CR0_FIXED1));
	write_cr4((read_cr4() | rdmsr(MSR_IA32_VMX_CR4_FIXED0)) & rdmsr(MSR_IA32_VMX_CR4_FIXED1));

	vmxon_region.revision = vmcs_revision();
	asm volatile("vmxon %1; setbe %0" : "=r"(failed) : "m"(region) : "cc", "memory");
	if (failed)
		fail("VMXON");
}

void vmx_disable(void)
{
	u64 region = (u64)&l2_vmcs;

	asm volatile("vmclear %0" : : "m"(region) : "cc", "memory");
	asm volatile("vmxoff" : : : "cc");
	write_cr4(read_cr4() & ~X86_CR4_VMXE);
}

void vmx_load_vmcs(struct vmx_region *region)
{
	u64 address = (u64)region; /* L1 is mapped one to one: linear = physical */
	u8 failed;

	region->revision = vmcs_revision();

	/* VMCLEAR puts the launch state to "clear": VMLAUNCH wants it so (SDM 24.11.3). */
	asm volatile("vmclear %1; setbe %0" : "=r"(failed) : "m"(address) : "cc", "memory");
	if (failed)
		fail("VMCLEAR");
	asm volatile("vmptrld %1; setbe %0" : "=r"(failed) : "m"(address) : "cc", "memory");
	if (failed)
		fail("VMPTRLD");
}

u64 vmread(u64 field)
{
	u64 value;
	u8 failed;

	asm volatile("vmread %2, %0; setbe %1" : "=r"(value), "=r"(failed) : "r"(field) : "cc");
	if (failed)
		fail("VMREAD of field 0x%lx", field);
	return value;
}

void vmwrite(u64 field, u64 value)
{
	u8 failed;

	asm volatile("vmwrite %1, %2; setbe %0" : "=r"(failed) : "r"(value), "r"(field) : "cc");
	if (failed)
		fail("VMWRITE of field 0x%lx", field);
}

void invept_all(void)
{
	struct {
		u64 ept_pointer, reserved;
	} descriptor = { 0, 0 };
	u64 all_contexts = 2;
	u8 failed;

	asm volatile("invept %1, %2; setbe %0" : "=r"(failed) : "m"(descriptor), "r"(all_contexts) : "cc", "memory");
	if (failed)
		fail("INVEPT");
}

/*
 * SDM A.2 to A.5: the low half of the MSR has a one for every control that must be one, the high half a one for
 * every control that may be. The TRUE MSRs tell more precisely what must be one and exist if VMX_BASIC says so.
 */
u32 vmx_adjust_controls(u32 capability_msr, u32 wanted, const char *what)
{
	u64 capability;
	u32 must_be_one, may_be_one;

	if (capability_msr != MSR_IA32_VMX_PROCBASED_CTLS2 && rdmsr(MSR_IA32_VMX_BASIC) & VMX_BASIC_TRUE_CONTROLS)
		capability_msr += MSR_IA32_VMX_TRUE_PINBASED_CTLS - MSR_IA32_VMX_PINBASED_CTLS;
	capability = rdmsr(capability_msr);
	must_be_one = (u32)capability;
	may_be_one = capability >> 32;

	if (wanted & ~may_be_one)
		fail("%s: this processor lacks control bits 0x%x", what, wanted & ~may_be_one);
	return wanted | must_be_one;
}

/* vmx-run.S counts in these offsets. */
_Static_assert(__builtin_offsetof(struct guest_regs, cr2) == REGS_CR2, "register layout");
_Static_assert(__builtin_offsetof(struct guest_regs, rdi) == REGS_RDI, "register layout");
_Static_assert(__builtin_offsetof(struct guest_regs, r15) == REGS_R15, "register layout");
_Static_assert(sizeof(struct vmx_region) == PAGE_SIZE, "a VMX region is one page");
