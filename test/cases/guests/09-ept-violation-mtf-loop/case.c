/* Page hidden, revealed for one instruction by MTF, hidden again. One instruction that reads data from the page it is fetched from, with
   split read and execute views, never ends. L1 gives up after ROUNDS exits. */
#include "h.h"
#ifndef ROUNDS
#define ROUNDS 12
#endif
G(g1, "vmcall; mov 8(%rbx),%rax; mov (%rbx),%rcx; vmcall; lea 1f(%rip),%rbx; jmp 1f; .balign 4096; 1: mov 1b(%rip),%rax; nop; vmcall; hlt; .balign 4096");
void test(void)
{
	vmx_on(); vmcs_load(vmcs_a); guest(g1, PROC_HLT, SEC_EPT);
	report("start", enter()); skip(); regs.rbx = 0x2fe000;
	u64 hidden = 0; ept1[0xfe] = 0; invept();
	for (int i = 0; i < 8; i++) {
		int r = enter(); report("hidden page", r); u32 e = vmread(0x4402) & 0xffff;
		if (e == 48) { ept1[0xfe] = 0x2fe037; vmwrite(0x4002, proc_ | PROC_MTF); hidden++; }
		else if (e == 37) { ept1[0xfe] = 0; invept(); vmwrite(0x4002, proc_); }
		else break;
	}
	print("hidden page: %lu violations\n", hidden); skip();
	/* The page of the last part: execute-only for fetches, read-only for reads, toggled by violation alone. */
	u64 page = 0; int n = 0, last = 0; ept1[0] = 0x200037; 
	for (u64 a = 0x200000; a < 0x2f0000; a += 4096) if (*(u32 *)a == 0xf9058b48 || (*(u32 *)a & 0xffffff) == 0x058b48) { page = a; break; }
	print("page found %u\n", page != 0); u64 *e = &ept1[(page >> 12) - 0x200]; *e = page | 0x34; invept(); /* execute-only */
	while (n < ROUNDS) {
		int r = enter(); last = vmread(0x4402) & 0xffff; if (n < 4) report("split views", r); if (last != 48) break; n++;
		*e = vmread(0x6400) & 4 ? page | 0x34 : page | 0x31; invept();
	}
	print("split views: %u violations, last reason %u\n", n, last);
}
