/*
 * COM1 as a 16550 and the debug-exit port. Everything printed must be the same in every run and in both
 * topologies, so nothing here prints addresses of the host, revisions or times.
 */
#include "board.h"

#define DEBUG_EXIT_PORT 0xf4
#define BOCHS_POWER_PORT 0x8900

void serial_init(void)
{
	outb(COM1 + 1, 0x00); /* no interrupts: output is polled */
	outb(COM1 + 3, 0x80); /* divisor latch on */
	outb(COM1 + 0, 0x01); /* 115200 baud */
	outb(COM1 + 1, 0x00);
	outb(COM1 + 3, 0x03); /* divisor latch off, 8 data bits, no parity */
	outb(COM1 + 2, 0x07); /* FIFO on and empty */
}

static void put_char(char c)
{
	while (!(inb(COM1_LINE_STATUS) & LINE_STATUS_TRANSMIT_EMPTY))
		;
	outb(COM1, (u8)c);
}

static void put_string(const char *s)
{
	while (*s)
		put_char(*s++);
}

static void put_number(u64 value, u64 base)
{
	char digits[20];
	u32 count = 0;

	do {
		digits[count++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	while (count)
		put_char(digits[--count]);
}

static void print_list(const char *format, __builtin_va_list args)
{
	for (; *format; format++) {
		bool wide = false;

		if (*format != '%') {
			put_char(*format);
			continue;
		}
		if (*++format == 'l') {
			wide = true;
			format++;
		}
		switch (*format) {
		case 's':
			put_string(__builtin_va_arg(args, const char *));
			break;
		case 'c':
			put_char((char)__builtin_va_arg(args, int));
			break;
		case 'u':
			put_number(wide ? __builtin_va_arg(args, u64) : __builtin_va_arg(args, u32), 10);
			break;
		case 'x':
			put_number(wide ? __builtin_va_arg(args, u64) : __builtin_va_arg(args, u32), 16);
			break;
		}
	}
}

void print(const char *format, ...)
{
	__builtin_va_list args;

	__builtin_va_start(args, format);
	print_list(format, args);
	__builtin_va_end(args);
}

void fail(const char *format, ...)
{
	__builtin_va_list args;

	print("L1: FAILED: ");
	__builtin_va_start(args, format);
	print_list(format, args);
	__builtin_va_end(args);
	print("\n");
	board_exit(EXIT_FAILURE);
}

void board_exit(u32 value)
{
	const char *power_off = "Shutdown";

	while (!(inb(COM1_LINE_STATUS) & LINE_STATUS_ALL_SENT))
		;
	/* QEMU, kvm-unit-tests' board and Turtlescope end here; Bochs has no such port and is asked differently. */
	outl(DEBUG_EXIT_PORT, value);
	while (*power_off)
		outb(BOCHS_POWER_PORT, (u8)*power_off++);
	for (;;)
		asm volatile("cli; hlt");
}
