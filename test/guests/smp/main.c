/*
 * The guest of several CPUs. Command line: IMAGE TEST CPUS [ROUNDS]. Each test prints what it found in lines that a run on any machine with
 * as many CPUs would print, and ends the run.
 */
#include "board.h"
#include "cpus.h"
#include "descriptors.h"
#include "guests.h"
#include "vmcs.h"
#include "vmx.h"

/* What the loader leaves in memory: multiboot 1, section 3.3. */
struct multiboot_info {
	u32 flags, memory_lower, memory_upper, boot_device, command_line;
};

static u32 rounds = 200;

static void nothing(u32 cpu)
{
	(void)cpu;
}

static void test_boot(u32 count)
{
	start_cpus(count, nothing);
	for (u32 cpu = 1; cpu < count; cpu++)
		print("cpu %u: apic %u cpuid %u topology %u\n", cpu, cpus[cpu].apic_id, cpus[cpu].cpuid_id,
		      cpus[cpu].topology_id);
	print("package: %u processors\n", cpuid(0xb, 1).ebx & 0xffff);
}

/* Two CPUs answer each other's interrupts; neither does anything else. */
static void answer(u32 cpu)
{
	for (u32 round = 1; round <= rounds; round++) {
		wait_for(&cpus[cpu].interrupts, round);
		send(0, VECTOR_IPI);
	}
}

static void test_pingpong(u32 count)
{
	start_cpus(count, answer);
	for (u32 cpu = 1; cpu < count; cpu++)
		for (u32 round = 1; round <= rounds; round++) {
			send(cpu, VECTOR_IPI);
			wait_for(&cpus[0].interrupts, (cpu - 1) * rounds + round);
		}
	print("%u answers\n", cpus[0].interrupts);
}

static void wait_for_all(u32 count, u32 first, u32 interrupts)
{
	for (u32 cpu = first; cpu < count; cpu++)
		wait_for(&cpus[cpu].interrupts, interrupts);
}

static void say_counts(const char *what, u32 count)
{
	print("%s:", what);
	for (u32 cpu = 0; cpu < count; cpu++)
		print(" %u+%u", cpus[cpu].interrupts, cpus[cpu].nmis);
	print("\n");
}

/* Every kind of message to CPUs that halt. */
static void test_ipis(u32 count)
{
	u32 sum = 0;

	start_cpus(count, nothing);
	send(0, VECTOR_IPI | ICR_OTHERS);
	wait_for_all(count, 1, 1);
	say_counts("others", count);
	send(0, VECTOR_IPI | ICR_ALL);
	wait_for_all(count, 1, 2);
	wait_for(&cpus[0].interrupts, 1);
	say_counts("all", count);
	send(0, VECTOR_IPI | ICR_SELF);
	wait_for(&cpus[0].interrupts, 2);
	say_counts("self", count);
	for (u32 cpu = 1; cpu < count; cpu++) {
		send(cpu, ICR_NMI);
		wait_for(&cpus[cpu].nmis, 1);
	}
	say_counts("nmi", count);
	/* One of the addressed takes it. */
	send(0xff, VECTOR_IPI | ICR_LOGICAL | ICR_LOWEST_PRIORITY);
	do {
		sum = 0;
		for (u32 cpu = 0; cpu < count; cpu++)
			sum += cpus[cpu].interrupts;
	} while (sum < 2 * count + 1);
	print("lowest priority: %u\n", sum - 2 * count);
}

/* In x2APIC mode, set by each CPU for itself. */
static void answer_x2apic(u32 cpu)
{
	use_x2apic();
	cpus[cpu].result = this_cpu();
	answer(cpu);
}

static void test_x2apic(u32 count)
{
	start_cpus(count, answer_x2apic);
	use_x2apic();
	for (u32 cpu = 1; cpu < count; cpu++)
		for (u32 round = 1; round <= rounds; round++) {
			send(cpu, VECTOR_IPI);
			wait_for(&cpus[0].interrupts, (cpu - 1) * rounds + round);
		}
	for (u32 cpu = 1; cpu < count; cpu++)
		print("cpu %u: x2apic %lu\n", cpu, cpus[cpu].result);
	print("%u answers\n", cpus[0].interrupts);
}

static volatile u32 lock, shared, finished;

