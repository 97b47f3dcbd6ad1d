// The generated tables as the core's own compiler understands them: a small program over them is compiled with asc and
// asked for every encoding, and for masks that a sign extension would spoil.

import assert from 'node:assert/strict';
import { VmcsPage } from '../../src/abi/vmcs-page';
import { coreTables } from '../../src/generate/core-tables';
import { vmcsFields } from '../../src/isa/vmcs-fields';

const program = `
import { Check, CHECK_COUNT, Cr0, Exit, ExitFlag, Msr, Proc, Rflags, V, V_COUNT, VMCS_MAX_INDEX, vmcsOffset } from './constants';
export function offsetOf(encoding: u32): u32 { return vmcsOffset(encoding); }
export function guestRip(): u32 { return V.GUEST_RIP; }
export function fields(): i32 { return V_COUNT; }
export function maxIndex(): i32 { return VMCS_MAX_INDEX; }
export function lastCheck(): bool { return Check.M02 == CHECK_COUNT - 1; }
export function paging(cr0: u64): u64 { return cr0 & Cr0.PG; }
export function iopl(flags: u64): u64 { return (flags & Rflags.IOPL) >> Rflags.IOPL_SHIFT; }
export function secondary(word: u32): bool { return (word & Proc.ACTIVATE_SECONDARY_CONTROLS) != 0; }
export function isEfer(index: u32): bool { return index == Msr.IA32_EFER; }
export function failedEntry(): u32 { return ExitFlag.ENTRY_FAILURE | Exit.INVALID_STATE; }
`;

interface Program {
  offsetOf(encoding: number): number;
  guestRip(): number;
  fields(): number;
  maxIndex(): number;
  lastCheck(): number;
  paging(cr0: bigint): bigint;
  iopl(flags: bigint): bigint;
  secondary(word: number): number;
  isEfer(index: number): number;
  failedEntry(): number;
}

/** The part of asc used here. Its own declarations would redefine the global `console` for the whole project. */
interface Asc {
  main: (
    args: readonly string[],
    files: {
      readFile(name: string): string | null;
      writeFile(name: string, contents: string | Uint8Array): void;
      listFiles(): string[];
    },
  ) => Promise<{ error: Error | null }>;
}

async function compile(): Promise<Program> {
  const asc: string = 'assemblyscript/asc';
  const { main } = (await import(asc)) as Asc;
  const files: Record<string, string> = { ...coreTables(), 'program.ts': program };
  let wasm: Uint8Array | undefined;
  const { error } = await main(['program.ts', '--outFile', 'program.wasm', '--runtime', 'stub'], {
    readFile: (name: string) => files[name] ?? null,
    writeFile: (name: string, contents: string | Uint8Array) => {
      if (name === 'program.wasm') wasm = contents as Uint8Array;
    },
    listFiles: () => [],
  });
  assert.ifError(error);
  assert.ok(wasm);
  const instance = new WebAssembly.Instance(new WebAssembly.Module(wasm), {
    env: { abort: () => assert.fail('abort') },
  });
  return instance.exports as unknown as Program;
}

describe('generate: tables for the core', () => {
  let core: Program;
  before(async () => {
    core = await compile();
  });

  it('are the same text each time', () => {
    assert.deepEqual(coreTables(), coreTables());
  });

  it('find each field by both of its encodings and nothing else', () => {
    const expected = new Map<number, number>();
    vmcsFields.forEach((field, row) => {
      const offset = VmcsPage.FIELDS + row * VmcsPage.SLOT;
      expected.set(field.encoding, offset);
      if (field.high !== undefined) expected.set(field.high, offset);
    });
    for (let encoding = 0; encoding < 0x10000; encoding++)
      assert.equal(core.offsetOf(encoding), expected.get(encoding) ?? 0, encoding.toString(16));
    assert.equal(core.offsetOf(0x8000_6800 | 0), 0);
  });

  it('count fields and checks and know the highest index', () => {
    assert.equal(core.fields(), vmcsFields.length);
    assert.equal(core.maxIndex(), Math.max(...vmcsFields.map((field) => field.index)));
    assert.equal(core.lastCheck(), 1);
    const rip = vmcsFields.findIndex((field) => field.name === 'GUEST_RIP');
    assert.equal(core.guestRip(), VmcsPage.FIELDS + rip * VmcsPage.SLOT);
  });

  it('keep bit 31 and 64-bit words free of sign extension', () => {
    assert.equal(BigInt.asUintN(64, core.paging(0xffff_ffff_ffff_ffffn)), 0x8000_0000n);
    assert.equal(core.iopl(0x3002n), 3n);
    assert.equal(core.secondary(0x8000_0000 | 0), 1);
    assert.equal(core.isEfer(0xc000_0080 | 0), 1);
    assert.equal(core.failedEntry() >>> 0, 0x8000_0021);
  });
});
