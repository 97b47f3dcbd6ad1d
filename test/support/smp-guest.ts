/** The guest of several CPUs (test/guests/smp): built by gcc where there is one. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const sources = resolve(__dirname, '..', 'guests', 'smp');

/** Can it be built here? */
export const hasCompiler = ['gcc', 'make'].every((tool) => spawnSync(tool, ['--version']).status === 0);

export interface SmpGuest {
  readonly path: string;
  remove(): void;
}

export function buildSmpGuest(): SmpGuest {
  const out = mkdtempSync(join(tmpdir(), 'turtlescope-smp-'));
  const { status, stderr } = spawnSync('make', ['-s', '-C', sources, `OUT=${out}`], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return { path: join(out, 'smp.elf'), remove: () => rmSync(out, { recursive: true, force: true }) };
}

/** A source file of the guest, and the line of it that has a text. */
export function smpLine(file: string, text: string): { path: string; line: number } {
  const path = join(sources, file);
  const found = readFileSync(path, 'utf8')
    .split('\n')
    .findIndex((line) => line.includes(text));
  assert.notEqual(found, -1, `${file} has no "${text}"`);
  return { path, line: found + 1 };
}
