/*
 * Two floating-point kernels: products of matrices in packed singles and their traces in scalar doubles (sse), and
 * escape times of a fractal in the 80-bit format (x87). Compiled for SSE2, unlike the rest of the guest. Every result
 * is the IEEE one, so that checksums are equal wherever they run; no order of operations is left to the compiler.
 */
#include "float-kernels.h"

#define MATRIX_SIZE 32

typedef float vector4 __attribute__((vector_size(16)));

static vector4 left[MATRIX_SIZE][MATRIX_SIZE / 4], right[MATRIX_SIZE][MATRIX_SIZE / 4];
static vector4 product[MATRIX_SIZE][MATRIX_SIZE / 4];

static void fill_matrices(u64 round)
{
	for (u32 row = 0; row < MATRIX_SIZE; row++) {
		for (u32 column = 0; column < MATRIX_SIZE; column++) {
			left[row][column / 4][column % 4] = (float)(int)((row * 7 + column + round) % 19) / 8;
			right[row][column / 4][column % 4] = (float)(int)((column * 5 + row) % 23) / 16;
		}
	}
}

static void multiply_matrices(void)
{
	for (u32 row = 0; row < MATRIX_SIZE; row++) {
		for (u32 group = 0; group < MATRIX_SIZE / 4; group++) {
			vector4 sum = {};

			for (u32 k = 0; k < MATRIX_SIZE; k++) {
				float factor = left[row][k / 4][k % 4];

				sum += (vector4){ factor, factor, factor, factor } * right[k][group];
			}
			product[row][group] = sum;
		}
	}
}

u64 sse(u64 count)
{
	double checksum = 1;

	for (u64 round = 0; round < count; round++) {
		double trace = 0;

		fill_matrices(round);
		multiply_matrices();
		for (u32 i = 0; i < MATRIX_SIZE; i++)
			trace += product[i][i / 4][i % 4];
		checksum = checksum / 3 + trace * 0.1;
	}
	return (union { double value; u64 bits; }){ checksum }.bits;
}

#define GRID 16
#define ESCAPE_LIMIT 64

/* How often z = z * z + c is taken until it is far from zero; rounding is that of the 64-bit significand. */
static u32 escape_time(long double real, long double imaginary)
{
	long double x = 0, y = 0;
	u32 steps = 0;

	while (steps < ESCAPE_LIMIT && x * x + y * y <= 4) {
		long double next = x * x - y * y + real;

		y = 2 * x * y + imaginary;
		x = next;
		steps++;
	}
	return steps;
}

u64 x87(u64 count)
{
	u64 checksum = 0;

	for (u64 round = 0; round < count; round++) {
		/* Another part of the plane each time, the same 256 parts again. */
		long double shift = (long double)(int)(round % 256) / 1000;

		for (u32 row = 0; row < GRID; row++)
			for (u32 column = 0; column < GRID; column++)
				checksum = checksum * 31 + escape_time(column * 0.15L - 1.9L + shift, row * 0.15L - 1.2L);
	}
	return checksum;
}