static void add_under_lock(u32 cpu)
{
	for (u32 round = 0; round < rounds; round++) {
		u32 before;

		while (__sync_lock_test_and_set(&lock, 1))
			pause();
		before = shared;
		for (u32 delay = 0; delay < 50; delay++)
			asm volatile("");
		shared = before + 1;
		__sync_lock_release(&lock);
		cpus[cpu].result++;
	}
	__sync_fetch_and_add(&finished, 1);
}

static void test_lock(u32 count)
{
	start_cpus(count, add_under_lock);
	add_under_lock(0);
	wait_for(&finished, count);
	print("%u additions by %u CPUs\n", shared, finished);
}

/* The last CPU spins for ever and lets nobody have its turn; the others go on all the same. */
static void spin_or_add(u32 cpu)
{
	if (cpu == cpu_count - 1)
		for (;;)
			cpus[cpu].result++;
	add_under_lock(cpu);
}

static void test_spin(u32 count)
{
	start_cpus(count, spin_or_add);
	add_under_lock(0);
	wait_for(&finished, count - 1);
	print("%u additions, the spinning CPU %s\n", shared, cpus[count - 1].result > 1000 ? "runs" : "starves");
}

#define WINDOW 0x30000000UL
static PAGE_ALIGNED u64 page_a[512], page_b[512];
static PAGE_ALIGNED u64 window_table[512];
static volatile u32 looked, remapped, flushed;
static volatile u64 kept[MOST_CPUS];

/* Each CPU has a page of the window, so that none has to give its translation up for another's. */
static const volatile u64 *window_of(u32 cpu)
{
	return (const volatile u64 *)(WINDOW + cpu * PAGE_SIZE);
}

/* Keeps a translation, and gives it up when it is told to. */
static void look_through_window(u32 cpu)
{
	const volatile u64 *window = window_of(cpu);

	cpus[cpu].result = *window;
	__sync_fetch_and_add(&looked, 1);
	/* Another CPU's INVLPG is none of this one's business. */
	wait_for(&remapped, 1);
	kept[cpu] = *window;
	__sync_fetch_and_add(&looked, 1);
	wait_for(&cpus[cpu].interrupts, 1);
	asm volatile("invlpg %0" : : "m"(*window) : "memory");
	cpus[cpu].result2 = *window;
	__sync_fetch_and_add(&flushed, 1);
}

static void test_shootdown(u32 count)
{
	u64 *pdpt = (u64 *)(((u64 *)read_cr3())[0] & PAGE_MASK);
	u64 *directory = (u64 *)(pdpt[0] & PAGE_MASK);

	page_a[0] = 0xa;
	page_b[0] = 0xb;
	for (u32 cpu = 1; cpu < count; cpu++)
		window_table[cpu] = (u64)page_a | PTE_WRITE | PTE_PRESENT;
	directory[WINDOW >> 21] = (u64)window_table | PTE_WRITE | PTE_PRESENT;
	start_cpus(count, look_through_window);
	wait_for(&looked, count - 1);
	for (u32 cpu = 1; cpu < count; cpu++) {
		window_table[cpu] = (u64)page_b | PTE_WRITE | PTE_PRESENT;
		asm volatile("invlpg %0" : : "m"(*window_of(cpu)) : "memory");
	}
	remapped = 1;
	wait_for(&looked, 2 * (count - 1));
	send(0, VECTOR_IPI | ICR_OTHERS);
	wait_for(&flushed, count - 1);
	for (u32 cpu = 1; cpu < count; cpu++)
		print("cpu %u: %lx, %lx without INVLPG, then %lx\n", cpu, cpus[cpu].result, kept[cpu], cpus[cpu].result2);
}

static u8 code[64] __attribute__((aligned(64)));

/* The code is another CPU's to change: mov $1, %eax; ret becomes mov $2, %eax; ret. */
static void run_changing_code(u32 cpu)
{
	u64 (*function)(void) = (u64 (*)(void))(u64)code;

	while (function() == 1)
		pause();
	cpus[cpu].result = function();
	__sync_fetch_and_add(&finished, 1);
}

static void test_code(u32 count)
{
	static const u8 first[] = { 0xb8, 1, 0, 0, 0, 0xc3 };

	for (u32 i = 0; i < sizeof(first); i++)
		code[i] = first[i];
	start_cpus(count, run_changing_code);
	*(volatile u8 *)&code[1] = 2;
	wait_for(&finished, count - 1);
	for (u32 cpu = 1; cpu < count; cpu++)
		print("cpu %u: %lu\n", cpu, cpus[cpu].result);
}

