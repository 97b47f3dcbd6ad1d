/*
 * A hard disk for Bochs: a boot sector and, behind it, the benchmark image as flat bytes. Loads the image to one
 * MiB and enters it as a multiboot loader would (multiboot 1, section 3.2), with the command line the harness
 * writes at COMMAND_LINE_OFFSET. Needs ENTRY (the image's entry) and IMAGE (the file) from the Makefile.
 */
#define COMMAND_LINE_OFFSET 0x180
#define LOADED_AT 0x10000	/* where the BIOS reads to: below one MiB */
#define RUNS_AT 0x100000
#define ZEROED 0x400000		/* bytes behind the image: its .bss and more */
#define CHUNK 32768
#define CYLINDER 516096		/* 16 heads, 63 sectors: the disk's size must be whole cylinders */

	.text
	.code16
	.global _start
_start:
	ljmp $0, $1f
1:	xor %ax, %ax
	mov %ax, %ds
	mov %ax, %es
	mov %ax, %ss
	mov $_start, %sp

	mov $((image_end - image + CHUNK - 1) / CHUNK), %cx
2:	push %cx
	mov $packet, %si
	mov $0x42, %ah			/* INT 13h: extended read; DL is the drive as the BIOS left it */
	int $0x13
	jc halt
	addw $(CHUNK >> 4), packet_segment
	addw $(CHUNK / 512), packet_sector
	pop %cx
	loop 2b

	in $0x92, %al			/* A20 on */
	or $2, %al
	out %al, $0x92
	cli
	lgdt gdt_pointer
	mov %cr0, %eax
	or $1, %al
	mov %eax, %cr0
	ljmp $8, $protected

halt:	hlt
	jmp halt

	.code32
protected:
	mov $16, %eax
	mov %eax, %ds
	mov %eax, %es
	mov %eax, %ss
	cld
	mov $LOADED_AT, %esi
	mov $RUNS_AT, %edi
	mov $((image_end - image + 3) / 4), %ecx
	rep movsl
	xor %eax, %eax
	mov $(ZEROED / 4), %ecx
	rep stosl
	mov $0x2badb002, %eax
	mov $multiboot_info, %ebx
	mov $ENTRY, %ecx
	jmp *%ecx

	.balign 4
packet:
	.byte 16, 0
	.word CHUNK / 512
	.word 0
packet_segment:
	.word LOADED_AT >> 4
packet_sector:
	.quad 1

	.balign 8
gdt:	.quad 0
	.quad 0x00cf9b000000ffff
	.quad 0x00cf93000000ffff
gdt_pointer:
	.word gdt_pointer - gdt - 1
	.long gdt

multiboot_info:
	.long 4				/* only the command line is valid */
	.long 0, 0, 0
	.long _start + COMMAND_LINE_OFFSET

	.org COMMAND_LINE_OFFSET
	.skip 510 - COMMAND_LINE_OFFSET
	.word 0xaa55
image:
	.incbin IMAGE
image_end:
	.org 2 * CYLINDER
