/** What versions of KVM decide, against the manual's rows and against themselves. */
import assert from 'node:assert/strict';
import { control } from '../../src/isa/vmx-controls';
import { vmcsFields } from '../../src/isa/vmcs-fields';
import { vmcs12 } from '../../src/kvm/6.12/vmcs12';
import type { KvmVersion } from '../../src/kvm/row';
import { kvmVersions } from '../../src/kvm/versions';

const BYTES = { 16: 2, 32: 4, 64: 8, natural: 8 } as const;

for (const [name, version] of Object.entries<KvmVersion>(kvmVersions)) {
  describe(name, () => {
    it('says of every exit of L2 who gets it', () => {
      for (const [reason, routing] of Object.entries(version.exits))
        assert.ok(routing.l0 ?? routing.l1, reason);
    });

    it('offers no control without those it requires', () => {
      for (const row of Object.values(control))
        if (version.controls[row.name])
          for (const required of row.requires ?? [])
            assert.ok(version.controls[required as keyof typeof control], `${row.name}: ${required}`);
    });

    it('has each field of vmcs12 once', () => {
      assert.equal(new Set(version.vmcs12.fields).size, version.vmcs12.fields.length);
    });
  });
}

describe('vmcs12 of KVM 6.12', () => {
  it('has its fields aligned and apart, behind its header and inside its page', () => {
    const placed = vmcsFields.flatMap((field) =>
      field.name in vmcs12
        ? [
            {
              name: field.name,
              offset: vmcs12[field.name as keyof typeof vmcs12].offset,
              size: BYTES[field.width],
            },
          ]
        : [],
    );
    assert.equal(placed.length, Object.keys(vmcs12).length);
    let end = 40;
    for (const { name, offset, size } of placed.sort((a, b) => a.offset - b.offset)) {
      assert.equal(offset % size, 0, `${name} is not aligned`);
      assert.ok(offset >= end, `${name} overlaps what lies before it`);
      end = offset + size;
    }
    assert.ok(end <= 4096);
  });
});
