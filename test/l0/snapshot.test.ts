/** L0's data saved in the middle of a nested guest and taken back later. */
import assert from 'node:assert/strict';
import { restoreL0, saveL0 } from '../../src/l0';
import { createNestedGuest, PLACE } from './nested-guest';

describe('L0: saved data', () => {
  it('does not change with what L0 does later, and comes back whole', () => {
    // CPUID; then HLT
    const guest = createNestedGuest([0x0f, 0xa2]);
    guest.launch();
    guest.runToNestedExit();
    const saved = saveL0(guest.vcpu.vm);
    const before = structuredClone(saved);
    guest.vcpu.nested.cached_vmcs12.GUEST_RIP = PLACE.CODE + 2n;
    guest.launch();
    assert.equal(guest.runToNestedExit().reason, 'HLT');
    assert.deepEqual(saved, before);
    restoreL0(guest.vcpu.vm, saved);
    assert.equal(guest.vcpu.nested.cached_vmcs12.VM_EXIT_REASON, 10);
    assert.deepEqual(saveL0(guest.vcpu.vm), before);
    // The VMCS that is loaded is one of the two, not a copy.
    assert.equal(guest.vcpu.vmx.loaded_vmcs, guest.vcpu.vmx.vmcs01);
  });

  it('is plain data', () => {
    const guest = createNestedGuest([]);
    const walk = (value: unknown, path: string): void => {
      if (value === null || typeof value !== 'object') {
        assert.notEqual(typeof value, 'function', path);
        return;
      }
      const prototype: unknown = Object.getPrototypeOf(value);
      assert.ok(prototype === Object.prototype || Array.isArray(value), path);
      for (const [key, inner] of Object.entries(value)) walk(inner, `${path}.${key}`);
    };
    walk(saveL0(guest.vcpu.vm), 'l0');
  });
});
