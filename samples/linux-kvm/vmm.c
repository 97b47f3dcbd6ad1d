/*
 * A virtual machine monitor in one file: starts a Linux kernel as a guest of /dev/kvm and connects its first serial port to
 * stdin and stdout. In this sample it runs in L1, and its guest is L2.
 *
 *     vmm KERNEL INITRD "COMMAND LINE"
 *
 * One virtual CPU, 128 MiB of RAM, KVM's own interrupt controllers and timer; the serial port is emulated here. It ends when
 * the guest shuts down by a triple fault (reboot=t).
 */
#include <asm/bootparam.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

/* Guest-physical memory */
#define RAM_BYTES (128ul << 20)
#define GDT_AT 0x500ul
#define PAGE_TABLES_AT 0x1000ul
#define BOOT_PARAMS_AT 0x7000ul
#define COMMAND_LINE_AT 0x8000ul
#define EBDA_AT 0x9fc00ul
#define KVM_TSS_AT 0xfffbd000ul

/* The 64-bit boot protocol of Linux: entry point behind the kernel's first byte, and the two selectors it begins with. */
#define ENTRY_64_OFFSET 0x200
#define BOOT_CS 0x10
#define BOOT_DS 0x18

static uint8_t *ram;
static struct kvm_run *run;
static int vm, vcpu;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static int request(int fd, const char *what, unsigned long number, void *argument)
{
	int result = ioctl(fd, number, argument);
	if (result < 0 && errno != EINTR)
		die(what);
	return result;
}
#define REQUEST(fd, number, argument) request(fd, #number, number, (void *)(argument))

/* --- serial port ----------------------------------------------------------------------------------------------------- */

#define COM1 0x3f8
#define COM1_IRQ 4
#define IER_RECEIVED 1
#define IER_TRANSMITTER 2
#define LCR_DIVISOR 0x80
#define LSR_DATA 1
#define LSR_TRANSMITTER_EMPTY 0x60
#define IIR_NONE 1
#define IIR_TRANSMITTER 2
#define IIR_RECEIVED 4
#define MSR_CONNECTED 0xb0
#define MCR_REQUEST_TO_SEND 2

static struct {
	uint8_t ier, lcr, mcr, scratch, divisor[2], received;
	int full;		/* `received` was not read yet */
	int transmitter_empty;	/* an interrupt for it is due */
} uart;

static uint8_t uart_cause(void)
{
	if (uart.full && (uart.ier & IER_RECEIVED))
		return IIR_RECEIVED;
	if (uart.transmitter_empty && (uart.ier & IER_TRANSMITTER))
		return IIR_TRANSMITTER;
	return IIR_NONE;
}

static void uart_update(void)
{
	static int line;
	int wanted = uart_cause() != IIR_NONE;
	struct kvm_irq_level level = { .irq = COM1_IRQ, .level = wanted };
	if (wanted != line)
		REQUEST(vm, KVM_IRQ_LINE, &level);
	line = wanted;
}

static uint8_t uart_read(int reg)
{
	uint8_t value;
	switch (reg) {
	case 0:
		if (uart.lcr & LCR_DIVISOR)
			return uart.divisor[0];
		uart.full = 0;
		return uart.received;
	case 1:
		return uart.lcr & LCR_DIVISOR ? uart.divisor[1] : uart.ier;
	case 2:
		value = uart_cause();
		if (value == IIR_TRANSMITTER)
			uart.transmitter_empty = 0;
		return value;
	case 3:
		return uart.lcr;
	case 4:
		return uart.mcr;
	case 5:
		return LSR_TRANSMITTER_EMPTY | (uart.full ? LSR_DATA : 0);
	case 6:
		return MSR_CONNECTED;
	default:
		return uart.scratch;
	}
}

static void uart_write(int reg, uint8_t value)
{
	switch (reg) {
	case 0:
		if (uart.lcr & LCR_DIVISOR) {
			uart.divisor[0] = value;
			break;
		}
		if (write(1, &value, 1) != 1)
			die("stdout");
		uart.transmitter_empty = 1;
		break;
	case 1:
		if (uart.lcr & LCR_DIVISOR) {
			uart.divisor[1] = value;
			break;
		}
		if ((value & ~uart.ier) & IER_TRANSMITTER)
			uart.transmitter_empty = 1;
		uart.ier = value & 0xf;
		break;
	case 3:
		uart.lcr = value;
		break;
	case 4:
		uart.mcr = value;
		break;
	case 7:
		uart.scratch = value;
		break;
	}
}

/* A key makes KVM_RUN return, also when it comes just before. */
static void input_arrived(int signal)
{
	(void)signal;
	run->immediate_exit = 1;
}

