/*
 * An entry as Linux has them: saves struct pt_regs, calls C, goes on. What its tables say of it, in the layout of Linux before 6.4:
 * two offsets, then the registers they count from and the kind.
 */
#define ORC_SP 5
#define ORC_UNDEFINED 0
#define KIND_CALL 0
#define KIND_REGISTERS (1 << 8)

	.macro orc at, offset, word
	.pushsection .orc_unwind_ip, "a"
	.long \at - .
	.popsection
	.pushsection .orc_unwind, "a"
	.short \offset, 0, \word
	.popsection
	.endm

	.text
	.global asm_exception
	.type asm_exception, @function
asm_exception:
	orc asm_exception, 8, ORC_SP | KIND_CALL
	mov (%rsp), %rax		/* where the caller goes on */
	lea 8(%rsp), %rdx		/* its stack */
	push $0
	push %rdx
	pushf
	push $8
	push %rax
	push $-1
	push %rdi
	push %rsi
	push %rdx
	push %rcx
	push %rax
	push %r8
	push %r9
	push %r10
	push %r11
	push %rbx
	push %rbp
	push %r12
	push %r13
	push %r14
	push %r15
saved:
	orc saved, 0, ORC_SP | KIND_REGISTERS
	mov %rsp, %rdi
	mov $0, %ebp			/* nothing to guess by */
	call exception
	mov 4 * 8(%rsp), %rbp
	add $21 * 8, %rsp
done:
	orc done, 8, ORC_SP | KIND_CALL
	ret
	.size asm_exception, . - asm_exception
end:
	orc end, 0, ORC_UNDEFINED
	.section .note.GNU-stack, "", @progbits
