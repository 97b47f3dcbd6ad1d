/*
 * Runs user-mode instruction sequences on the host's own CPU. Reads cases on stdin, writes results on stdout; the record
 * layouts are those of native-cpu.ts. Each sequence ends in INT3 or in a fault: a signal handler takes the registers.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#define CODE ((uint8_t *)0x600000)
#define DATA ((uint8_t *)0x700000)
#define STACK ((uint8_t *)0x800000)
#define AREA 4096

struct input {
	uint8_t code[64];
	uint64_t registers[16];
	uint64_t flags;
	uint8_t data[AREA];
};

struct output {
	uint64_t signal;
	uint64_t rip;
	uint64_t registers[16];
	uint64_t flags;
	uint8_t data[AREA];
	uint8_t stack[AREA];
};

static struct input in;
static struct output out;
static sigjmp_buf back;

/* Register numbers as encoded, in the order of the signal context. */
static const int order[16] = { REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
			       REG_R8,	REG_R9,	 REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15 };

static void handler(int signal, siginfo_t *info, void *context)
{
	greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;

	(void)info;
	/* The handler itself needs a forward string direction. */
	__asm__ volatile("cld");
	out.signal = signal;
	out.rip = registers[REG_RIP];
	out.flags = registers[REG_EFL];
	for (int i = 0; i < 16; i++)
		out.registers[i] = registers[order[i]];
	siglongjmp(back, 1);
}

/* Loads every register from the case and jumps to the code. */
void enter(struct input *from);
__asm__(".globl enter\n"
	"enter:\n"
	"  pushq 192(%rdi)\n"
	"  popfq\n"
	"  mov 64+0*8(%rdi), %rax\n"
	"  mov 64+1*8(%rdi), %rcx\n"
	"  mov 64+2*8(%rdi), %rdx\n"
	"  mov 64+3*8(%rdi), %rbx\n"
	"  mov 64+4*8(%rdi), %rsp\n"
	"  mov 64+5*8(%rdi), %rbp\n"
	"  mov 64+6*8(%rdi), %rsi\n"
	"  mov 64+8*8(%rdi), %r8\n"
	"  mov 64+9*8(%rdi), %r9\n"
	"  mov 64+10*8(%rdi), %r10\n"
	"  mov 64+11*8(%rdi), %r11\n"
	"  mov 64+12*8(%rdi), %r12\n"
	"  mov 64+13*8(%rdi), %r13\n"
	"  mov 64+14*8(%rdi), %r14\n"
	"  mov 64+15*8(%rdi), %r15\n"
	"  mov 64+7*8(%rdi), %rdi\n"
	"  jmp *target(%rip)\n"
	"target: .quad 0x600000\n");

static void area(uint8_t *at)
{
	if (mmap(at, AREA, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != at)
		exit(3);
}

int main(void)
{
	stack_t alternate = { .ss_sp = malloc(1 << 16), .ss_size = 1 << 16 };
	struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER };
	const int signals[] = { SIGTRAP, SIGFPE, SIGILL, SIGSEGV, SIGBUS };

	area(CODE);
	area(DATA);
	area(STACK);
	sigaltstack(&alternate, 0);
	for (unsigned i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaction(signals[i], &action, 0);
	while (fread(&in, sizeof(in), 1, stdin) == 1) {
		memcpy(CODE, in.code, sizeof(in.code));
		memcpy(DATA, in.data, AREA);
		memset(STACK, 0, AREA);
		if (!sigsetjmp(back, 0))
			enter(&in);
		memcpy(out.data, DATA, AREA);
		memcpy(out.stack, STACK, AREA);
		fwrite(&out, sizeof(out), 1, stdout);
	}
	return 0;
}
