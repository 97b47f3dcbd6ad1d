import assert from 'node:assert/strict';
import { State } from '../../../src/abi/state-block';
import { registerMask } from '../../../src/cpu/register-bits';
import { opcodeFamilies } from '../../../src/isa/opcodes';
import type { OpcodeRow } from '../../../src/isa/opcodes/row';
import { CoreCpu } from './core-cpu';
import { claimEverything } from './everything';
import { FloatCases, type Masking } from './float-cases';
import { hostClaims } from './host-claims';
import { imageDifferences } from './image';
import { nativeCpu, type Case, type NativeCpu, type Outcome } from './native-cpu';
import { describeCase, differences } from './outcomes';
import { instructionId } from '../../coverage/tables';
import { proves } from '../../support/proves';
import { Random } from '../../support/random';

/** Cases a family and masking; the environment asks for more, and for others. */
const CASES = Number(process.env['FLOAT_CASES'] ?? 1000);
const SEED = Number(process.env['NATIVE_SEED'] ?? 0);
const LENGTH = Number(process.env['FLOAT_LENGTH'] ?? 5);
const CHUNK = 2000;

/** Families by the file that executes them. */
const titles: Record<string, string> = {
  'exec/x87-control': 'x87 control',
  'exec/x87-environment': 'x87 environment and state in memory',
  'exec/x87-load': 'x87 loads and moves',
  'exec/x87-store': 'x87 stores',
  'exec/x87-arithmetic': 'x87 arithmetic',
  'exec/x87-compare': 'x87 comparison',
  'exec/x87-remainder': 'x87 remainder and scaling',
  'exec/sse-float': 'SSE and AVX arithmetic',
  'exec/sse-dot': 'SSE and AVX dot products',
  'exec/sse-compare': 'SSE and AVX comparison',
  'exec/sse-convert': 'SSE and AVX conversions',
  'exec/half-convert': 'half precision',
  'exec/mmx-convert': 'conversions with MMX registers',
  'exec/fused-multiply': 'fused multiply-add',
};

/** Approximations differ by processor; FSTPNCE of an empty register is documented nowhere. */
const leftOut = /^V?(RCP|RSQRT)[PS]S$|^FSTPNCE$/;

const FSW = (name: string) => Number(registerMask('fpu-status', name));
const CODES = FSW('C0') | FSW('C2') | FSW('C3');
const PAGE_FAULT = 14;
const ARITHMETIC_FLAGS = 0x8d5n;

/** FIP, FDP and FOP: this host keeps them only when an unmasked exception waits; x87.test.ts has them. */
const POINTERS = ['FOP', 'FIP', 'FDP'];

/** What the manual leaves open, or says otherwise than processors of another vendor. */
function compare(one: Case, mine: Outcome, host: Outcome): string[] {
  let status = 0;
  let flags = 0n;
  // FCOMI clears C1 (SDM volume 2A); others leave it.
  if (/\bFU?COMIP?\b/.test(one.text)) status |= FSW('C1');
  // An unmasked invalid or denormal operand leaves condition codes and flags alone; others write them.
  const pending = new DataView(mine.image.buffer, mine.image.byteOffset).getUint16(2, true) & FSW('ES');
  if (pending && /\bF(U?COM|ICOM|TST)/.test(one.text)) {
    status |= CODES;
    flags = ARITHMETIC_FLAGS;
  }
  // Which byte of an operand of many a page fault names is not defined.
  const page = (outcome: Outcome) =>
    outcome.vector === PAGE_FAULT ? { ...outcome, cr2: outcome.cr2 & ~0xfffn } : outcome;
  return [
    ...differences(one, page(mine), page(host), flags),
    ...imageDifferences(mine.image, host.image, status, POINTERS),
  ];
}

describe('floating point equals the host CPU', function () {
  this.timeout(0);
  let native: NativeCpu | undefined;
  let core: CoreCpu;

  before(function () {
    native = nativeCpu();
    if (!native) {
      this.test!.parent!.title += ': left out, it needs Linux on x86-64 and gcc';
      this.skip();
    }
    core = new CoreCpu();
    const { cpu } = core.machine;
    claimEverything(cpu);
    cpu.set64(State.CR0, cpu.get64(State.CR0) | registerMask('cr0', 'MP') | registerMask('cr0', 'NE'));
  });
  after(() => native?.close());

  function equals(rows: readonly OpcodeRow[], masking: Masking, seed: number, length: number): void {
    const cases = new FloatCases(new Random(seed));
    for (let left = CASES; left > 0; left -= CHUNK) {
      const chunk = Array.from({ length: Math.min(left, CHUNK) }, () => cases.next(rows, length, masking));
      const expected = native!.run(chunk);
      chunk.forEach((one, i) => {
        assert.deepEqual(compare(one, core.run(one, 1000), expected[i]!), [], describeCase(one));
      });
    }
  }

  Object.entries(titles).forEach(([exec, title], index) => {
    const rows = opcodeFamilies
      .filter((family) => family.exec === exec)
      .flatMap((family): readonly OpcodeRow[] => family.rows)
      .filter(({ name }) => !leftOut.test(name));
    // Pointers loaded into this host's x87 unit are stored again only with an exception waiting.
    const length = exec === 'exec/x87-environment' ? 1 : LENGTH;

    it(
      proves(
        'instructions',
        rows.map(instructionId),
        `${title}: results, exceptions, memory and faults, all exceptions masked`,
      ),
      function () {
        const there = rows.filter(hostClaims);
        if (there.length === 0) {
          this.test!.title += ': left out, this host has none of these instructions';
          this.skip();
        }
        equals(there, 'all', 100 * SEED + 2 * index + 1, length);
      },
    );

    it(`${title}: the same with any exceptions unmasked`, function () {
      const there = rows.filter(hostClaims);
      if (there.length === 0) {
        this.test!.title += ': left out, this host has none of these instructions';
        this.skip();
      }
      equals(there, 'any', 100 * SEED + 2 * index + 2, length);
    });
  });
});
