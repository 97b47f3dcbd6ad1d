/**
 * Sources of the programs the tests compile: one with all kinds of values on a known stack, and assembly.
 *
 * `captured` programs run natively, 32-bit ones in our machine: they write their registers and their whole memory to standard
 * output, so that unwinding and variables are tested against a real process without a debugger.
 */

/** Values here are asserted in captured.test.ts; every call is kept by `keep`. */
export const SAMPLE_C = `
typedef unsigned char u8;
typedef unsigned long long u64;
typedef _Bool bool_t;

enum color { RED, GREEN = 5, BLUE = -1 };
enum flags { READ = 1, WRITE = 2, EXECUTE = 4 };

struct node;
struct point { int x, y; };
union word { unsigned int whole; u8 bytes[4]; };
struct bits { unsigned int low : 3; unsigned int mid : 7; int high : 5; u64 wide : 40; };
struct node {
  const char *name;
  struct node *next;
  struct point at[2];
  union { int anonymous_int; char anonymous_bytes[4]; };
  int (*callback)(int, void *);
};

extern void capture(void);
static int callback(int a, void *b) { return a + (b != 0); }

struct node second = { "second", 0, {{5, 6}, {7, 8}}, {0x41424344}, callback };
struct node first = { "first", &second, {{1, 2}, {3, 4}}, {7}, callback };
struct bits packed = { 5, 100, -3, 0x123456789aULL };
union word word = { 0x11223344 };
int matrix[2][3] = {{1, 2, 3}, {4, 5, 6}};
double ratio = 1.5;
float small = -0.25f;
static volatile int counter = 41;
u8 text[8] = "hi\\n";
enum color shade = GREEN;
enum flags rights = READ | EXECUTE;
bool_t ready = 1;
int (*handler)(int, void *) = callback;
void *nothing;

static inline __attribute__((always_inline)) int scaled(int value, int factor) {
  int product = value * factor;
  counter += product;
  capture();
  return product + counter;
}

__attribute__((noinline)) int inner(struct node *node, long long big, char letter) {
  int local_array[3] = { 10, 20, letter };
  struct point here = node->at[1];
  int result = scaled(here.x + local_array[1], (int)(big & 0xf));
  counter += local_array[2];
  return result + here.y + letter + (int)(big >> 32) + (node->next != 0) + counter;
}

__attribute__((noinline)) int middle(int depth, struct node *node) {
  int kept = depth * 3;
  int sum;
  if (depth > 0) {
    int nested = depth + 1000;
    sum = middle(depth - 1, node);
    counter += nested;
    return sum + nested + kept;
  }
  sum = inner(node, 0x123456789LL, 'z');
  counter += kept;
  return sum + kept;
}

int main(void) {
  int total = 0;
  for (int i = 0; i < 3; i++) {
    total += middle(2, &first);
    counter += i;
  }
  return total;
}
`;

/** Entry and capture of the 64-bit program: writes 17 registers in DWARF order, then the memory. */
export const CAPTURE_64 = `
  .globl _start, capture
  .text
_start:
  leaq stack_top(%rip), %rsp
  xorl %ebp, %ebp
  call main
  hlt
capture:
  movq %rax, registers(%rip)
  movq %rdx, registers+8(%rip)
  movq %rcx, registers+16(%rip)
  movq %rbx, registers+24(%rip)
  movq %rsi, registers+32(%rip)
  movq %rdi, registers+40(%rip)
  movq %rbp, registers+48(%rip)
  movq %rsp, registers+56(%rip)
  movq %r8, registers+64(%rip)
  movq %r9, registers+72(%rip)
  movq %r10, registers+80(%rip)
  movq %r11, registers+88(%rip)
  movq %r12, registers+96(%rip)
  movq %r13, registers+104(%rip)
  movq %r14, registers+112(%rip)
  movq %r15, registers+120(%rip)
captured:
  leaq captured(%rip), %rax
  movq %rax, registers+128(%rip)
  leaq registers(%rip), %rsi
  movl $136, %edx
  call output
  leaq __executable_start(%rip), %rsi
  leaq _end(%rip), %rdx
  subq %rsi, %rdx
  call output
  movl $60, %eax
  xorl %edi, %edi
  syscall
output:
  movl $1, %edi
1:
  movl $1, %eax
  syscall
  addq %rax, %rsi
  subq %rax, %rdx
  ja 1b
  ret
  .bss
  .balign 16
registers:
  .skip 136
stack:
  .skip 8192
stack_top:
  .skip 64
  .section .note.GNU-stack,"",@progbits
`;

/** The same for 32 bits: 9 registers in DWARF order. */
export const CAPTURE_32 = `
  .globl _start, capture
  .text
_start:
  movl $stack_top, %esp
  xorl %ebp, %ebp
  call main
  hlt
capture:
  movl %eax, registers
  movl %ecx, registers+4
  movl %edx, registers+8
  movl %ebx, registers+12
  movl %esp, registers+16
  movl %ebp, registers+20
  movl %esi, registers+24
  movl %edi, registers+28
captured:
  movl $captured, registers+32
  movl $registers, %ecx
  movl $36, %edx
  call output
  movl $__executable_start, %ecx
  movl $_end, %edx
  subl %ecx, %edx
  call output
  movl $1, %eax
  xorl %ebx, %ebx
  int $0x80
output:
  movl $1, %ebx
1:
  movl $4, %eax
  int $0x80
  addl %eax, %ecx
  subl %eax, %edx
  ja 1b
  ret
  .bss
  .balign 16
registers:
  .skip 36
  .balign 16
stack:
  .skip 8192
stack_top:
  .skip 64
  .section .note.GNU-stack,"",@progbits
`;

/** Assembly for gas with labels, a local one, a macro and 16-, 32- and 64-bit code. */
export const BOOT_GAS = `
  .macro twice what
  \\what
  \\what
  .endm
  .globl main, boot32, helper
  .text
  .code32
boot32:
  cli
  movl $1, %eax
  twice nop
  ret
  .code64
main:
  call helper
  hlt
.Lspin:
  jmp .Lspin
  .type helper, @function
helper:
  xorl %eax, %eax
  push %rbx
  pop %rbx
  ret
  .size helper, . - helper
  .section .note.GNU-stack,"",@progbits
`;

export const BOOT_NASM = `
bits 64
section .text
global main
global helper
main:
  mov eax, 1
  call helper
.loop:
  hlt
  jmp .loop
helper:
  xor ecx, ecx
  ret
section .data
value: dq 0x1122334455667788
`;
