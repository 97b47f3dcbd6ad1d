/*
 * int vmx_run(struct guest_regs *regs, bool launched)
 *
 * The world switch. The VMCS switches RIP, RSP, RFLAGS, segments and control registers (SDM 26.3 and 27.3); all
 * other registers are ours to swap. VMLAUNCH does not return like a call: if it works, the next instruction of
 * this level is vmx_exit below, with RSP as HOST_RSP says. CR2 belongs to whoever faulted last, so each side's
 * value is put back as well.
 */
#include "vmcs.h"
#include "vmx.h"

	.cfi_sections .debug_frame
	.text
	.global vmx_run
	.type vmx_run, @function
vmx_run:
	.cfi_startproc
	.macro save register
	push %\register
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset \register, 0
	.endm
	.macro restore register
	pop %\register
	.cfi_adjust_cfa_offset -8
	.cfi_restore \register
	.endm

	save rbp
	save rbx
	save r12
	save r13
	save r14
	save r15
	push %rdi			/* regs, for vmx_exit to find */
	.cfi_adjust_cfa_offset 8

	mov $HOST_RSP, %edx
	vmwrite %rsp, %rdx

	test %sil, %sil			/* launched? No MOV below changes the flags. */
	mov REGS_CR2(%rdi), %rax
	mov %rax, %cr2
	mov REGS_RAX(%rdi), %rax
	mov REGS_RCX(%rdi), %rcx
	mov REGS_RDX(%rdi), %rdx
	mov REGS_RBX(%rdi), %rbx
	mov REGS_RBP(%rdi), %rbp
	mov REGS_RSI(%rdi), %rsi
	mov REGS_R8(%rdi), %r8
	mov REGS_R9(%rdi), %r9
	mov REGS_R10(%rdi), %r10
	mov REGS_R11(%rdi), %r11
	mov REGS_R12(%rdi), %r12
	mov REGS_R13(%rdi), %r13
	mov REGS_R14(%rdi), %r14
	mov REGS_R15(%rdi), %r15
	mov REGS_RDI(%rdi), %rdi
	jnz 1f

	vmlaunch
	jmp 2f
1:	vmresume

	/* Only reached if the instruction failed: CF is VMfailInvalid, ZF is VMfailValid (SDM 30.2). */
2:	mov $VMX_RUN_FAIL_INVALID, %eax
	jc 3f
	mov $VMX_RUN_FAIL_VALID, %eax
	jmp 3f

	/* HOST_RIP: every register but RSP still holds L2's value. */
	.global vmx_exit
vmx_exit:
	push %rdi
	.cfi_adjust_cfa_offset 8
	mov 8(%rsp), %rdi
	mov %rax, REGS_RAX(%rdi)
	mov %rcx, REGS_RCX(%rdi)
	mov %rdx, REGS_RDX(%rdi)
	mov %rbx, REGS_RBX(%rdi)
	mov %rbp, REGS_RBP(%rdi)
	mov %rsi, REGS_RSI(%rdi)
	mov %r8, REGS_R8(%rdi)
	mov %r9, REGS_R9(%rdi)
	mov %r10, REGS_R10(%rdi)
	mov %r11, REGS_R11(%rdi)
	mov %r12, REGS_R12(%rdi)
	mov %r13, REGS_R13(%rdi)
	mov %r14, REGS_R14(%rdi)
	mov %r15, REGS_R15(%rdi)
	pop %rax			/* the RDI pushed above */
	.cfi_adjust_cfa_offset -8
	mov %rax, REGS_RDI(%rdi)
	mov %cr2, %rax
	mov %rax, REGS_CR2(%rdi)
	mov $VMX_RUN_EXITED, %eax

3:	add $8, %rsp
	.cfi_adjust_cfa_offset -8
	restore r15
	restore r14
	restore r13
	restore r12
	restore rbx
	restore rbp
	ret
	.cfi_endproc
	.size vmx_run, . - vmx_run

	.section .note.GNU-stack, "", @progbits
