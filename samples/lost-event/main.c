/*
 * lost-event: a hypervisor that serves its guest's requests, and is short of memory: for each one it takes a page
 * of the guest's away, to give it back when the guest touches it. All is well until the page it takes is one that
 * the processor needs to deliver an interrupt. The guest then sleeps for ever. README.md finds out why, backwards.
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
	descriptors_init();
	vmx_enable();
	vmx_load_vmcs(&l2_vmcs);
	vmcs_init(ept_init());
	print("L1: entering L2\n");

	success = run_l2();
	vmx_disable();
	print("lost-event: %s\n", success ? "success" : "FAILED");
	board_exit(success ? EXIT_SUCCESS : EXIT_FAILURE);
}