static void uart_poll_input(void)
{
	/* Who is not ready to receive would lose it. */
	if (!uart.full && (uart.mcr & MCR_REQUEST_TO_SEND) && read(0, &uart.received, 1) == 1)
		uart.full = 1;
	uart_update();
}

static struct termios terminal;

static void restore_terminal(void)
{
	tcsetattr(0, TCSANOW, &terminal);
}

static void open_terminal(void)
{
	struct sigaction action = { .sa_handler = input_arrived };
	sigaction(SIGIO, &action, NULL);
	if (tcgetattr(0, &terminal) == 0) {
		struct termios raw = terminal;
		raw.c_lflag &= ~(ICANON | ECHO | ISIG);
		raw.c_iflag &= ~(ICRNL | IXON);
		tcsetattr(0, TCSANOW, &raw);
		atexit(restore_terminal);
	}
	fcntl(0, F_SETOWN, getpid());
	fcntl(0, F_SETFL, O_RDONLY | O_NONBLOCK | O_ASYNC);
}

/* --- the guest's first state ----------------------------------------------------------------------------------------- */

/* Reads a file to a guest-physical address; 0 means: as high as it fits, on a page. Returns its place, its size through `bytes`. */
static uint64_t load(const char *path, uint64_t skip, uint64_t at, uint64_t *bytes)
{
	struct stat status;
	int fd = open(path, O_RDONLY);
	if (fd < 0 || fstat(fd, &status) < 0 || lseek(fd, skip, SEEK_SET) < 0)
		die(path);
	*bytes = status.st_size - skip;
	if (at == 0)
		at = (RAM_BYTES - *bytes) & ~0xffful;
	if (at + *bytes > RAM_BYTES) {
		fprintf(stderr, "%s does not fit into the guest's RAM\n", path);
		exit(1);
	}
	for (uint64_t done = 0; done < *bytes;) {
		ssize_t got = read(fd, ram + at + done, *bytes - done);
		if (got <= 0)
			die(path);
		done += got;
	}
	close(fd);
	return at;
}

static void add_memory(struct boot_params *params, uint64_t from, uint64_t to)
{
	struct boot_e820_entry *entry = &params->e820_table[params->e820_entries++];
	entry->addr = from;
	entry->size = to - from;
	entry->type = 1; /* usable */
}

/* Puts kernel, initial RAM disk, command line and boot_params into memory. Returns the entry point. */
static uint64_t load_kernel(const char *kernel, const char *initrd, const char *command_line)
{
	struct boot_params *params = (void *)(ram + BOOT_PARAMS_AT);
	struct setup_header *header = &params->hdr;
	uint8_t sectors[0x280];
	uint64_t bytes;
	int fd = open(kernel, O_RDONLY);
	if (fd < 0 || read(fd, sectors, sizeof sectors) != sizeof sectors)
		die(kernel);
	close(fd);
	memcpy(header, sectors + 0x1f1, 0x202 + sectors[0x201] - 0x1f1);
	if (header->header != 0x53726448 || !(header->xloadflags & XLF_KERNEL_64)) {
		fprintf(stderr, "%s is no bzImage with a 64-bit entry\n", kernel);
		exit(1);
	}
	load(kernel, (header->setup_sects + 1) * 512, header->pref_address, &bytes);
	header->type_of_loader = 0xff;
	header->ramdisk_image = load(initrd, 0, 0, &bytes);
	header->ramdisk_size = bytes;
	header->cmd_line_ptr = COMMAND_LINE_AT;
	strcpy((char *)ram + COMMAND_LINE_AT, command_line);
	add_memory(params, 0, EBDA_AT);
	add_memory(params, 0x100000, RAM_BYTES);
	return header->pref_address + ENTRY_64_OFFSET;
}

/* 64-bit mode, the first GiB mapped to itself with 2 MiB pages, flat segments. */
static void set_registers(uint64_t entry)
{
	uint64_t *gdt = (void *)(ram + GDT_AT), *tables = (void *)(ram + PAGE_TABLES_AT);
	struct kvm_regs registers = { .rip = entry, .rsi = BOOT_PARAMS_AT, .rflags = 2 };
	struct kvm_segment code = { .limit = 0xffffffff, .selector = BOOT_CS, .type = 11, .present = 1, .s = 1, .l = 1, .g = 1 };
	struct kvm_segment data = { .limit = 0xffffffff, .selector = BOOT_DS, .type = 3, .present = 1, .s = 1, .db = 1, .g = 1 };
	struct kvm_sregs special;

	gdt[BOOT_CS / 8] = 0x00af9b000000ffff;
	gdt[BOOT_DS / 8] = 0x00cf93000000ffff;
	tables[0] = (PAGE_TABLES_AT + 0x1000) | 3;
	tables[512] = (PAGE_TABLES_AT + 0x2000) | 3;
	for (uint64_t i = 0; i < 512; i++)
		tables[1024 + i] = i << 21 | 0x83;

	REQUEST(vcpu, KVM_GET_SREGS, &special);
	special.cs = code;
	special.ds = special.es = special.fs = special.gs = special.ss = data;
	special.gdt.base = GDT_AT;
	special.gdt.limit = BOOT_DS + 7;
	special.cr0 = 0x80000011; /* PG, ET, PE */
	special.cr3 = PAGE_TABLES_AT;
	special.cr4 = 0x20;  /* PAE */
	special.efer = 0x500; /* LMA, LME */
	REQUEST(vcpu, KVM_SET_SREGS, &special);
	REQUEST(vcpu, KVM_SET_REGS, &registers);
}

