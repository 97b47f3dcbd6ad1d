/*
 * Where a multiboot loader enters: 32-bit protected mode, paging off, interrupts off. Identity-maps the first
 * GiB with 2 MiB pages, switches to 64-bit mode (SDM 9.8.5) and calls l1_main with the address of the loader's
 * multiboot information, which a main may ignore. Prints nothing, checks nothing.
 */
#include "descriptors.h"

#define MULTIBOOT_MAGIC 0x1badb002
#define MULTIBOOT_FLAGS 0x00000003	/* modules on page boundaries, memory information wanted */

#define CR0_PROTECTION 0x00000001
#define CR0_PAGING 0x80000000
#define CR4_PAE 0x00000020
#define EFER_MSR 0xc0000080
#define EFER_LONG_MODE_ENABLE 0x00000100

	.cfi_sections .debug_frame

	.section .multiboot, "a"
	.balign 4
	.long MULTIBOOT_MAGIC
	.long MULTIBOOT_FLAGS
	.long -(MULTIBOOT_MAGIC + MULTIBOOT_FLAGS)

	.text
	.code32
	.global _start
	.type _start, @function
_start:
	mov $l1_stack_top, %esp

	/* SDM 9.8.5: PAE, then the tables, then EFER.LME, then paging. */
	mov $CR4_PAE, %eax
	mov %eax, %cr4
	mov $boot_pml4, %eax
	mov %eax, %cr3
	mov $EFER_MSR, %ecx
	rdmsr
	or $EFER_LONG_MODE_ENABLE, %eax
	wrmsr
	mov %cr0, %eax
	or $(CR0_PAGING | CR0_PROTECTION), %eax
	mov %eax, %cr0

	/* Still compatibility mode: a far jump to a 64-bit code segment finishes the switch. */
	lgdt gdt_pointer
	ljmp $SELECTOR_CODE, $start64
	.size _start, . - _start

	.code64
	.type start64, @function
start64:
	.cfi_startproc
	.cfi_undefined rip		/* the outermost frame: unwinding ends here */
	mov $SELECTOR_DATA, %eax
	mov %eax, %ds
	mov %eax, %es
	mov %eax, %ss
	xor %eax, %eax
	mov %eax, %fs
	mov %eax, %gs
	lldt %ax
	xor %ebp, %ebp
	mov %ebx, %edi			/* EBX as the loader left it */
	call l1_main
1:	cli
	hlt
	jmp 1b
	.cfi_endproc
	.size start64, . - start64

	.data
	.balign 4096
boot_pml4:
	.quad boot_pdpt + 3		/* present, writable */
	.fill 511, 8, 0
boot_pdpt:
	.quad boot_pd + 3
	.fill 511, 8, 0
boot_pd:
	.set address, 0
	.rept 512
	.quad address + 0x83		/* present, writable, 2 MiB page */
	.set address, address + 0x200000
	.endr

	.balign 8
	.global l1_gdt
l1_gdt:
	.quad 0
	.quad 0x00af9b000000ffff	/* SELECTOR_CODE: 64-bit code, DPL 0 */
	.quad 0x00cf93000000ffff	/* SELECTOR_DATA: data, DPL 0 */
	.quad 0, 0			/* SELECTOR_TSS: descriptors_init fills it in */
gdt_pointer:
	.word gdt_pointer - l1_gdt - 1
	.quad l1_gdt

	.bss
	.balign 16
	.fill 16384
l1_stack_top:

	.section .note.GNU-stack, "", @progbits
