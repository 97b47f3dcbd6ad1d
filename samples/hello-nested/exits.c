/*
 * The heart of a hypervisor: enter the guest, look at why it came back, do what it needed, enter again. One
 * function for each exit reason, in the order L2 causes them. Each reads what it needs from vmcs12; SDM 27.2
 * tells which fields an exit fills in.
 */
#include "exits.h"

#include "board.h"
#include "ept.h"
#include "l2.h"
#include "vmcs.h"
#include "vmx.h"

/* The whole story, so that an exit too many or too few is noticed. */
static const u32 expected_exits[] = {
	EXIT_REASON_CPUID,	   EXIT_REASON_CPUID,
	EXIT_REASON_IO_INSTRUCTION, EXIT_REASON_IO_INSTRUCTION,
	EXIT_REASON_MSR_WRITE,	   EXIT_REASON_MSR_READ,
	EXIT_REASON_EPT_VIOLATION, EXIT_REASON_EPT_VIOLATION,
	EXIT_REASON_VMCALL,	   EXIT_REASON_HLT,
};

static struct guest_regs regs;

/* L1's emulated device and MSR. */
static u8 port_latch;
static u64 virtual_tsc_aux;

/* An instruction that was emulated must not run again. SDM 27.2.5: the length is valid for these exits. */
static void skip_instruction(void)
{
	vmwrite(GUEST_RIP, vmread(GUEST_RIP) + vmread(VM_EXIT_INSTRUCTION_LEN));
}

/* Writes to EAX and the like clear the upper half of the register, in hardware and here. */
static void handle_cpuid(void)
{
	const u32 *signature = (const u32 *)L2_CPUID_SIGNATURE;
	u32 leaf = (u32)regs.rax;
	struct cpuid_result r;

	print("CPUID: leaf 0x%x\n", leaf);
	if (leaf == L2_CPUID_LEAF) {
		r = (struct cpuid_result){ L2_CPUID_LEAF, signature[0], signature[1], signature[2] };
	} else {
		r = cpuid(leaf, (u32)regs.rcx);
		if (leaf == 1)
			r.ecx &= ~CPUID_1_ECX_VMX;
	}
	regs.rax = r.eax;
	regs.rbx = r.ebx;
	regs.rcx = r.ecx;
	regs.rdx = r.edx;
	skip_instruction();
}

/* EXIT_QUALIFICATION of an I/O instruction, SDM table 27-5. */
static void handle_io_instruction(void)
{
	u64 qualification = vmread(EXIT_QUALIFICATION);
	u32 size = (qualification & 7) + 1;
	bool in = qualification >> 3 & 1;
	bool string = qualification >> 4 & 1;
	u32 port = qualification >> 16 & 0xffff;

	print("IO_INSTRUCTION: %s port 0x%x, %u byte\n", in ? "IN from" : "OUT to", port, size);
	if (port != L2_PORT || size != 1 || string)
		fail("unexpected I/O instruction, qualification 0x%lx", qualification);
	if (in)
		regs.rax = (regs.rax & ~0xffUL) | (u8)~port_latch;
	else
		port_latch = (u8)regs.rax;
	skip_instruction();
}

static void handle_msr_write(void)
{
	print("MSR_WRITE: MSR 0x%x\n", (u32)regs.rcx);
	if ((u32)regs.rcx != MSR_TSC_AUX)
		fail("L1's MSR bitmap does not ask for this exit");
	virtual_tsc_aux = regs.rdx << 32 | (u32)regs.rax;
	skip_instruction();
}

static void handle_msr_read(void)
{
	print("MSR_READ: MSR 0x%x\n", (u32)regs.rcx);
	if ((u32)regs.rcx != MSR_TSC_AUX)
		fail("L1's MSR bitmap does not ask for this exit");
	regs.rax = (u32)virtual_tsc_aux;
	regs.rdx = virtual_tsc_aux >> 32;
	skip_instruction();
}

/*
 * If the exit came while an event was being delivered, that event is lost unless it is injected again: same
 * format, same error code (SDM 27.2.4 and 26.6.1.1). Bit 12 and up are undefined on the way out, zero on the way in.
 */
