/*
 * Which sources this image was built from: the SHA-256 the Makefile computes over them, as an ELF note. A test
 * compares it, so that a committed image older than its sources is noticed even with another compiler.
 */
	.section .note.sources, "a", @note
	.balign 4
	.long 2f - 1f
	.long 4f - 3f
	.long 1
1:	.asciz "Turtlescope"
2:	.balign 4
3:	.ascii SOURCES_SHA256
4:	.balign 4

	.section .note.GNU-stack, "", @progbits
