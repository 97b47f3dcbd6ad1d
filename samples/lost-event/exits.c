/*
 * L1's exits: requests of L2 (VMCALL), its sleep (HLT), and pages that it lacks (EPT violations).
 */
#include "exits.h"

#include "board.h"
#include "ept.h"
#include "l2.h"
#include "requests.h"
#include "vmcs.h"
#include "vmx.h"

/* An event in the format of VM_ENTRY_INTR_INFO_FIELD, SDM 24.8.3; type 0 is an external interrupt. */
#define INTERRUPT(vector) ((vector) | INTR_INFO_VALID)

#define PAGE_FRAME 0xffffffffff000UL

static struct guest_regs regs;

/* The request that is to be completed; 0: none. */
static u64 open_request;
/* The page of L2's that was taken last. */
static u64 taken_page;

static void skip_instruction(void)
{
	vmwrite(GUEST_RIP, vmread(GUEST_RIP) + vmread(VM_EXIT_INSTRUCTION_LEN));
}

static u64 *next_table(u64 entry)
{
	return (u64 *)(entry & PAGE_FRAME);
}

/* The entry of the extended page tables that maps a 4 KiB page of L2's, SDM 28.2.2. */
static u64 *ept_entry(u64 guest_physical)
{
	u64 *pdpt = next_table(next_table(vmread(EPT_POINTER))[guest_physical >> 39 & 511]);
	u64 *pd = next_table(pdpt[guest_physical >> 30 & 511]);

	return &next_table(pd[guest_physical >> 21 & 511])[guest_physical >> 12 & 511];
}

/* Memory is short: the next page of L2's, in turn, is taken until L2 touches it. */
static void take_page(void)
{
	taken_page = taken_page ? taken_page + PAGE_SIZE : L2_SMALL_PAGES_START;
	*ept_entry(taken_page) = 0;
	invept_all();
}

static void start_request(u64 request)
{
	print("L1: request %lu\n", request);
	take_page();
	open_request = request;
	skip_instruction();
}

/* L2 sleeps until an interrupt comes: its request is complete, so that there is one. */
static void handle_hlt(void)
{
	if (!open_request) {
		print("L1: L2 sleeps, and no request of it is open\n");
		for (;;)
			asm volatile("cli; hlt");
	}
	open_request = 0;
	vmwrite(VM_ENTRY_INTR_INFO_FIELD, INTERRUPT(VECTOR_COMPLETED));
	/* The HLT is over, and with it what STI held back (SDM 26.3.1.5). */
	vmwrite(GUEST_INTERRUPTIBILITY_INFO, 0);
	skip_instruction();
}

/* L2 needs a page again. The access that met the hole runs again. */
static void handle_ept_violation(void)
{
	if (!ept_map_page(vmread(GUEST_PHYSICAL_ADDRESS)))
		fail("L2 has no business at guest-physical 0x%lx", vmread(GUEST_PHYSICAL_ADDRESS));
}

/* False when L2 must not be entered again. */
static bool handle_exit(u32 reason)
{
	switch (reason) {
	case EXIT_REASON_VMCALL:
		if (regs.rax != HYPERCALL_START)
			return false;
		start_request(regs.rbx);
		return true;
	case EXIT_REASON_HLT:
		handle_hlt();
		return true;
	case EXIT_REASON_EPT_VIOLATION:
		handle_ept_violation();
		return true;
	default:
		fail("exit reason %u is not the one expected here", reason);
	}
}

bool run_l2(void)
{
	bool launched = false;

	for (;;) {
		if (vmx_run(&regs, launched) != VMX_RUN_EXITED)
			fail("VM entry: VM-instruction error %lu", vmread(VM_INSTRUCTION_ERROR));
		launched = true;
		if (!handle_exit(vmread(VM_EXIT_REASON)))
			return regs.rax == HYPERCALL_DONE;
	}
}