static void inject_interrupted_event(void)
{
	u32 event = vmread(IDT_VECTORING_INFO_FIELD);

	if (!(event & INTR_INFO_VALID))
		return;
	print("L1:   it interrupted the delivery of vector %u: injecting that again\n", event & INTR_INFO_VECTOR_MASK);
	vmwrite(VM_ENTRY_INTR_INFO_FIELD, event & ~INTR_INFO_RESERVED);
	if (event & INTR_INFO_DELIVER_CODE)
		vmwrite(VM_ENTRY_EXCEPTION_ERROR_CODE, vmread(IDT_VECTORING_ERROR_CODE));
}

/* EXIT_QUALIFICATION of an EPT violation, SDM table 27-7. The access runs again: no skip_instruction. */
static void handle_ept_violation(void)
{
	u64 address = vmread(GUEST_PHYSICAL_ADDRESS);
	u64 qualification = vmread(EXIT_QUALIFICATION);
	const char *access = qualification & 2 ? "write to" : qualification & 4 ? "fetch from" : "read from";

	print("EPT_VIOLATION: %s guest-physical 0x%lx\n", access, address);
	if (!ept_map_page(address))
		fail("L2 has no business at guest-physical 0x%lx", address);
	inject_interrupted_event();
}

static void handle_vmcall(void)
{
	print("VMCALL: number %lu, arguments %lu and %lu\n", regs.rax, regs.rbx, regs.rcx);
	switch (regs.rax) {
	case HYPERCALL_ADD:
		regs.rax = regs.rbx + regs.rcx;
		break;
	case HYPERCALL_FAILED:
		fail("L2's check at l2.c:%lu", regs.rbx);
	default:
		fail("unknown hypercall");
	}
	skip_instruction();
}

static void handle_hlt(void)
{
	print("HLT: L2 is done\n");
}

/* SDM 26.7 and 26.8: the processor gave up loading guest state; L2 has not run an instruction. */
static bool handle_entry_failure(u32 reason)
{
	print("L1: VM entry failed, exit reason %u%s\n", reason & EXIT_REASON_BASIC_MASK,
	      (reason & EXIT_REASON_BASIC_MASK) == EXIT_REASON_INVALID_STATE ? ": invalid guest state" : "");
	return false;
}

/* False when L2 must not be entered again. */
static bool handle_exit(u32 reason)
{
	print("L1: exit at rip 0x%lx, ", vmread(GUEST_RIP));
	switch (reason) {
	case EXIT_REASON_CPUID:
		handle_cpuid();
		return true;
	case EXIT_REASON_IO_INSTRUCTION:
		handle_io_instruction();
		return true;
	case EXIT_REASON_MSR_WRITE:
		handle_msr_write();
		return true;
	case EXIT_REASON_MSR_READ:
		handle_msr_read();
		return true;
	case EXIT_REASON_EPT_VIOLATION:
		handle_ept_violation();
		return true;
	case EXIT_REASON_VMCALL:
		handle_vmcall();
		return true;
	case EXIT_REASON_HLT:
		handle_hlt();
		return false;
	case EXIT_REASON_TRIPLE_FAULT:
		print("TRIPLE_FAULT\n");
		return false;
	default:
		print("reason %u\n", reason);
		return false;
	}
}

bool run_l2(void)
{
	bool launched = false;
	u32 exits = 0;

	for (;;) {
		int result = vmx_run(&regs, launched);
		u32 reason;

		if (result == VMX_RUN_FAIL_INVALID)
			fail("VM entry: no current VMCS");
		if (result == VMX_RUN_FAIL_VALID)
			fail("VM entry: VM-instruction error %lu", vmread(VM_INSTRUCTION_ERROR));
		reason = vmread(VM_EXIT_REASON);
		if (reason & EXIT_REASON_FAILED_VMENTRY)
			return handle_entry_failure(reason);
		launched = true;

		if (!handle_exit(reason))
			return exits + 1 == ARRAY_SIZE(expected_exits) && reason == expected_exits[exits];
		if (exits >= ARRAY_SIZE(expected_exits) || reason != expected_exits[exits])
			fail("exit %u is not the one expected here", exits + 1);
		exits++;
	}
}
