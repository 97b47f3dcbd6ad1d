/** The kernel of test/guests/kernel and its module: built by gcc where there is one. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const sources = resolve(__dirname, '..', 'guests', 'kernel');

export interface SmallKernel {
  /** What boots: without symbols. */
  readonly image: string;
  /** The same kernel with symbols, linked for another address. */
  readonly vmlinux: string;
  readonly modules: string;
  readonly module: string;
  /** The module's two copies, linked: what its file must come to. */
  readonly copies: readonly [string, string];
  readonly source: (file: string) => string;
  remove(): void;
}

export function buildSmallKernel(): SmallKernel {
  const out = mkdtempSync(join(tmpdir(), 'turtlescope-kernel-'));
  const { status, stderr } = spawnSync('make', ['-s', '-C', sources, `OUT=${out}`], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return {
    image: join(out, 'image.elf'),
    vmlinux: join(out, 'vmlinux'),
    modules: join(out, 'modules'),
    module: join(out, 'modules', 'small-module.ko'),
    copies: [join(out, 'first.elf'), join(out, 'second.elf')],
    source: (file) => join(sources, file),
    remove: () => rmSync(out, { recursive: true, force: true }),
  };
}
