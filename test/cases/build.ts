// The cases' programs (guests/), built as their authors would: a small C program on one harness, or a page of assembly.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const guests = join(__dirname, 'guests');
const common = join(guests, 'common');

const FREESTANDING = (
  '-g -w -ffreestanding -fno-pic -fno-pie -mno-red-zone -mgeneral-regs-only -fno-stack-protector ' +
  '-fcf-protection=none -nostdlib -static -no-pie -Wl,--build-id=none'
).split(' ');

/** Builds into a folder of its own. */
export class CaseBuilder {
  private readonly folder = mkdtempSync(join(tmpdir(), 'turtlescope-case-'));
  private built = 0;

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private path(): string {
    return join(this.folder, `case${++this.built}.elf`);
  }

  /** A folder with case.c. `defines`: `HOW=1`. */
  c(folder: string, ...defines: string[]): string {
    const path = this.path();
    execFileSync('gcc', [
      ...['-O1', '-std=gnu17', '-mcmodel=small', '-fno-asynchronous-unwind-tables', '-I', common],
      ...FREESTANDING,
      ...defines.map((define) => `-D${define}`),
      ...['-Wl,-z,max-page-size=4096,-z,noexecstack,--no-warn-rwx-segments', '-T', join(common, 'link.ld')],
      ...['-o', path, join(common, 'boot.S'), join(guests, folder, 'case.c')],
    ]);
    return path;
  }

  /** boot/NAME.asm, a 32-bit multiboot image. */
  boot(name: string): string {
    const path = this.path();
    const object = `${path}.o`;
    execFileSync('nasm', ['-f', 'elf32', '-o', object, join(guests, 'boot', `${name}.asm`)]);
    const link = ['-m', 'elf_i386', '-n', '-Ttext=0x100000', '--no-warn-rwx-segments', '-z', 'noexecstack'];
    execFileSync('ld', [...link, '-o', path, object]);
    return path;
  }

  /** A kernel at -2 GiB without unwind tables. */
  higherHalf(): string {
    const path = this.path();
    const source = (name: string) => join(guests, '31-higher-half', name);
    execFileSync('gcc', [
      ...['-O0', '-mcmodel=kernel', ...FREESTANDING, '-Wl,-z,max-page-size=4096,--no-warn-rwx-segments'],
      ...['-T', source('link.ld'), '-o', path, source('boot.S'), source('kernel.c')],
    ]);
    return path;
  }

  /** Multiboot 2, as a 32-bit or a 64-bit ELF file. */
  multiboot2(bits: 32 | 64): string {
    const path = this.path();
    const source = (name: string) => join(guests, '34-multiboot2', name);
    const form = bits === 32 ? ['-m32'] : ['-no-pie'];
    execFileSync('gcc', [
      ...['-g', '-nostdlib', '-static', '-Wl,--build-id=none', ...form],
      ...['-T', source('l.ld'), '-o', path, source('mb2.S')],
    ]);
    return path;
  }
}