/* --- the machine ----------------------------------------------------------------------------------------------------- */

static void create_machine(void)
{
	static struct {
		struct kvm_cpuid2 head;
		struct kvm_cpuid_entry2 entries[100];
	} cpuid = { .head.nent = 100 };
	struct kvm_pit_config pit = { 0 };
	int kvm = open("/dev/kvm", O_RDWR);
	if (kvm < 0)
		die("/dev/kvm");
	vm = REQUEST(kvm, KVM_CREATE_VM, 0);
	REQUEST(vm, KVM_SET_TSS_ADDR, KVM_TSS_AT);
	REQUEST(vm, KVM_CREATE_IRQCHIP, 0);
	REQUEST(vm, KVM_CREATE_PIT2, &pit);

	ram = mmap(NULL, RAM_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (ram == MAP_FAILED)
		die("guest RAM");
	struct kvm_userspace_memory_region region = { .memory_size = RAM_BYTES, .userspace_addr = (uintptr_t)ram };
	REQUEST(vm, KVM_SET_USER_MEMORY_REGION, &region);

	vcpu = REQUEST(vm, KVM_CREATE_VCPU, 0);
	REQUEST(kvm, KVM_GET_SUPPORTED_CPUID, &cpuid);
	REQUEST(vcpu, KVM_SET_CPUID2, &cpuid);
	int bytes = REQUEST(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
	run = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu, 0);
	if (run == MAP_FAILED)
		die("kvm_run");
}

#define CMOS_DATA 0x71

/* One access of the guest to a port. All ones where nothing answers; but a clock of zeros, whose update is never in progress: the
   guest would wait a second for its end. */
static void port_access(uint16_t port, int out, uint8_t *data, uint32_t bytes)
{
	if (port >= COM1 && port < COM1 + 8 && out)
		uart_write(port - COM1, *data);
	else if (port >= COM1 && port < COM1 + 8)
		*data = uart_read(port - COM1);
	else if (!out)
		memset(data, port == CMOS_DATA ? 0 : 0xff, bytes);
}

/* Runs the guest to its end; returns the status to exit with. */
static int run_guest(void)
{
	for (;;) {
		run->immediate_exit = 0;
		uart_poll_input();
		if (REQUEST(vcpu, KVM_RUN, 0) < 0)
			continue; /* a signal: input */
		switch (run->exit_reason) {
		case KVM_EXIT_IO:
			for (uint32_t i = 0; i < run->io.count; i++) {
				uint8_t *data = (uint8_t *)run + run->io.data_offset + i * run->io.size;
				port_access(run->io.port, run->io.direction == KVM_EXIT_IO_OUT, data, run->io.size);
			}
			break;
		case KVM_EXIT_MMIO:
			if (!run->mmio.is_write)
				memset(run->mmio.data, 0xff, sizeof run->mmio.data);
			break;
		case KVM_EXIT_SHUTDOWN:
			return 0; /* a triple fault, which is how reboot=t ends */
		case KVM_EXIT_FAIL_ENTRY:
			fprintf(stderr, "vmm: VM entry failed, reason 0x%llx\n", run->fail_entry.hardware_entry_failure_reason);
			return 1;
		case KVM_EXIT_INTERNAL_ERROR:
			fprintf(stderr, "vmm: KVM cannot go on, suberror %u\n", run->internal.suberror);
			return 1;
		default:
			fprintf(stderr, "vmm: exit reason %u is not handled\n", run->exit_reason);
			return 1;
		}
	}
}

int main(int argc, char **argv)
{
	if (argc != 4) {
		fprintf(stderr, "usage: vmm KERNEL INITRD \"COMMAND LINE\"\n");
		return 2;
	}
	create_machine();
	set_registers(load_kernel(argv[1], argv[2], argv[3]));
	open_terminal();
	return run_guest();
}