/* A guest of its own on every CPU, all at the same time. */
static void run_guest(u32 cpu)
{
	vmx_on(cpu);
	guest_prepare(cpu, guest_counting, cpu * 1000);
	for (;;) {
		u32 reason = guest_run(cpu);

		if (reason == EXIT_REASON_HLT)
			break;
		if (reason != EXIT_REASON_CPUID)
			fail("CPU %u: exit reason %u", cpu, reason);
		cpus[cpu].result2++;
		guest_advance();
	}
	cpus[cpu].result = guest_value(cpu);
	__sync_fetch_and_add(&finished, 1);
}

static void test_vmx(u32 count)
{
	start_cpus(count, run_guest);
	run_guest(0);
	wait_for(&finished, count);
	for (u32 cpu = 0; cpu < count; cpu++)
		print("cpu %u: value %lu after %lu exits\n", cpu, cpus[cpu].result, cpus[cpu].result2);
}

#define ACTIVITY_WAIT_FOR_SIPI 3
static volatile u32 stage;

/* INIT and start-up IPIs in VMX operation: SDM 23.8, 25.2. */
static void receive_init(u32 cpu)
{
	vmx_on(cpu);
	guest_prepare(cpu, guest_spinning, 0);
	stage = 1;
	cpus[cpu].result = guest_run(cpu);
	stage = 2;
	guest_prepare(cpu, guest_spinning, 0);
	vmwrite(GUEST_ACTIVITY_STATE, ACTIVITY_WAIT_FOR_SIPI);
	stage = 3;
	cpus[cpu].result2 = guest_run(cpu) << 16 | vmread(EXIT_QUALIFICATION);
	/* Blocked in root operation: it waits until the guest runs, and then ends it. */
	stage = 4;
	while (stage < 5)
		pause();
	guest_prepare(cpu, guest_spinning, 0);
	cpus[cpu].result2 = cpus[cpu].result2 << 16 | guest_run(cpu);
	stage = 6;
}

static void test_init(u32 count)
{
	if (count != 2)
		fail("init needs 2 CPUs");
	start_cpus(count, receive_init);
	wait_for(&stage, 1);
	/* The guest may not have started yet: INIT waits for it, as it does in stage 4. */
	send(1, ICR_INIT | ICR_ASSERT);
	wait_for(&stage, 3);
	/* A start-up IPI that comes before the wait is lost; one of many comes within it. */
	while (stage < 4) {
		send(1, ICR_STARTUP | 0x12);
		pause();
	}
	send(1, ICR_INIT | ICR_ASSERT);
	for (u32 delay = 0; delay < 100000; delay++)
		pause();
	print("in root operation: stage %u\n", stage);
	stage = 5;
	wait_for(&stage, 6);
	print("exits %lu %lx\n", cpus[1].result, cpus[1].result2);
}

static const struct {
	const char *name;
	void (*run)(u32 count);
} tests[] = {
	{ "boot", test_boot },	 { "pingpong", test_pingpong },	  { "ipis", test_ipis }, { "x2apic", test_x2apic },
	{ "lock", test_lock },	 { "spin", test_spin },		  { "shootdown", test_shootdown },
	{ "code", test_code },	 { "vmx", test_vmx },		  { "init", test_init },
};

static bool same(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

static u32 to_number(const char *digits)
{
	u32 value = 0;

	while (*digits >= '0' && *digits <= '9')
		value = value * 10 + (u32)(*digits++ - '0');
	return value;
}

static char *next_word(char **line)
{
	char *word;

	while (**line == ' ')
		++*line;
	word = *line;
	while (**line && **line != ' ')
		++*line;
	if (**line)
		*(*line)++ = 0;
	return word;
}

/* Called by boot.S. */
void l1_main(const struct multiboot_info *info)
{
	char *line = (char *)(u64)info->command_line;
	const char *test;

	serial_init();
	descriptors_init();
	cpu_init();
	next_word(&line);
	test = next_word(&line);
	for (u32 i = 0; i < ARRAY_SIZE(tests); i++)
		if (same(tests[i].name, test)) {
			u32 count = to_number(next_word(&line)), asked = to_number(next_word(&line));

			if (asked)
				rounds = asked;
			tests[i].run(count);
			board_exit(EXIT_SUCCESS);
		}
	fail("there is no test %s", test);
}
