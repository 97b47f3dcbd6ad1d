// The instruction rows: complete for what iced-x86 decodes and in agreement with it, and complete for the exits.

import assert from 'node:assert/strict';
import { Code, CodeExt, CpuidFeature, Instruction as Decoder, Mnemonic, type OpCodeInfo } from 'iced-x86';
import { exitReasons } from '../../src/isa/exit-reasons';
import { type Instruction, instructions, instructionsNamed } from '../../src/isa/instructions';
import { assertOneSentence, assertUnique } from './sentence';

/** What iced-x86 says of all encodings of a mnemonic. */
interface Decoded {
  mode64: boolean;
  mode32: boolean;
  real: boolean;
  cpl0: boolean;
  exits: boolean;
  features: Set<string>;
}

const decoder = new Decoder();
const decoded = new Map<string, Decoded>();
for (const code of Object.values(Code).filter((value) => typeof value === 'number')) {
  const info: OpCodeInfo = CodeExt.opCode(code);
  const name = Mnemonic[info.mnemonic].toUpperCase();
  const all = decoded.get(name) ?? {
    mode64: false,
    mode32: false,
    real: false,
    cpl0: true,
    exits: false,
    features: new Set(),
  };
  all.mode64 ||= info.mode64;
  all.mode32 ||= info.mode32;
  all.real ||= info.realMode;
  all.cpl0 &&= info.mustBeCpl0;
  all.exits ||= info.intelVmExit || info.intelMayVmExit;
  decoder.code = code;
  for (const feature of decoder.cpuidFeatures()) all.features.add(CpuidFeature[feature]!);
  decoded.set(name, all);
  info.free();
}

/** Rows that iced-x86 knows under their name. */
const known = instructions.filter((row) => decoded.has(row.name));
const isUndefinedIn = (row: Instruction, mode: '64-bit' | 'protected' | 'real'): boolean =>
  row.undefinedIn?.includes(mode) ?? false;

describe('isa: instructions', () => {
  it('have names and aliases of their own, MOVSD and CMPSD aside', () => {
    const names = instructions.flatMap((row) => [row.name, ...(row.aliases ?? [])]);
    for (const name of names) assert.match(name, /^[A-Z][A-Z0-9_]*$/);
    assert.deepEqual(
      [...instructionsNamed].filter(([, rows]) => rows.length > 1).map(([name]) => name),
      ['MOVSD', 'CMPSD'],
    );
    assertUnique(
      instructions.flatMap((row) => row.attNames ?? []),
      'AT&T name',
    );
  });

  it('have a title, a summary of one sentence, and causes that are clauses', () => {
    for (const row of instructions) {
      assert.match(row.title, /^[A-Zx0-9].*[^.]$/, row.name);
      if (row.summary !== undefined) assertOneSentence(row.summary, row.name);
      for (const clause of [...(row.faults ?? []), ...(row.exits ?? [])].map((cause) => cause.when))
        if (clause !== undefined) assert.match(clause, /^[^ .].*[^.]$/, row.name);
    }
  });

  it('are undefined in 64-bit mode, or outside it, where the decoder says so', () => {
    for (const row of known) {
      const { mode64, mode32 } = decoded.get(row.name)!;
      assert.equal(isUndefinedIn(row, '64-bit'), !mode64, `${row.name} in 64-bit mode`);
      assert.equal(isUndefinedIn(row, 'protected'), !mode32, `${row.name} in protected mode`);
    }
  });

  it('are undefined in real mode where the decoder says so', () => {
    assert.deepEqual(
      known
        .filter((row) => isUndefinedIn(row, 'real') === decoded.get(row.name)!.real)
        .map((row) => row.name),
      [],
    );
  });

  it('are privileged where the decoder says so', () => {
    // In VMX non-root operation VMCALL exits at every CPL; its row has #GP for root operation.
    assert.deepEqual(
      known
        .filter((row) => (row.privileged !== undefined) !== decoded.get(row.name)!.cpl0)
        .map((row) => row.name),
      ['VMCALL'],
    );
  });

  it('are complete for what the decoder knows, Xeon Phi and processors of the past or of other makers aside', () => {
    const aside =
      /^(AVX512(PF|ER|_4FMAPS|_4VNNIW)$|KNC$|D3NOW|XOP$|TBM$|LWP$|FMA4$|CYRIX|PADLOCK|CENTAUR|IA64$|UMOV$|PCOMMIT$|UDBG$|CL1INVMB$|FPU287XL_ONLY$|FPU387SL_ONLY$|INTEL286_ONLY$|INTEL386_ONLY$|INTEL386_A0_ONLY$|MULTIBYTENOP$)/;
    // Pseudo-mnemonics of the decoder for data in code.
    const data = new Set(['INVALID', 'DB', 'DW', 'DD', 'DQ', 'ZERO_BYTES']);
    assert.deepEqual(
      [...decoded]
        .filter(([name, { features }]) => !data.has(name) && ![...features].every((f) => aside.test(f)))
        .map(([name]) => name)
        .filter((name) => !instructionsNamed.has(name)),
      [],
    );
  });

  it('have a VEX form exactly where the decoder knows one', () => {
    const twins = instructions.filter((row) => ['sse', 'packed-integer', 'crypto'].includes(row.family));
    for (const row of twins) assert.equal(row.avx ?? false, decoded.has(`V${row.name}`), row.name);
  });

  it('exit where the decoder says that they may', () => {
    // IRETQ cannot switch tasks and SMSW reads the shadow; SENDUIPI exits by the APIC write that it makes, if at all.
    assert.deepEqual(
      known
        .filter((row) => (row.exits !== undefined) !== decoded.get(row.name)!.exits)
        .map((row) => row.name),
      ['IRETQ', 'SMSW', 'SENDUIPI'],
    );
  });

  it('name every exit reason that an instruction causes', () => {
    const named = new Set(instructions.flatMap((row) => row.exits ?? []).map((exit) => exit.reason));
    // Events, VM entries that fail, and what any access to memory can cause.
    assert.deepEqual(
      exitReasons.map((row) => row.name).filter((name) => !named.has(name)),
      [
        'EXTERNAL_INTERRUPT',
        'TRIPLE_FAULT',
        'INIT_SIGNAL',
        'SIPI_SIGNAL',
        'IO_SMI',
        'SMI',
        'INTERRUPT_WINDOW',
        'NMI_WINDOW',
        'INVALID_STATE',
        'MSR_LOAD_FAIL',
        'MONITOR_TRAP_FLAG',
        'MCE_DURING_VMENTRY',
        'APIC_ACCESS',
        'EPT_VIOLATION',
        'EPT_MISCONFIG',
        'PREEMPTION_TIMER',
        'PML_FULL',
        'SPP',
        'NOTIFY',
      ],
    );
  });
});
