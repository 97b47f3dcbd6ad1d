/*
 * A kernel just large enough to be taken for Linux: IA32_LSTAR points to entry_SYSCALL_64, there is a banner, and modules come and
 * go in a list. It loads one and the same module twice, at different addresses.
 */
#include "board.h"
#include "kernel.h"

#define IA32_LSTAR 0xc0000082
#define IA32_KERNEL_GS_BASE 0xc0000102
#define UPPER_HALF 0xffff800000000000
#define DELAY 100000

const char linux_banner[] = "Linux version 0.0 (small)";
struct list_head modules = { &modules, &modules };
static struct module module;

/* As in Linux: linked at 0, and each CPU has a copy where its GS points. */
__attribute__((section(".data..percpu"))) const char *current_task = "of the file";
static char copy[64];
static struct module_sect_attrs sections;

/* Places of the module's sections in its two copies: link.ld. */
extern char first_text[], first_data[], second_text[], second_data[];

void entry_SYSCALL_64(void);
asm(".text\n.global entry_SYSCALL_64\n.type entry_SYSCALL_64, @function\nentry_SYSCALL_64: hlt\n"
    ".size entry_SYSCALL_64, . - entry_SYSCALL_64");

/* Calls `exception` with the registers of its caller saved as at an exception: assembly that only ORC describes. */
void asm_exception(void);

__attribute__((noinline)) void exception(u64 *registers)
{
	registers[10]++;
}

__attribute__((noinline)) static int faulting(int number)
{
	asm_exception();
	return number;
}

static void section(int index, const char *name, char *address)
{
	sections.attrs[index].battr.attr.name = name;
	sections.attrs[index].address = (unsigned long)address;
}

__attribute__((noinline)) int do_init_module(struct module *mod)
{
	mod->state = MODULE_STATE_LIVE;
	return mod->work(1);
}

__attribute__((noinline)) void free_module(struct module *mod)
{
	mod->list.prev->next = mod->list.next;
	mod->list.next->prev = mod->list.prev;
	mod->state = MODULE_STATE_UNFORMED;
}

static void load(char *text, char *data)
{
	static const char name[] = "small_module";

	for (unsigned int i = 0; i < sizeof(name); i++)
		module.name[i] = name[i];
	section(0, ".text", text + 0x800);
	section(1, ".text.entry", text);
	section(2, ".data", data);
	sections.nsections = 3;
	module.sect_attrs = &sections;
	module.work = (int (*)(int))text;
	module.state = MODULE_STATE_COMING;
	module.list.next = &modules;
	module.list.prev = modules.prev;
	modules.prev->next = &module.list;
	modules.prev = &module.list;
}

static void unload(void)
{
	module.state = MODULE_STATE_GOING;
	free_module(&module);
}

/* Kernel addresses are in the upper half: the lower one is there once more. */
static void per_cpu_area(void)
{
	u64 *tables, base = UPPER_HALF + (u64)copy;

	asm volatile("mov %%cr3, %0" : "=r"(tables));
	tables[256] = tables[0];
	*(const char **)(copy + (u64)&current_task) = "of this CPU";
	asm volatile("wrmsr" : : "c"(IA32_KERNEL_GS_BASE), "a"((u32)base), "d"((u32)(base >> 32)));
	asm volatile("swapgs");
}

void l1_main(void)
{
	u64 entry = (u64)entry_SYSCALL_64;
	int sum;

	asm volatile("wrmsr" : : "c"(IA32_LSTAR), "a"((u32)entry), "d"((u32)(entry >> 32)));
	per_cpu_area();
	/* Linux has much to do from here to its first module; a debugger looks now and then where the kernel lies. */
	for (volatile int i = 0; i < DELAY; i++)
		;
	load(first_text, first_data);
	sum = do_init_module(&module);
	faulting(7);
	unload();
	load(second_text, second_data);
	sum += do_init_module(&module);
	unload();
	board_exit(sum);
}
