/**
 * A kernel linked at -2 GiB whose link script drops the unwind tables, as many beginners' kernels do: its locals and its stack are
 * there by the frame pointer.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { Client } from './client';

const L1 = 2;

/** Multiboot, paging with the first GiB at 0 and at -2 GiB, then the kernel at its own addresses. */
const BOOT = `
  .set HALF, 0xffffffff80000000
  .section .low, "ax"
  .code32
  .balign 4
  .long 0x1badb002, 3, -(0x1badb002 + 3)
  .global low_start
low_start:
  mov $stack_top - HALF, %esp
  mov $0x20, %eax
  mov %eax, %cr4
  mov $pml4 - HALF, %eax
  mov %eax, %cr3
  mov $0xc0000080, %ecx
  rdmsr
  or $0x100, %eax
  wrmsr
  mov %cr0, %eax
  or $0x80000001, %eax
  mov %eax, %cr0
  lgdt gdtr - HALF
  ljmp $8, $long_mode
  .code64
long_mode:
  mov $high, %rax
  jmp *%rax
  .text
high:
  mov $stack_top, %rsp
  xor %ebp, %ebp
  call kernel_main
1: hlt
  jmp 1b
  .data
  .balign 4096
pml4: .quad pdpt - HALF + 3
  .fill 510, 8, 0
  .quad pdpt - HALF + 3
pdpt: .quad 0x83
  .fill 509, 8, 0
  .quad 0x83
  .quad 0
gdt: .quad 0, 0x00af9b000000ffff
gdtr: .word 15
  .quad gdt - HALF
  .bss
  .balign 16
  .fill 8192
stack_top:
  .section .note.GNU-stack, "", @progbits
`;

const KERNEL = `
int counter = 41;
int work(int x)
{
  int y = x + counter;
  return y;
}
void kernel_main(void)
{
  volatile int r = work(1);
  for (;;) asm volatile("hlt" :: "r"(r));
}
`;

const SCRIPT = `
ENTRY(low_start)
SECTIONS
{
  . = 0x100000;
  .low : { *(.low) }
  . += 0xffffffff80000000;
  .text : AT(ADDR(.text) - 0xffffffff80000000) { *(.text) }
  .data : AT(ADDR(.data) - 0xffffffff80000000) { *(.data) }
  .bss : AT(ADDR(.bss) - 0xffffffff80000000) { *(.bss) }
  /DISCARD/ : { *(.note*) *(.comment) *(.eh_frame) }
}
`;

describe('adapter: a kernel in the higher half, without unwind tables', () => {
  const folder = mkdtempSync(join(tmpdir(), 'higher-half-'));
  const program = join(folder, 'kernel.elf');
  let client: Client;

  before(async () => {
    writeFileSync(join(folder, 'boot.S'), BOOT);
    writeFileSync(join(folder, 'kernel.c'), KERNEL);
    writeFileSync(join(folder, 'link.ld'), SCRIPT);
    const compiled = ['-O0', '-g', '-ffreestanding', '-fno-pic', '-mcmodel=kernel', '-mno-red-zone'];
    const linked = ['-nostdlib', '-static', '-no-pie', '-T', 'link.ld', '-o', program];
    execFileSync(
      'gcc',
      [...compiled, '-fno-stack-protector', ...linked, '-Wl,-z,max-page-size=4096', 'boot.S', 'kernel.c'],
      { cwd: folder, stdio: 'pipe' },
    );
    client = await Client.start();
  });

  after(async () => {
    await client.stop();
    rmSync(folder, { recursive: true });
  });

  it('shows parameters, locals and the callers', async () => {
    const path = join(folder, 'kernel.c');
    await client.beginUntilStop({ launch: { program }, breakpoints: { [path]: [{ line: 6 }] } });
    const frames = await client.ask<DebugProtocol.StackTraceResponse['body']>('stackTrace', { threadId: L1 });
    assert.deepEqual(
      frames.stackFrames.map(({ name, line }) => `${name} ${line}`),
      ['work 6', 'kernel_main 10', `high ${BOOT.split('\n').indexOf('  call kernel_main') + 1}`],
    );
    const evaluate = async (expression: string, frame: number) => {
      const frameId = frames.stackFrames[frame]!.id;
      const asked = { expression, frameId, context: 'watch' };
      return (await client.ask<DebugProtocol.EvaluateResponse['body']>('evaluate', asked)).result;
    };
    assert.equal(await evaluate('x', 0), '1');
    assert.equal(await evaluate('y', 0), '42 (0x2a)');
    assert.match(await evaluate('&r', 1), /0xffffffff/);
  });
});
