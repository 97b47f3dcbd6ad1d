/* The kernels as an ordinary program: `bench-native KERNEL COUNT` prints the checksum a guest must reach. */
#include <stdio.h>
#include <stdlib.h>

#include "kernels.h"

int main(int argc, char **argv)
{
	const struct kernel *kernel = argc == 3 ? find_kernel(argv[1]) : 0;

	if (!kernel) {
		fprintf(stderr, "usage: bench-native KERNEL COUNT\n");
		return 2;
	}
	printf("0x%lx\n", kernel->run(strtoul(argv[2], 0, 10)));
	return 0;
}
