/** Page-modification logging for L1: L0 writes L1's log where it sets dirty bits of ept12. KVM: nested_vmx_write_pml_buffer. */
import assert from 'node:assert/strict';
import { control } from '../../src/isa/vmx-controls';
import { createNestedGuest, PLACE, type NestedGuest } from './nested-guest';

const LOG = 0x1c000n;
const TARGET = 0x1d000n;
/** MOV BYTE PTR [TARGET], 1, by RAX. */
const STORE = [0xb8, 0x00, 0xd0, 0x01, 0x00, 0xc6, 0x00, 0x01];

function logging(index: number, code: readonly number[] = STORE): NestedGuest {
  const guest = createNestedGuest(code);
  guest.vmcs12.CPU_BASED_VM_EXEC_CONTROL |= 1 << control.ACTIVATE_SECONDARY_CONTROLS.bit;
  guest.vmcs12.CPU_BASED_VM_EXEC_CONTROL >>>= 0;
  guest.vmcs12.SECONDARY_VM_EXEC_CONTROL |= 1 << control.ENABLE_PML.bit;
  guest.vmcs12.EPT_POINTER |= 0x40n;
  guest.vmcs12.PML_ADDRESS = LOG;
  guest.vmcs12.GUEST_PML_INDEX = index;
  return guest;
}

const logged = (guest: NestedGuest, from: number) => {
  const pages: bigint[] = [];
  for (let index = from; index > guest.vmcs12.GUEST_PML_INDEX; index--)
    pages.push(guest.peek64(LOG + BigInt(index) * 8n));
  return pages;
};

describe('L0: page-modification log of L1', () => {
  it('takes the page that L2 writes, once, and the index counts down', () => {
    const guest = logging(511, [...STORE, 0xc6, 0x00, 0x02]);
    guest.launch();
    assert.equal(guest.runToNestedExit().reason, 'HLT');
    const pages = logged(guest, 511);
    assert.equal(pages.filter((page) => page === TARGET).length, 1);
    // L2's page tables count as written: their entries get accessed bits.
    assert.ok(pages.includes(PLACE.PML4));
  });

  it('takes nothing for a page whose dirty bit is set', () => {
    const guest = logging(511);
    guest.setEpt12(TARGET, TARGET | 0x337n);
    guest.launch();
    guest.runToNestedExit();
    assert.equal(logged(guest, 511).includes(TARGET), false);
  });

  it('full: L1 gets exit 62, and neither the bit nor the byte is written', () => {
    const guest = logging(0xffff);
    for (const page of [PLACE.PML4, PLACE.PDPT, PLACE.PAGE_DIRECTORY]) guest.setEpt12(page, page | 0x337n);
    guest.launch();
    const exit = guest.runToNestedExit();
    assert.equal(exit.reason, 'PML_FULL');
    assert.equal(exit.synthesised, true);
    assert.equal(guest.peek64(PLACE.EPT_TABLE + (TARGET >> 12n) * 8n) & 0x200n, 0n);
    assert.equal(guest.peek64(TARGET), 0n);
    // L1 empties its log and goes on.
    guest.vmcs12.GUEST_PML_INDEX = 511;
    guest.vcpu.arch.mp_state = 'runnable';
    guest.launch();
    assert.equal(guest.runToNestedExit().reason, 'HLT');
    assert.deepEqual(logged(guest, 511), [TARGET]);
  });

  it('B14: the log is on a page boundary', () => {
    const guest = logging(511);
    guest.vmcs12.PML_ADDRESS = LOG + 16n;
    guest.launch();
    assert.equal(guest.of('entry-failure')[0]?.rule.id, 'check.B14');
  });

  it('B41: it needs EPT', () => {
    const guest = logging(511);
    guest.vmcs12.SECONDARY_VM_EXEC_CONTROL &= ~(1 << control.ENABLE_EPT.bit);
    guest.launch();
    assert.equal(guest.of('entry-failure')[0]?.rule.id, 'check.B41');
  });

  it('is not offered without accessed and dirty bits', () => {
    const guest = createNestedGuest([], { EPT_ACCESSED_DIRTY: false });
    assert.equal(guest.vcpu.nested.msrs.secondary.high & (1 << control.ENABLE_PML.bit), 0);
  });
});
