/*
 * Where a start-up IPI lets a CPU begin: real mode, at START_ADDRESS, where cpus.c copies the first piece. Goes to 64-bit mode
 * with the first CPU's tables (SDM 9.8.5), takes the stack cpus.c prepared and calls cpu_main. And the handlers of IPIs.
 */
#include "cpus.h"
#include "descriptors.h"

#define SELECTOR_START_CODE 0x18
#define AT_START(label) (START_ADDRESS + (label) - start_of_cpu)

	.text
	.code16
	.global start_of_cpu, end_of_start
start_of_cpu:
	cli
	xor %ax, %ax
	mov %ax, %ds
	lgdtl AT_START(start_gdt_pointer)
	mov %cr0, %eax
	or $1, %eax
	mov %eax, %cr0
	ljmpl $SELECTOR_START_CODE, $AT_START(start32)

	.code32
start32:
	mov $SELECTOR_DATA, %eax
	mov %eax, %ds
	mov %eax, %ss
	mov $0x20, %eax			/* CR4.PAE */
	mov %eax, %cr4
	mov AT_START(start_cr3), %eax
	mov %eax, %cr3
	mov $0xc0000080, %ecx		/* EFER.LME */
	rdmsr
	or $0x100, %eax
	wrmsr
	mov %cr0, %eax
	or $0x80000000, %eax
	mov %eax, %cr0
	ljmp $SELECTOR_CODE, $start64_of_cpu

	.balign 8
start_gdt:
	.quad 0
	.quad 0x00af9b000000ffff	/* SELECTOR_CODE */
	.quad 0x00cf93000000ffff	/* SELECTOR_DATA */
	.quad 0x00cf9b000000ffff	/* SELECTOR_START_CODE: 32-bit code */
start_gdt_pointer:
	.word . - start_gdt - 1
	.long AT_START(start_gdt)
	.balign 8
	.global start_cr3, start_stack
start_cr3:
	.quad 0
start_stack:
	.quad 0
end_of_start:

	.code64
start64_of_cpu:
	mov $AT_START(start_stack), %eax
	mov (%rax), %rsp
	xor %ebp, %ebp
	call cpu_main
1:	hlt
	jmp 1b

	.macro handler name function
	.global \name
\name:
	push %rax
	push %rcx
	push %rdx
	push %rsi
	push %rdi
	push %r8
	push %r9
	push %r10
	push %r11
	cld
	call \function
	pop %r11
	pop %r10
	pop %r9
	pop %r8
	pop %rdi
	pop %rsi
	pop %rdx
	pop %rcx
	pop %rax
	iretq
	.endm
	handler ipi_entry on_ipi
	handler nmi_entry on_nmi

	.section .note.GNU-stack, "", @progbits
