/** ept02, the shadow of ept12: rights, qualifications, accessed and dirty bits, invalidation. */
import assert from 'node:assert/strict';
import { walk_ept12 } from '../../src/l0/nested/ept12-walk';
import { free_all_shadow_roots } from '../../src/l0/nested/shadow-ept';
import { createNestedGuest, PLACE, type NestedGuest } from './nested-guest';

const DATA_PAGE = 0x40000n;
const bytes = (address: bigint) => [0, 8, 16, 24].map((shift) => Number((address >> BigInt(shift)) & 0xffn));
/** MOV AL, [DATA_PAGE] and MOV [DATA_PAGE], AL */
const READ = [0x8a, 0x04, 0x25, ...bytes(DATA_PAGE)];
const WRITE = [0x88, 0x04, 0x25, ...bytes(DATA_PAGE)];
const EPT_VIOLATION = 'EPT_VIOLATION';
/** The linear address is valid, and the access is to its translation. */
const LINEAR = 0x180n;
const AD = 0x40n;

function runWith(code: readonly number[], entry: bigint, accessedDirty = false): NestedGuest {
  const guest = createNestedGuest(code);
  guest.setEpt12(DATA_PAGE, entry);
  if (accessedDirty) guest.vmcs12.EPT_POINTER |= AD;
  guest.launch();
  guest.runToNestedExit();
  return guest;
}

const lastExit = (guest: NestedGuest) => guest.of('nested-exit').at(-1)!;
const entryOf = (guest: NestedGuest) => guest.peek64(PLACE.EPT_TABLE + (DATA_PAGE >> 12n) * 8n);

describe('L0: ept02', () => {
  it('maps a page of L2 to where L1 lies in host memory', () => {
    const guest = createNestedGuest(WRITE);
    guest.setEpt12(DATA_PAGE, 0x50000n | 0x37n);
    guest.cpu.setGpr(0, 0x5an);
    guest.launch();
    assert.equal(guest.runToNestedExit().reason, 'HLT');
    assert.equal(guest.peek64(0x50000n) & 0xffn, 0x5an);
    const mapped = guest.of('handled').find((record) => record.text.includes('L2 gpa 0x40000'));
    assert.match(mapped?.text ?? '', /L1 gpa 0x50000/);
  });

  const cases = [
    { title: 'a read of a missing page', code: READ, entry: 0n, qualification: 1n },
    { title: 'a write to a missing page', code: WRITE, entry: 0n, qualification: 2n },
    { title: 'a write to a read-only page', code: WRITE, entry: DATA_PAGE | 0x31n, qualification: 0x0an },
    { title: 'a write to a read-execute page', code: WRITE, entry: DATA_PAGE | 0x35n, qualification: 0x2an },
    { title: 'a read of an execute-only page', code: READ, entry: DATA_PAGE | 0x34n, qualification: 0x21n },
  ];
  for (const { title, code, entry, qualification } of cases) {
    it(`reflects ${title} with access and rights in the qualification`, () => {
      const exit = lastExit(runWith(code, entry));
      assert.equal(exit.reason, EPT_VIOLATION);
      assert.equal(exit.qualification, qualification | LINEAR);
      assert.equal(exit.guestPhysical, DATA_PAGE);
      assert.equal(exit.synthesised, true);
    });
  }

  const misconfigured = [
    { title: 'write without read', entry: DATA_PAGE | 0x32n },
    { title: 'a reserved memory type', entry: DATA_PAGE | 0x17n },
    { title: 'an address beyond the width', entry: (1n << 45n) | 0x37n },
  ];
  for (const { title, entry } of misconfigured) {
    it(`reflects a misconfiguration for ${title}`, () => {
      const exit = lastExit(runWith(READ, entry));
      assert.equal(exit.reason, 'EPT_MISCONFIG');
      assert.equal(exit.qualification, 0n);
      assert.equal(exit.guestPhysical, DATA_PAGE);
    });
  }

  it('sees rights L1 adds without INVEPT', () => {
    const guest = runWith(WRITE, DATA_PAGE | 0x31n);
    assert.equal(lastExit(guest).reason, EPT_VIOLATION);
    guest.setEpt12(DATA_PAGE, DATA_PAGE | 0x37n);
    guest.launch();
    assert.equal(guest.runToNestedExit().reason, 'HLT');
  });

  it('keeps rights L1 took away until INVEPT', () => {
    const guest = createNestedGuest(READ);
    guest.launch();
    assert.equal(guest.runToNestedExit().reason, 'HLT');
    guest.setEpt12(DATA_PAGE, 0n);
    guest.vmcs12.GUEST_RIP = PLACE.CODE;
    guest.vmcs12.GUEST_ACTIVITY_STATE = 0;
    guest.launch();
    assert.equal(guest.runToNestedExit().reason, 'HLT');
    free_all_shadow_roots(guest.vcpu);
    guest.vmcs12.GUEST_RIP = PLACE.CODE;
    guest.launch();
    assert.equal(guest.runToNestedExit().reason, EPT_VIOLATION);
  });

  it('sets accessed, and dirty at the first write only, where ept12 has them on', () => {
    assert.equal(entryOf(runWith(READ, DATA_PAGE | 0x37n)) & 0x300n, 0n);
    assert.equal(entryOf(runWith(READ, DATA_PAGE | 0x37n, true)) & 0x300n, 0x100n);
    assert.equal(entryOf(runWith(WRITE, DATA_PAGE | 0x37n, true)) & 0x300n, 0x300n);
    assert.equal(entryOf(runWith([...READ, ...WRITE], DATA_PAGE | 0x37n, true)) & 0x300n, 0x300n);
  });

  it('takes large pages of ept12', () => {
    const guest = createNestedGuest(READ);
    guest.poke64(PLACE.EPT_DIRECTORY, 0xb7n);
    guest.launch();
    assert.equal(guest.runToNestedExit().reason, 'HLT');
    const walk = walk_ept12(guest.vcpu, guest.vmcs12.EPT_POINTER, DATA_PAGE + 5n, 1);
    assert.deepEqual(walk.kind === 'mapped' && [walk.level, walk.gpa], [2, DATA_PAGE + 5n]);
  });

  it('reflects a misconfiguration for large pages that are not offered', () => {
    const guest = createNestedGuest(READ, { EPT_2M_PAGES: false });
    guest.poke64(PLACE.EPT_DIRECTORY, 0xb7n);
    guest.launch();
    assert.equal(guest.runToNestedExit().reason, 'EPT_MISCONFIG');
  });

  it('runs L2 on ept01 when vmcs12 has no EPT', () => {
    const guest = createNestedGuest(READ);
    guest.vmcs12.CPU_BASED_VM_EXEC_CONTROL = (guest.vmcs12.CPU_BASED_VM_EXEC_CONTROL & 0x7fffffff) >>> 0;
    guest.launch();
    assert.equal(guest.runToNestedExit().reason, 'HLT');
    assert.equal(guest.vcpu.nested.shadow_roots.length, 0);
    const eptp02 = guest.cpu.vmread('EPT_POINTER', guest.vcpu.vmx.vmcs02.address);
    assert.equal(eptp02, guest.vcpu.vm.eptp01);
  });

  it('gives its tables up and goes on when L0 has no page left', () => {
    const guest = createNestedGuest([...READ, ...WRITE]);
    guest.launch();
    // One page more than the tables that exist already need.
    guest.vcpu.vm.host.end = guest.vcpu.vm.host.next + 0x3000n;
    assert.equal(guest.runToNestedExit().reason, 'HLT');
  });
});
