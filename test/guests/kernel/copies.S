/* The module's two copies, as a boot loader or a file system would bring them. */
	.section .first, "awx"
	.incbin "first.bin"
	.section .second, "awx"
	.incbin "second.bin"
	.section .note.GNU-stack, "", @progbits
