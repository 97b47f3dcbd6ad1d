/*
 * hello-nested: a hypervisor small enough to read in one sitting. It switches on VMX, gives one guest (L2, in l2.c)
 * a VMCS and extended page tables, and handles ten exits of six kinds. Under Turtlescope it is L1, and what it
 * believes to be the processor is L0's doing.
 */
#include "board.h"
#include "descriptors.h"
#include "ept.h"
#include "exits.h"
#include "vmcs.h"
#include "vmx.h"

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
	print("L1: the VMCS is filled in, entering L2\n");

	success = run_l2();
	vmx_disable();
	print("hello-nested: %s\n", success ? "success" : "FAILED");
	board_exit(success ? EXIT_SUCCESS : EXIT_FAILURE);
}
