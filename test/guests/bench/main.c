/*
 * The benchmark guest. Command line: IMAGE LEVEL WORK COUNT, where LEVEL is l1 or l2 and WORK a kernel's name or
 * `exits` (CPUID in a loop: every one is a VM exit if executed in L2). Prints "begin" when the work starts and one
 * line with the checksum when it is done, so that a harness can time what lies between. The hypervisor parts are
 * those of samples/hello-nested.
 */
#include "board.h"
#include "descriptors.h"
#include "guest-memory.h"
#include "vmcs.h"
#include "vmx.h"
#include "work.h"

/* What the loader leaves in memory: multiboot 1, section 3.3. Only the command line matters here. */
struct multiboot_info {
	u32 flags, memory_lower, memory_upper, boot_device, command_line;
};
#define MULTIBOOT_INFO_COMMAND_LINE (1 << 2)

/* Control registers, SDM 2.5. */
#define X86_CR0_MP (1UL << 1)
#define X86_CR0_EM (1UL << 2)
#define X86_CR0_TS (1UL << 3)
#define X86_CR4_OSFXSR (1UL << 9)
#define X86_CR4_OSXMMEXCPT (1UL << 10)

#define USAGE "command line: IMAGE l1|l2 sieve|crc32|fib|mix64|bytecode|quicksort|sse|x87|exits COUNT"

/* Cuts the next word off a line, in place. */
static char *next_word(char **line)
{
	char *word = *line;

	while (*word == ' ')
		word++;
	*line = word;
	while (**line && **line != ' ')
		++*line;
	if (**line)
		*(*line)++ = 0;
	return word;
}

static u64 to_number(const char *digits)
{
	u64 value = 0;

	while (*digits >= '0' && *digits <= '9')
		value = value * 10 + (u64)(*digits++ - '0');
	return value;
}

/* Enters L2 until it halts, answering CPUID with zeros. */
static void run_l2(void)
{
	static struct guest_regs regs;
	bool launched = false;

	for (;;) {
		u32 reason;

		if (vmx_run(&regs, launched) != VMX_RUN_EXITED)
			fail("VM entry: VM-instruction error %lu", vmread(VM_INSTRUCTION_ERROR));
		launched = true;
		reason = (u32)vmread(VM_EXIT_REASON);
		if (reason == EXIT_REASON_HLT)
			return;
		if (reason != EXIT_REASON_CPUID)
			fail("exit reason 0x%x at rip 0x%lx, qualification 0x%lx", reason, vmread(GUEST_RIP),
			     vmread(EXIT_QUALIFICATION));
		regs.rax = regs.rbx = regs.rcx = regs.rdx = 0;
		vmwrite(GUEST_RIP, vmread(GUEST_RIP) + vmread(VM_EXIT_INSTRUCTION_LEN));
	}
}

/* x87 and SSE for both levels: L2 starts with L1's control registers. SDM 9.2.5 and 13.1.3. */
static void enable_floating_point(void)
{
	write_cr0((read_cr0() & ~(X86_CR0_EM | X86_CR0_TS)) | X86_CR0_MP);
	write_cr4(read_cr4() | X86_CR4_OSFXSR | X86_CR4_OSXMMEXCPT);
	asm volatile("fninit");
}

/* Called by boot.S. */
void l1_main(const struct multiboot_info *info)
{
	char *line = (char *)(u64)info->command_line;
	bool nested;

	serial_init();
	descriptors_init();
	if (!(info->flags & MULTIBOOT_INFO_COMMAND_LINE))
		fail(USAGE);
	next_word(&line);
	nested = next_word(&line)[1] == '2';
	if (!work_select(next_word(&line)))
		fail(USAGE);
	work.count = to_number(next_word(&line));

	guest_memory_init();
	enable_floating_point();
	if (nested) {
		vmx_enable();
		vmx_load_vmcs(&l2_vmcs);
		vmcs_init(guest_memory_ept());
	}
	print("begin\n");
	if (nested)
		run_l2();
	else
		work_run();
	print("%s %s %lu checksum 0x%lx\n", nested ? "l2" : "l1", work.name, work.count, work.checksum);
	board_exit(EXIT_SUCCESS);
}
