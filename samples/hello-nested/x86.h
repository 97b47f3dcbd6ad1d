/*
 * The few privileged instructions C cannot express, one inline function each, and the architectural bits they
 * deal in. Both levels include this file; nothing in it knows which level it runs in.
 *
 * SDM volume 2 for the instructions, volume 3 section 2.5 (control registers) and 4.5 (4-level paging).
 */
#ifndef X86_H
#define X86_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long u64;
typedef _Bool bool;

#define true 1
#define false 0

#define PAGE_SIZE 4096UL
#define PAGE_MASK (~(PAGE_SIZE - 1))
#define PAGE_ALIGNED __attribute__((aligned(4096)))
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* Control registers, SDM 2.5. */
#define X86_CR4_PAE (1UL << 5)
#define X86_CR4_VMXE (1UL << 13)

/* RFLAGS, SDM 2.3: bit 1 always reads as one. */
#define X86_EFLAGS_FIXED (1UL << 1)
#define X86_EFLAGS_CF (1UL << 0)
#define X86_EFLAGS_ZF (1UL << 6)

/* Extended feature enable register, SDM 2.2.1. */
#define MSR_EFER 0xc0000080
#define EFER_LME (1UL << 8)
#define EFER_LMA (1UL << 10)

#define MSR_GS_BASE 0xc0000101
#define MSR_TSC_AUX 0xc0000103

/* Paging-structure entries, SDM 4.5. */
#define PTE_PRESENT (1UL << 0)
#define PTE_WRITE (1UL << 1)
#define PTE_LARGE (1UL << 7)

struct cpuid_result {
	u32 eax, ebx, ecx, edx;
};

static inline struct cpuid_result cpuid(u32 leaf, u32 subleaf)
{
	struct cpuid_result r;

	asm volatile("cpuid" : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx) : "a"(leaf), "c"(subleaf));
	return r;
}

static inline u64 rdmsr(u32 msr)
{
	u32 low, high;

	asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
	return (u64)high << 32 | low;
}

static inline void wrmsr(u32 msr, u64 value)
{
	asm volatile("wrmsr" : : "c"(msr), "a"((u32)value), "d"((u32)(value >> 32)));
}

static inline void outb(u16 port, u8 value)
{
	asm volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline void outl(u16 port, u32 value)
{
	asm volatile("outl %0, %1" : : "a"(value), "Nd"(port));
}

static inline u8 inb(u16 port)
{
	u8 value;

	asm volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static inline u64 read_cr0(void)
{
	u64 value;

	asm volatile("mov %%cr0, %0" : "=r"(value));
	return value;
}

static inline void write_cr0(u64 value)
{
	asm volatile("mov %0, %%cr0" : : "r"(value) : "memory");
}

static inline u64 read_cr2(void)
{
	u64 value;

	asm volatile("mov %%cr2, %0" : "=r"(value));
	return value;
}

static inline void write_cr2(u64 value)
{
	asm volatile("mov %0, %%cr2" : : "r"(value));
}

static inline u64 read_cr3(void)
{
	u64 value;

	asm volatile("mov %%cr3, %0" : "=r"(value));
	return value;
}

static inline u64 read_cr4(void)
{
	u64 value;

	asm volatile("mov %%cr4, %0" : "=r"(value));
	return value;
}

static inline void write_cr4(u64 value)
{
	asm volatile("mov %0, %%cr4" : : "r"(value) : "memory");
}

#endif
