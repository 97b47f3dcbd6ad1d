/* The PC around the processor, as far as L1 uses it: a serial port to print to and a port that ends the run. */
#ifndef BOARD_H
#define BOARD_H

#include "x86.h"

#define COM1 0x3f8
#define COM1_LINE_STATUS (COM1 + 5)
#define LINE_STATUS_TRANSMIT_EMPTY 0x20 /* the FIFO takes more */
#define LINE_STATUS_ALL_SENT 0x40 /* the last bit is on the wire */

/* Exit status of the whole run as the debug-exit device makes it: (value << 1) | 1. */
#define EXIT_SUCCESS 0
#define EXIT_FAILURE 1

void serial_init(void);

/* A small printf: %s, %c, %u, %lu, %x, %lx. Bare hex digits, no widths. */
void print(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Prints one line and ends the run with a failure. */
void fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

void board_exit(u32 value) __attribute__((noreturn));

#endif
