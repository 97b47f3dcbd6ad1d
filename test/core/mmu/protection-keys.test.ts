// Protection keys of user pages: who is bound by PKRU, the PK bit of the error code, and translations made before WRPKRU (SDM 3A
// 4.6.2, 4.7).
import assert from 'node:assert/strict';
import { Gpr, State } from '../../../src/abi/state-block';
import { applyProfile } from '../../../src/cpu/profile';
import { instructionsNamed } from '../../coverage/tables';
import { proves } from '../../support/proves';
import { Bench } from '../system/bench';

const PAGE = 0xe00000;
const PDE = 0x3038;
const KEY = 5n;
const AD = 1 << 10;
const WD = 2 << 10;
const PKE = 0x400020n;

interface Situation {
  ring?: 0 | 3;
  pkru: number;
  cr0?: bigint;
  cr4?: bigint;
  /** Flags of the page, default present, writable, user, large. */
  flags?: bigint;
}

function bench({ ring = 0, pkru, cr0 = 0x80010031n, cr4 = PKE, flags = 0x87n }: Situation): Bench {
  const made = Bench.long(ring);
  applyProfile(made.cpu, 'ice-lake-server');
  made.write64(PDE, BigInt(PAGE) | flags | (KEY << 59n));
  made.cpu.set64(State.CR0, cr0);
  made.cpu.set64(State.CR4, cr4);
  made.cpu.set32(State.PKRU, pkru);
  made.cpu.stateReplaced();
  return made;
}

const read = `mov rax, [${PAGE}]; ud2`;
const write = `mov [${PAGE}], rax; ud2`;
const PAST = '#UD at +8';

describe('protection keys', () => {
  const cases: readonly (readonly [string, Situation, string, string])[] = [
    ['user read with AD', { ring: 3, pkru: AD }, read, '#PF(25) at +0'],
    ['user write with AD', { ring: 3, pkru: AD }, write, '#PF(27) at +0'],
    ['user read with WD', { ring: 3, pkru: WD }, read, PAST],
    ['user write with WD', { ring: 3, pkru: WD }, write, '#PF(27) at +0'],
    ['supervisor read with AD', { pkru: AD }, read, '#PF(21) at +0'],
    ['supervisor write with WD and CR0.WP', { pkru: WD }, write, '#PF(23) at +0'],
    ['supervisor write with WD without CR0.WP', { pkru: WD, cr0: 0x80000031n }, write, PAST],
    ['another key', { ring: 3, pkru: (~(3 << 10) >>> 0) & ~3 }, write, PAST],
    ['a supervisor page', { pkru: AD | WD, flags: 0x83n }, write, PAST],
    ['without CR4.PKE', { ring: 3, pkru: AD | WD, cr4: 0x20n }, write, PAST],
    ['beside a read-only page', { ring: 3, pkru: WD, flags: 0x85n }, write, '#PF(27) at +0'],
    ['a page that is not present', { ring: 3, pkru: AD, flags: 0x86n }, read, '#PF(4) at +0'],
  ];
  for (const [title, situation, source, outcome] of cases)
    it(`${title}: ${outcome}`, () => {
      assert.equal(bench(situation).execute(source).outcome, outcome);
    });

  it('fetches are not bound', () => {
    const made = bench({ ring: 3, pkru: AD | WD });
    made.write(PAGE, [0x0f, 0x0b]);
    made.execute(`mov eax, ${PAGE}; jmp rax`);
    assert.equal(made.trap?.vector, 6);
  });

  it(
    proves(
      'instructions',
      instructionsNamed('RDPKRU', 'WRPKRU'),
      'WRPKRU takes effect on pages that were used before, and RDPKRU reads it back',
    ),
    () => {
      const made = bench({ pkru: 0 });
      made.execute(`mov rbx, [${PAGE}]; mov eax, ${AD}; wrpkru; rdpkru; mov ebp, eax; mov rbx, [${PAGE}]`);
      assert.equal(made.trap?.vector, 14);
      assert.equal(made.trap?.error, 0x21);
      assert.equal(made.reg(Gpr.RBP), BigInt(AD));
    },
  );

  it('RDPKRU and WRPKRU are #UD without CR4.PKE, and #GP(0) with ECX or EDX', () => {
    assert.equal(bench({ pkru: 0, cr4: 0x20n }).execute('rdpkru').outcome, '#UD at +0');
    assert.equal(bench({ pkru: 0 }).execute('mov ecx, 1; rdpkru').outcome, '#GP(0) at +5');
    assert.equal(bench({ pkru: 0 }).execute('mov edx, 1; wrpkru').outcome, '#GP(0) at +5');
  });
});
