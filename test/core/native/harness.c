/*
 * Runs user-mode instruction sequences on the host's own CPU. Reads cases on stdin, writes results on stdout; the record
 * layouts are those of native-cpu.ts. A signal handler returns into each case with all its registers and is entered again by
 * the INT3 or the fault the case ends in, so that not even the stack pointer is needed in between. 16-bit and 32-bit code
 * runs in compatibility mode, 16-bit code in segments of the local descriptor table.
 */
#define _GNU_SOURCE
#include <asm/ldt.h>
#include <asm/prctl.h>
#include <cpuid.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#define CODE ((uint8_t *)0x600000)
#define DATA ((uint8_t *)0x700000)
#define STACK ((uint8_t *)0x800000)
#define CODE_BYTES 8192
#define CASE_CODE 256
#define DATA_BYTES 8192
#define STACK_BYTES 4096
/* x87, XMM and MXCSR as FXSAVE64 stores them, then the upper halves of YMM0 to YMM15. */
#define IMAGE_BYTES 768


struct input {
	uint64_t mode; /* 16, 32 or 64 */
	uint64_t start; /* of the code, from CODE */
	uint64_t registers[16];
	uint64_t flags;
	uint8_t code[CASE_CODE];
	uint8_t data[DATA_BYTES];
	uint8_t image[IMAGE_BYTES];
};

struct output {
	uint64_t vector;
	uint64_t error;
	uint64_t cr2;
	uint64_t rip;
	uint64_t registers[16];
	uint64_t flags;
	uint8_t code[CODE_BYTES];
	uint8_t data[DATA_BYTES];
	uint8_t stack[STACK_BYTES];
	uint8_t image[IMAGE_BYTES];
};

static struct input in;
static struct output out;
static int started;
static long code_segment, data_segment, stack_segment;
static long flat_code, flat_data, flat_stack;

/* Register numbers as encoded, in the order of the signal context. */
static const int order[16] = { REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
			       REG_R8,	REG_R9,	 REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15 };

static void put(const void *from, size_t bytes)
{
	if (fwrite(from, bytes, 1, stdout) != 1)
		_exit(4);
}

/*
 * The kernel's signal frame holds what XSAVE stored: the legacy region, at byte 464 a magic number and at 472 the components
 * where they are more than x87 and SSE, at 512 the header, the upper halves of YMM where CPUID says.
 */
static uint32_t upper_at;

static uint8_t *upper_halves(uint8_t *frame)
{
	uint32_t magic;
	uint64_t components;

	memcpy(&magic, frame + 464, sizeof(magic));
	memcpy(&components, frame + 472, sizeof(components));
	return upper_at && magic == FP_XSTATE_MAGIC1 && components & 4 ? frame + upper_at : 0;
}

static void load_image(uint8_t *frame)
{
	uint8_t *upper = upper_halves(frame);

	/* The last 48 bytes of the legacy region are the kernel's. */
	memcpy(frame, in.image, 464);
	if (upper) {
		uint64_t in_use;

		memcpy(upper, in.image + 512, 256);
		memcpy(&in_use, frame + 512, sizeof(in_use));
		in_use |= 7;
		memcpy(frame + 512, &in_use, sizeof(in_use));
	}
}

static void store_image(uint8_t *frame)
{
	uint8_t *upper = upper_halves(frame);
	uint64_t in_use = 7;

	if (upper)
		memcpy(&in_use, frame + 512, sizeof(in_use));
	memset(out.image, 0, sizeof(out.image));
	memcpy(out.image, frame, 464);
	/* A component in its initial configuration may leave its bytes as they were. */
	if (!(in_use & 2))
		memset(out.image + 160, 0, 256);
	if (upper && in_use & 4)
		memcpy(out.image + 512, upper, 256);
}

