/*
 * Six integer kernels that stress different parts of a CPU: byte stores in strides (sieve), table loads (crc32),
 * calls (fib), multiplication and rotation (mix64), indirect branches (bytecode), unpredictable compares
 * (quicksort). No SSE, no library, no undefined behaviour: checksums are equal wherever they run. The list of all
 * kernels, those of float-kernels.c too.
 */
#include "kernels.h"

#include "float-kernels.h"

#define SIEVE_SIZE (1 << 18)
#define CRC_BUFFER_SIZE (1 << 16)
#define SORT_SIZE (1 << 14)

static u8 sieve_flags[SIEVE_SIZE];
static u8 crc_buffer[CRC_BUFFER_SIZE];
static u32 crc_table[256];
static u64 sort_values[SORT_SIZE];

static inline u64 rotate_left(u64 value, u32 by)
{
	return value << by | value >> (64 - by);
}

/* A 64-bit xorshift generator: period 2^64 - 1, never zero. */
static inline u64 next_random(u64 state)
{
	state ^= state << 13;
	state ^= state >> 7;
	return state ^ state << 17;
}

static u64 sieve(u64 count)
{
	u64 checksum = 0;

	for (u64 round = 0; round < count; round++) {
		u64 primes = 0;

		for (u32 i = 0; i < SIEVE_SIZE; i++)
			sieve_flags[i] = 1;
		for (u32 i = 2; i < SIEVE_SIZE; i++) {
			if (!sieve_flags[i])
				continue;
			primes += i ^ round;
			for (u32 multiple = 2 * i; multiple < SIEVE_SIZE; multiple += i)
				sieve_flags[multiple] = 0;
		}
		checksum = checksum * 31 + primes;
	}
	return checksum;
}

static u64 crc32(u64 count)
{
	u32 crc = 0xffffffff;
	u64 state = 88172645463325252;

	for (u32 i = 0; i < 256; i++) {
		u32 entry = i;

		for (u32 bit = 0; bit < 8; bit++)
			entry = entry >> 1 ^ (entry & 1 ? 0xedb88320 : 0);
		crc_table[i] = entry;
	}
	for (u32 i = 0; i < CRC_BUFFER_SIZE; i++) {
		state = next_random(state);
		crc_buffer[i] = (u8)state;
	}
	for (u64 round = 0; round < count; round++)
		for (u32 i = 0; i < CRC_BUFFER_SIZE; i++)
			crc = crc_table[(crc ^ crc_buffer[i]) & 0xff] ^ crc >> 8;
	return ~crc;
}

static __attribute__((noinline)) u64 fibonacci(u64 n)
{
	return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

static u64 fib(u64 count)
{
	u64 checksum = 0;

	for (u64 round = 0; round < count; round++)
		checksum = rotate_left(checksum, 1) + fibonacci(20 + round % 4);
	return checksum;
}

static u64 mix64(u64 count)
{
	u64 a = 0x9e3779b97f4a7c15, b = 0xc2b2ae3d27d4eb4f;

	for (u64 round = 0; round < count * 1024; round++) {
		a = (a ^ rotate_left(b, 23)) * 0xff51afd7ed558ccd;
		b += rotate_left(a, 41) ^ round;
		a ^= b >> 33;
	}
	return a + b;
}

/* A stack machine and a program for it: the number of Collatz steps from variable 0 down to one, in variable 1. */
enum opcode { PUSH, LOAD, STORE, ADD, MULTIPLY, HALVE, IS_ODD, IS_ONE, JUMP, JUMP_IF, HALT };

#define AT_START 0
#define AT_ODD 24
#define AT_END 36

static const u8 collatz[] = {
	/*  0 */ LOAD, 0, IS_ONE, JUMP_IF, AT_END,
	/*  5 */ LOAD, 1, PUSH, 1, ADD, STORE, 1,
	/* 12 */ LOAD, 0, IS_ODD, JUMP_IF, AT_ODD,
	/* 17 */ LOAD, 0, HALVE, STORE, 0, JUMP, AT_START,
	/* 24 */ LOAD, 0, PUSH, 3, MULTIPLY, PUSH, 1, ADD, STORE, 0, JUMP, AT_START,
	/* 36 */ HALT,
};

static u64 interpret(const u8 *program, u64 *variables)
{
	u64 stack[8];
	u64 *top = stack;
	const u8 *at = program;

	for (;;) {
		switch ((enum opcode)*at++) {
		case PUSH:
			*top++ = *at++;
			break;
		case LOAD:
			*top++ = variables[*at++];
			break;
		case STORE:
			variables[*at++] = *--top;
			break;
		case ADD:
			top--;
			top[-1] += top[0];
			break;
		case MULTIPLY:
			top--;
			top[-1] *= top[0];
			break;
		case HALVE:
			top[-1] >>= 1;
			break;
		case IS_ODD:
			top[-1] &= 1;
			break;
		case IS_ONE:
			top[-1] = top[-1] == 1;
			break;
		case JUMP:
			at = program + *at;
			break;
		case JUMP_IF:
			at = *--top ? program + *at : at + 1;
			break;
		case HALT:
			return variables[1];
		}
	}
}

static u64 bytecode(u64 count)
{
	u64 checksum = 0;

	for (u64 round = 0; round < count; round++) {
		for (u64 start = 1; start < 64; start++) {
			u64 variables[2] = { start + round, 0 };

			checksum = checksum * 33 + interpret(collatz, variables);
		}
	}
	return checksum;
}

static void sort(u64 *first, u64 *last)
{
	while (first < last) {
		u64 pivot = first[(last - first) / 2];
		u64 *low = first, *high = last;

		while (low <= high) {
			while (*low < pivot)
				low++;
			while (*high > pivot)
				high--;
			if (low <= high) {
				u64 swap = *low;

				*low++ = *high;
				*high-- = swap;
			}
		}
		/* Recursion into the left part only keeps the code small; depth is logarithmic on random data. */
		sort(first, high);
		first = low;
	}
}

static u64 quicksort(u64 count)
{
	u64 state = 0x2545f4914f6cdd1d, checksum = 0;

	for (u64 round = 0; round < count; round++) {
		for (u32 i = 0; i < SORT_SIZE; i++) {
			state = next_random(state);
			sort_values[i] = state;
		}
		sort(sort_values, sort_values + SORT_SIZE - 1);
		for (u32 i = 0; i < SORT_SIZE; i++)
			checksum = rotate_left(checksum, 5) ^ sort_values[i];
	}
	return checksum;
}

const struct kernel kernels[] = {
	{ "sieve", sieve },   { "crc32", crc32 },	{ "fib", fib },
	{ "mix64", mix64 },   { "bytecode", bytecode }, { "quicksort", quicksort },
	{ "sse", sse },	      { "x87", x87 },
};
const u64 kernel_count = sizeof(kernels) / sizeof(kernels[0]);

const struct kernel *find_kernel(const char *name)
{
	for (u64 i = 0; i < kernel_count; i++) {
		const char *a = name, *b = kernels[i].name;

		while (*a && *a == *b)
			a++, b++;
		if (*a == *b)
			return &kernels[i];
	}
	return 0;
}
