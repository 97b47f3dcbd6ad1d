/*
 * L1's exception entry points, one per vector. Each completes the processor's frame to the same shape (vector,
 * error code, then what the processor pushed, SDM 6.14.2) and reports it; there is no way back.
 */
	.cfi_sections .debug_frame
	.section .text

/* Vectors that push an error code, SDM table 6-1: 8, 10-14, 17, 21. */
#define VECTORS_WITH_ERROR_CODE 0x00227d00

	.altmacro
	.macro exception_stub vector
stub_\vector:
	.cfi_startproc
	.cfi_signal_frame
	.if (VECTORS_WITH_ERROR_CODE >> \vector) & 1
	.cfi_def_cfa rsp, 48
	.else
	.cfi_def_cfa rsp, 40
	pushq $0
	.cfi_def_cfa_offset 48
	.endif
	.cfi_offset rip, -40
	.cfi_offset rsp, -16
	pushq $\vector
	.cfi_def_cfa_offset 56
	mov %rsp, %rdi
	call l1_unexpected_exception
	hlt
	.cfi_endproc
	.endm

	.macro stub_address vector
	.quad stub_\vector
	.endm

	.set vector, 0
	.rept 32
	exception_stub %vector
	.set vector, vector + 1
	.endr

	.section .rodata
	.global l1_exception_stubs
	.balign 8
l1_exception_stubs:
	.set vector, 0
	.rept 32
	stub_address %vector
	.set vector, vector + 1
	.endr

	.section .note.GNU-stack, "", @progbits
