/*
 * broken-entry: hello-nested with four mistakes in the guest state of its VMCS. The processor checks that state as
 * part of VM entry (SDM 26.3.1) and says only that it is invalid: exit reason 33, no field named. Finding the
 * mistakes is the exercise; Turtlescope's stop at the failed entry lists all of them.
 */
#include "board.h"
#include "descriptors.h"
#include "ept.h"
#include "exits.h"
#include "vmcs.h"
#include "vmx.h"

static void make_mistakes(void)
{
	/* 1. RFLAGS bit 1 always reads as one, so zero is not a value it can have (SDM 26.3.1.4). */
	vmwrite(GUEST_RFLAGS, 0);

	/* 2. CS cannot be a 64-bit (L) and a 32-bit (D) code segment at once (SDM 26.3.1.2). */
	vmwrite(GUEST_CS_AR_BYTES, SEGMENT_CODE64 | SEGMENT_AR_DEFAULT_32);

	/* 3. A task register that is loaded is busy: type 11, not 9, the type its descriptor starts with. */
	vmwrite(GUEST_TR_AR_BYTES, SEGMENT_TSS_BUSY & ~SEGMENT_AR_TSS_BUSY_BIT);

	/* 4. The classic: zero is not "no linked VMCS", all-ones is (SDM 26.3.1.5). */
	vmwrite(VMCS_LINK_POINTER, 0);
}

/* Called by boot.S, in 64-bit mode. */
void l1_main(void)
{
	bool success;

	serial_init();
	print("L1: hello from 64-bit mode\n");
	descriptors_init();

	vmx_enable();
	print("L1: VMX is on\n");

	vmx_load_vmcs(&l2_vmcs);
	vmcs_init(ept_init());
	make_mistakes();
	print("L1: the VMCS is filled in, entering L2\n");

	success = run_l2();
	vmx_disable();
	print("broken-entry: %s\n", success ? "success" : "FAILED");
	board_exit(success ? EXIT_SUCCESS : EXIT_FAILURE);
}
