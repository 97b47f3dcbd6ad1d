// VMFUNC and EPTP switching (SDM 25.5.5): when it is undefined, when it exits, and what the guest finds behind another EPT pointer.
import assert from 'node:assert/strict';
import { Gpr } from '../../../src/abi/state-block';
import { CODE, DATA } from '../system/bench';
import { EPT_ALL, EPT_PAGES, GuestBench } from './guest-bench';
import { EPT_ROOT } from './valid-vmcs';
import { proves } from '../../support/proves';
import { instructionsNamed } from '../../coverage/tables';

const LIST = 0x240000;
/** A second EPT: the same tables but for the last, where DATA lies elsewhere. */
const OTHER = 0x250000;
const ELSEWHERE = 0xd0000;

function switching(): GuestBench {
  const guest = new GuestBench((image) => {
    image.enable('ENABLE_VM_FUNCTIONS');
    image.set('VM_FUNCTION_CONTROL', 1n);
    image.set('EPTP_LIST_ADDRESS', LIST);
  }, 'skylake-server');
  const { bench } = guest;
  bench.write64(OTHER, BigInt(OTHER + 0x1000) | 7n);
  bench.write64(OTHER + 0x1000, BigInt(OTHER + 0x2000) | 7n);
  bench.write64(OTHER + 0x2000, BigInt(OTHER + 0x3000) | 7n);
  for (let i = 0; i < 512; i++) bench.write64(OTHER + 0x3000 + i * 8, bench.read64(EPT_PAGES + i * 8));
  bench.write64(OTHER + 0x3000 + (DATA >> 12) * 8, BigInt(ELSEWHERE) | EPT_ALL);
  bench.write64(LIST, EPT_ROOT | 0x1en);
  bench.write64(LIST + 8, BigInt(OTHER) | 0x1en);
  bench.write64(LIST + 16, BigInt(OTHER) | 0x9en);
  bench.write32(DATA, 0x1111);
  bench.write32(ELSEWHERE, 0x2222);
  return guest;
}

const call = (index: number) => `xor eax, eax; mov ecx, ${index}; vmfunc`;

describe('VMFUNC', () => {
  it(
    proves(
      'instructions',
      instructionsNamed('VMFUNC'),
      'EPTP switching takes the entry of the list, there and back, and writes the VMCS',
    ),
    () => {
      const guest = switching();
      const source = `mov ebx, [${DATA}]; ${call(1)}; mov ebp, [${DATA}]; ${call(0)}; mov esi, [${DATA}]; ${call(1)}; hlt`;
      assert.equal(guest.firstExit(source).reason, 'HLT');
      assert.deepEqual(
        [Gpr.RBX, Gpr.RBP, Gpr.RSI].map((r) => guest.bench.reg(r)),
        [0x1111n, 0x2222n, 0x1111n],
      );
      assert.equal(guest.get('EPT_POINTER'), BigInt(OTHER) | 0x1en);
    },
  );

  it('is not privileged', () => {
    const guest = switching();
    guest.image.set('GUEST_CS_SELECTOR', 0x2b);
    guest.image.set('GUEST_CS_AR_BYTES', 0xa0fb);
    guest.image.set('GUEST_SS_SELECTOR', 0x23);
    guest.image.set('GUEST_SS_AR_BYTES', 0xc0f3);
    assert.equal(guest.firstExit(`${call(1)}; vmcall`).reason, 'VMCALL');
    assert.equal(guest.get('EPT_POINTER'), BigInt(OTHER) | 0x1en);
  });

  it('notes the index where EPT violations become #VE', () => {
    const guest = switching();
    guest.image.enable('EPT_VIOLATION_VE');
    guest.image.set('VE_INFORMATION_ADDRESS', 0x260000n);
    guest.firstExit(`${call(1)}; hlt`);
    assert.equal(guest.get('EPTP_INDEX'), 1n);
  });

  for (const [title, source] of Object.entries({
    'a function whose control is 0': 'mov eax, 1; vmfunc',
    'an index beyond the list': call(512),
    'an entry that VM entry would not take': call(2),
    'an empty entry': call(3),
  }))
    it(proves('exit-reasons', 'VMFUNC', `exits for ${title}, with no qualification`), () => {
      const guest = switching();
      assert.deepEqual(guest.firstExit(source), { reason: 'VMFUNC', qualification: 0n, length: 3 });
      assert.equal(guest.get('EPT_POINTER'), EPT_ROOT | 0x1en);
    });

  it('is #UD for functions above 63, and without the control', () => {
    const above = switching();
    above.image.set('EXCEPTION_BITMAP', 1 << 6);
    above.firstExit('mov eax, 64; vmfunc');
    assert.equal(above.get('VM_EXIT_INTR_INFO'), 0x80000306n);
    const without = switching();
    without.image.disable('ENABLE_VM_FUNCTIONS');
    without.image.set('EXCEPTION_BITMAP', 1 << 6);
    without.firstExit('xor eax, eax; vmfunc');
    assert.equal(without.get('VM_EXIT_INTR_INFO'), 0x80000306n);
    assert.equal(without.get('GUEST_RIP'), BigInt(CODE + 2));
  });

  it('B45, B46, B15: known functions only, EPT, and a list on a page boundary', () => {
    const guest = switching();
    guest.image.set('VM_FUNCTION_CONTROL', 3n);
    assert.deepEqual(guest.fixture.failing(), ['B45']);
    guest.image.set('VM_FUNCTION_CONTROL', 1n);
    guest.image.set('EPTP_LIST_ADDRESS', BigInt(LIST + 8));
    assert.deepEqual(guest.fixture.failing(), ['B15']);
    guest.image.set('EPTP_LIST_ADDRESS', BigInt(LIST));
    guest.image.disable('ENABLE_EPT');
    assert.ok(guest.fixture.failing().includes('B46'));
  });
});