static void report(const greg_t *registers, uint8_t *frame)
{
	out.vector = registers[REG_TRAPNO];
	out.error = registers[REG_ERR];
	out.cr2 = registers[REG_CR2];
	out.rip = registers[REG_RIP];
	out.flags = registers[REG_EFL];
	for (int i = 0; i < 16; i++)
		out.registers[i] = registers[order[i]];
	memcpy(out.code, CODE, CODE_BYTES);
	memcpy(out.data, DATA, DATA_BYTES);
	memcpy(out.stack, STACK, STACK_BYTES);
	store_image(frame);
	put(&out, sizeof(out));
}

static void handler(int signal, siginfo_t *info, void *context)
{
	greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
	uint8_t *frame = (uint8_t *)((ucontext_t *)context)->uc_mcontext.fpregs;
	long code = flat_code, data = 0, stack = flat_stack;

	(void)signal;
	(void)info;
	/* The handler itself needs a forward string direction. */
	__asm__ volatile("cld");
	if (started)
		report(registers, frame);
	started = 1;
	/* A case that never ends is a mistake of its author: the signal ends the harness. */
	alarm(5);
	if (fread(&in, sizeof(in), 1, stdin) != 1) {
		fflush(stdout);
		_exit(0);
	}
	memset(CODE, 0xcc, CODE_BYTES);
	memcpy(CODE + in.start, in.code, in.start + CASE_CODE > CODE_BYTES ? CODE_BYTES - in.start : CASE_CODE);
	memcpy(DATA, in.data, DATA_BYTES);
	memset(STACK, 0, STACK_BYTES);
	load_image(frame);
	for (int i = 0; i < 16; i++)
		registers[order[i]] = in.registers[i];
	registers[REG_RIP] = in.start + (in.mode == 16 ? 0 : (uintptr_t)CODE);
	registers[REG_EFL] = in.flags;
	if (in.mode == 16) {
		code = code_segment;
		data = data_segment;
		stack = stack_segment;
	} else if (in.mode == 32) {
		code = 0x23;
		data = flat_data;
	}
	__asm__ volatile("mov %0, %%ds; mov %0, %%es" : : "r"(data));
	/* CS, GS, FS and SS, 16 bits each. */
	registers[REG_CSGSFS] = (registers[REG_CSGSFS] & 0xffffffff0000) | code | (stack << 48);
}

static void area(uint8_t *at, size_t bytes)
{
	if (mmap(at, bytes, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != at)
		_exit(3);
}

/* A 16-bit segment of 64 KiB; answers its selector, or a null selector where the kernel has no local descriptor tables. */
static long segment16(int entry, uint8_t *base, int contents)
{
	struct user_desc row = { .entry_number = entry, .base_addr = (uintptr_t)base, .limit = 0xffff, .contents = contents };

	if (syscall(SYS_modify_ldt, 1, &row, sizeof(row)))
		return 0;
	return entry * 8 + 7;
}

int main(void)
{
	unsigned a, b, c, d;
	stack_t alternate = { .ss_sp = malloc(1 << 16), .ss_size = 1 << 16 };
	struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER };
	const int signals[] = { SIGTRAP, SIGFPE, SIGILL, SIGSEGV, SIGBUS };

	setvbuf(stdout, 0, _IONBF, 0);
	if (__get_cpuid_count(0xd, 2, &a, &b, &c, &d) && a)
		upper_at = b;
	area(CODE, CODE_BYTES);
	area(DATA, DATA_BYTES);
	area(STACK, STACK_BYTES);
	code_segment = segment16(0, CODE, MODIFY_LDT_CONTENTS_CODE);
	data_segment = segment16(1, DATA, MODIFY_LDT_CONTENTS_DATA);
	stack_segment = segment16(2, STACK, MODIFY_LDT_CONTENTS_DATA);
	__asm__("mov %%cs, %0" : "=r"(flat_code));
	__asm__("mov %%ss, %0" : "=r"(flat_stack));
	flat_data = flat_stack;
	syscall(SYS_arch_prctl, ARCH_SET_GS, DATA);
	sigaltstack(&alternate, 0);
	for (unsigned i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaction(signals[i], &action, 0);
	__asm__ volatile("int3");
	return 1;
}
