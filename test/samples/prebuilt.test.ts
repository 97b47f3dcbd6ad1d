// The committed sample images against their sources. Each image carries the SHA-256 of all sources it was built
// from (samples/image.mk); where gcc and make are installed the image is built again as well and, from the same
// compiler, must come out the same to the last byte.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { hasCompiler } from '../support/smp-guest';

const samples = resolve(__dirname, '../../samples');

/** The bytes of a section of an ELF64 little-endian file; fails the test if there is none of that name. */
function section(elf: Buffer, wanted: string): Buffer {
  const table = Number(elf.readBigUInt64LE(0x28));
  const header = (index: number) => {
    const at = table + index * 64;
    const offset = Number(elf.readBigUInt64LE(at + 24));
    return { name: elf.readUInt32LE(at), offset, end: offset + Number(elf.readBigUInt64LE(at + 32)) };
  };
  const names = header(elf.readUInt16LE(0x3e)).offset;
  for (let index = 0; index < elf.readUInt16LE(0x3c); index++) {
    const { name, offset, end } = header(index);
    const text = elf.subarray(names + name, elf.indexOf(0, names + name)).toString('latin1');
    if (text === wanted) return elf.subarray(offset, end);
  }
  assert.fail(`no section ${wanted}`);
}

/** The hash image.mk puts into the image: Makefile, image.mk, own and shared sources in order of their names. */
function sourcesHash(sample: string, shared: readonly string[]): string {
  const isSource = (name: string) => /\.([chS]|ld)$/.test(name);
  const list = (folder: string) =>
    readdirSync(join(samples, sample, folder))
      .filter(isSource)
      .map((name) => (folder === '.' ? name : `${folder}/${name}`));
  const inputs = ['Makefile', '../image.mk', ...list('.'), ...shared.flatMap(list)].sort();
  const hash = createHash('sha256');
  for (const input of inputs) hash.update(readFileSync(join(samples, sample, input)));
  return hash.digest('hex');
}

/** What built an image: the compiler's version and the assembler's, as both leave them in it. */
function tools(elf: Buffer): string {
  const assembler = /GNU AS [\d.]+/.exec(elf.toString('latin1'))?.[0];
  return `${section(elf, '.comment').toString('latin1')} ${assembler}`;
}

for (const { sample, shared } of [
  { sample: 'hello-nested', shared: [] },
  { sample: 'broken-entry', shared: ['../hello-nested'] },
  { sample: 'lost-event', shared: ['../hello-nested'] },
]) {
  describe(`the prebuilt image of ${sample}`, () => {
    const prebuilt = readFileSync(join(samples, sample, `${sample}.elf`));

    it('was built from the sources beside it', () => {
      const note = section(prebuilt, '.note.sources').toString('latin1');
      const advice = `sources changed: run make in samples/${sample} and commit the image`;
      assert.ok(note.includes(sourcesHash(sample, shared)), advice);
    });

    it('names no folder of the machine that built it', () => {
      for (const name of ['.debug_str', '.debug_line_str']) {
        const strings = section(prebuilt, name).toString('latin1').split('\0');
        assert.deepEqual(
          strings.filter((text) => text.startsWith('/')),
          [],
        );
      }
    });

    // Without a compiler the note above is the whole proof, so the test is not there.
    if (!hasCompiler) return;
    it('comes out of gcc again', () => {
      const out = mkdtempSync(join(tmpdir(), 'turtlescope-sample-'));
      try {
        const make = spawnSync('make', ['-s', `OUT=${out}`], {
          cwd: join(samples, sample),
          encoding: 'utf8',
        });
        assert.equal(make.status, 0, make.stderr);
        const rebuilt = readFileSync(join(out, `${sample}.elf`));
        if (tools(rebuilt) === tools(prebuilt)) assert.ok(rebuilt.equals(prebuilt), 'other bytes');
        else assert.deepEqual(section(rebuilt, '.note.sources'), section(prebuilt, '.note.sources'));
      } finally {
        rmSync(out, { recursive: true, force: true });
      }
    });
  });
}
