/*
 * L2's first instructions, page-fault entry and page tables. Runs in VMX non-root operation only. The linker
 * script places it with l2.c at L2_SMALL_PAGES_START.
 */
#include "l2.h"

	.cfi_sections .debug_frame
	.text
	.global l2_entry
	.type l2_entry, @function
l2_entry:
	.cfi_startproc
	.cfi_undefined rip		/* the outermost frame of this level */
	xor %ebp, %ebp
	call l2_main
1:	hlt				/* an exit L1 does not come back from */
	jmp 1b
	.cfi_endproc
	.size l2_entry, . - l2_entry

	/* #PF arrives on l2_fault_stack with an error code on top (SDM 6.14.2). */
	.global l2_page_fault_entry
	.type l2_page_fault_entry, @function
l2_page_fault_entry:
	.cfi_startproc
	.cfi_signal_frame
	.cfi_def_cfa rsp, 48
	.cfi_offset rip, -40
	.cfi_offset rsp, -16
	.irp register, rax, rcx, rdx, rsi, rdi, r8, r9, r10, r11
	push %\register
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset \register, 0
	.endr
	mov %cr2, %rdi
	mov 72(%rsp), %rsi		/* the error code, above nine registers */
	call l2_handle_page_fault
	.irp register, r11, r10, r9, r8, rdi, rsi, rdx, rcx, rax
	pop %\register
	.cfi_adjust_cfa_offset -8
	.cfi_restore \register
	.endr
	add $8, %rsp
	.cfi_adjust_cfa_offset -8
	iretq
	.cfi_endproc
	.size l2_page_fault_entry, . - l2_page_fault_entry

	/* Linear = guest-physical for L2's first two MiB. l2_handle_page_fault adds the heap. */
	.data
	.balign 4096
	.global l2_pml4
l2_pml4:
	.quad l2_pdpt + 3		/* present, writable */
	.fill 511, 8, 0
l2_pdpt:
	.quad l2_pd + 3
	.fill 511, 8, 0
	.global l2_pd
l2_pd:
	.fill 2, 8, 0
	.quad L2_SMALL_PAGES_START + 0x83	/* present, writable, 2 MiB page */
	.fill 509, 8, 0

	.bss
	.balign 4096
	.global l2_lazy_page, l2_fault_stack, l2_stack_top
l2_lazy_page:
	.skip 4096
l2_fault_stack:
	.skip 4096
l2_stack:
	.skip 4096
l2_stack_top:

	.section .note.GNU-stack, "", @progbits
