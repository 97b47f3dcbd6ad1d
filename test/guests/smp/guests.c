/* One guest a CPU. Each has a VMXON region, a VMCS, an EPT and a stack of its own; the code is everybody's. */
#include "guests.h"

#include "board.h"
#include "cpus.h"
#include "vmcs.h"
#include "vmx.h"

static PAGE_ALIGNED struct vmx_region vmxon_regions[MOST_CPUS], vmcss[MOST_CPUS];
static PAGE_ALIGNED u64 ept_pml4[MOST_CPUS][512], ept_pdpt[MOST_CPUS][512], ept_pd[MOST_CPUS][512];
static PAGE_ALIGNED u8 guest_stacks[MOST_CPUS][PAGE_SIZE];
static struct guest_regs guest_regs[MOST_CPUS];
static bool launched[MOST_CPUS];

#define EPT_RWX 7
#define EPT_WRITE_BACK (6 << 3)
#define EPT_LARGE (1 << 7)
#define EPTP_WALK_4_WRITE_BACK (3 << 3 | 6)

/* vmcs.c starts hello-nested's guest; these stand in its place until guest_prepare says better. */
u64 l2_pml4[1];
const u8 l2_entry[1], l2_stack_top[1];

void vmx_on(u32 cpu)
{
	struct vmx_region *region = &vmxon_regions[cpu];
	u64 address = (u64)region;
	u8 failed;

	write_cr0((read_cr0() | rdmsr(MSR_IA32_VMX_CR0_FIXED0)) & rdmsr(MSR_IA32_VMX_CR0_FIXED1));
	write_cr4((read_cr4() | rdmsr(MSR_IA32_VMX_CR4_FIXED0)) & rdmsr(MSR_IA32_VMX_CR4_FIXED1));
	region->revision = rdmsr(MSR_IA32_VMX_BASIC) & 0x7fffffff;
	asm volatile("vmxon %1; setbe %0" : "=r"(failed) : "m"(address) : "cc", "memory");
	if (failed)
		fail("VMXON on CPU %u", cpu);
}

static u64 make_ept(u32 cpu)
{
	ept_pml4[cpu][0] = (u64)ept_pdpt[cpu] | EPT_RWX;
	ept_pdpt[cpu][0] = (u64)ept_pd[cpu] | EPT_RWX;
	for (u64 i = 0; i < 512; i++)
		ept_pd[cpu][i] = i << 21 | EPT_LARGE | EPT_WRITE_BACK | EPT_RWX;
	return (u64)ept_pml4[cpu] | EPTP_WALK_4_WRITE_BACK;
}

void guest_prepare(u32 cpu, void (*entry)(void), u64 argument)
{
	vmx_load_vmcs(&vmcss[cpu]);
	vmcs_init(make_ept(cpu));
	vmwrite(GUEST_CR3, read_cr3());
	vmwrite(GUEST_RIP, (u64)entry);
	vmwrite(GUEST_RSP, (u64)guest_stacks[cpu] + PAGE_SIZE);
	guest_regs[cpu] = (struct guest_regs){ .rbx = argument };
	launched[cpu] = false;
}

u32 guest_run(u32 cpu)
{
	if (vmx_run(&guest_regs[cpu], launched[cpu]) != VMX_RUN_EXITED)
		fail("VM entry on CPU %u: VM-instruction error %lu", cpu, vmread(VM_INSTRUCTION_ERROR));
	launched[cpu] = true;
	return (u32)vmread(VM_EXIT_REASON);
}

u64 guest_value(u32 cpu)
{
	return guest_regs[cpu].rbx;
}

void guest_advance(void)
{
	vmwrite(GUEST_RIP, vmread(GUEST_RIP) + vmread(VM_EXIT_INSTRUCTION_LEN));
}

asm(".global guest_counting, guest_spinning\n"
    "guest_counting:\n"
    "	mov $100, %esi\n"
    "1:	xor %eax, %eax\n"
    "	push %rbx\n"
    "	cpuid\n"
    "	pop %rbx\n"
    "	inc %rbx\n"
    "	dec %esi\n"
    "	jnz 1b\n"
    "	hlt\n"
    "guest_spinning:\n"
    "	mov $1, %ebx\n"
    "2:	jmp 2b\n");
