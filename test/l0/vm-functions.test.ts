/** VMFUNC of L2: L0 emulates EPTP switching by L1's list, and gives L1 the exit where it fails. KVM: handle_vmfunc. */
import assert from 'node:assert/strict';
import { control } from '../../src/isa/vmx-controls';
import { createNestedGuest, PLACE, type NestedGuest } from './nested-guest';

const LIST = 0x1c000n;
const OTHER = 0x20000n;
const DATA = 0x1d000n;
const ELSEWHERE = 0x1e000n;

const VMFUNC = [0x0f, 0x01, 0xd4];
/** XOR EAX, EAX; MOV ECX, index; VMFUNC */
const call = (index: number) => [0x31, 0xc0, 0xb9, index & 0xff, index >> 8, 0, 0, ...VMFUNC];
/** MOV EBX, [DATA] */
const LOAD = [0x8b, 0x1c, 0x25, 0x00, 0xd0, 0x01, 0x00];

/** L2 may switch between ept12 and a copy of it in which DATA lies elsewhere. */
function switching(code: readonly number[]): NestedGuest {
  const guest = createNestedGuest(code, {}, 'haswell');
  guest.vmcs12.SECONDARY_VM_EXEC_CONTROL |= 1 << control.ENABLE_VM_FUNCTIONS.bit;
  guest.vmcs12.VM_FUNCTION_CONTROL = 1n;
  guest.vmcs12.EPTP_LIST_ADDRESS = LIST;
  guest.poke64(OTHER, (OTHER + 0x1000n) | 7n);
  guest.poke64(OTHER + 0x1000n, (OTHER + 0x2000n) | 7n);
  guest.poke64(OTHER + 0x2000n, (OTHER + 0x3000n) | 7n);
  for (let page = 0n; page < 512n; page++) guest.poke64(OTHER + 0x3000n + page * 8n, (page << 12n) | 0x37n);
  guest.poke64(OTHER + 0x3000n + (DATA >> 12n) * 8n, ELSEWHERE | 0x37n);
  guest.poke64(LIST, PLACE.EPT_PML4 | 0x1en);
  guest.poke64(LIST + 8n, OTHER | 0x1en);
  guest.poke64(LIST + 16n, OTHER | 0x1cn);
  guest.poke64(DATA, 0x1111n);
  guest.poke64(ELSEWHERE, 0x2222n);
  return guest;
}

describe('L0: VMFUNC of L2', () => {
  it('switches to another ept12, and vmcs12 has its pointer', () => {
    const guest = switching([...LOAD, ...call(1), ...LOAD]);
    guest.launch();
    assert.equal(guest.runToNestedExit().reason, 'HLT');
    assert.equal(guest.cpu.gpr(3), 0x2222n);
    assert.equal(guest.vmcs12.EPT_POINTER, OTHER | 0x1en);
    const verdict = guest.of('verdict').find((record) => record.reason === 'VMFUNC');
    assert.equal(verdict?.verdict, 'L0');
  });

  it('goes back to the first', () => {
    const guest = switching([...call(1), ...LOAD, ...call(0), ...LOAD]);
    guest.launch();
    guest.runToNestedExit();
    assert.equal(guest.cpu.gpr(3), 0x1111n);
  });

  for (const [title, code] of Object.entries({
    'a function that vmcs12 does not enable': [0xb8, 1, 0, 0, 0, ...VMFUNC],
    'an index beyond the list': call(512),
    'an entry that VM entry would not take': call(2),
  }))
    it(`gives L1 the exit for ${title}`, () => {
      const guest = switching(code);
      guest.launch();
      const exit = guest.runToNestedExit();
      assert.equal(exit.reason, 'VMFUNC');
      assert.equal(exit.instructionLength, 3);
      assert.equal(guest.vmcs12.EPT_POINTER, PLACE.EPT_PML4 | 0x1en);
    });

  it('is #UD for L2 when L1 does not enable VM functions', () => {
    const guest = switching(call(1));
    guest.vmcs12.SECONDARY_VM_EXEC_CONTROL &= ~(1 << control.ENABLE_VM_FUNCTIONS.bit);
    guest.vmcs12.EXCEPTION_BITMAP = 1 << 6;
    guest.launch();
    const exit = guest.runToNestedExit();
    assert.deepEqual([exit.reason, exit.interruption], ['EXCEPTION_NMI', 0x80000306]);
  });

  it('B45, B46, B15 fail the entry', () => {
    const failing = (change: (guest: NestedGuest) => void) => {
      const guest = switching([]);
      change(guest);
      guest.launch();
      return guest.of('entry-failure')[0]?.rule.id;
    };
    assert.equal(
      failing((guest) => (guest.vmcs12.VM_FUNCTION_CONTROL = 3n)),
      'check.B45',
    );
    assert.equal(
      failing((guest) => (guest.vmcs12.EPTP_LIST_ADDRESS = LIST + 8n)),
      'check.B15',
    );
    const noEpt = ~(1 << control.ENABLE_EPT.bit);
    assert.equal(
      failing((guest) => (guest.vmcs12.SECONDARY_VM_EXEC_CONTROL &= noEpt)),
      'check.B46',
    );
  });
});
