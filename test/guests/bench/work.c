/* The choice of work and L2's side of it. L2 shares L1's memory here: the checksum lies where L1 finds it. */
#include "work.h"

#include "kernels.h"

struct work work;

static u64 exits(u64 count)
{
	/* What CPUID answers is the hypervisor's matter; the checksum only counts. */
	for (u64 i = 0; i < count; i++)
		cpuid(0, 0);
	return count;
}

bool work_select(const char *name)
{
	const struct kernel *kernel = find_kernel(name);

	/* Not the caller's string: the command line may lie outside the memory guest_memory_init maps. */
	work.name = kernel ? kernel->name : "exits";
	work.run = kernel ? kernel->run : name[0] == 'e' ? exits : 0;
	return work.run;
}

void work_run(void)
{
	work.checksum = work.run(work.count);
}

/* Where vmcs_init lets L2 start. */
void l2_entry(void)
{
	work_run();
	for (;;)
		asm volatile("hlt");
}
