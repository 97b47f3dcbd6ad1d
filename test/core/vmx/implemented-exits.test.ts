// The chip says which exit reasons and VM-instruction errors it can produce: exactly those that its sources name where they are made.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exitReasons } from '../../../src/isa/exit-reasons';
import { vmInstructionErrors } from '../../../src/isa/vm-instruction-errors';
import { Fixture } from './valid-vmcs';

const CORE = join(__dirname, '../../../src/core');
/** They name reasons without making exits: what is saved at an exit, and the answer under test. */
const ONLY_NAMED = ['exit-guest.ts', 'implemented-exits.ts'];

/** Names behind `Exit.` or `VmError.` in the sources of the core. */
function named(kind: 'Exit' | 'VmError'): Set<string> {
  const names = new Set<string>();
  for (const entry of readdirSync(CORE, { recursive: true, withFileTypes: true })) {
    const isSource = entry.isFile() && entry.name.endsWith('.ts') && !ONLY_NAMED.includes(entry.name);
    if (!isSource || entry.parentPath.endsWith('gen')) continue;
    const source = readFileSync(join(entry.parentPath, entry.name), 'utf8');
    for (const match of source.matchAll(new RegExp(`\\b${kind}\\.([A-Z][A-Z0-9_]*)`, 'g')))
      names.add(match[1]!);
  }
  return names;
}

describe('what the chip says it can produce', () => {
  const { cpu } = new Fixture();

  it('exit reasons: those of its sources', () => {
    const said = exitReasons.filter(({ number }) => cpu.raisesExit(number)).map(({ name }) => name as string);
    assert.deepEqual(said.sort(), [...named('Exit')].sort());
  });

  it('VM-instruction errors: those of its sources', () => {
    const said = vmInstructionErrors
      .filter(({ number }) => cpu.raisesVmError(number))
      .map(({ name }) => name as string);
    assert.deepEqual(said.sort(), [...named('VmError')].sort());
  });
});
