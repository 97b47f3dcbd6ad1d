/** vmcs12 as KVM lays it out. */
import assert from 'node:assert/strict';
import { vmcsField } from '../../src/isa/vmcs-fields';
import {
  new_vmcs12,
  parse_vmcs12,
  serialize_vmcs12,
  vmcs12_field_of,
  vmcs12_fields,
  vmcs12_offset,
  vmcs12_read_any,
  vmcs12_write_any,
  VMCS12_REVISION,
  VMCS12_SIZE,
} from '../../src/l0/nested/vmcs12';

const bytesOf = (width: number | 'natural') => (width === 'natural' ? 8 : width / 8);

describe('L0: vmcs12', () => {
  it('has the 141 fields of Linux 6.12', () => {
    assert.equal(vmcs12_fields.length, 141);
  });

  it('gives every field bytes of its own, all behind the header and inside 998 bytes', () => {
    const owner = new Map<number, string>();
    for (const name of vmcs12_fields) {
      const offset = vmcs12_offset(name)!;
      assert.ok(offset >= 40, name);
      const bytes = bytesOf(vmcsField[name].width);
      assert.equal(offset % Math.min(bytes, 8), 0, name);
      for (let at = offset; at < offset + bytes; at++) {
        assert.equal(owner.get(at), undefined, `${name} overlaps ${owner.get(at)}`);
        owner.set(at, name);
      }
    }
    assert.equal(Math.max(...owner.keys()), 997);
  });

  it('stands where struct vmcs12 has it', () => {
    assert.equal(vmcs12_offset('IO_BITMAP_A'), 40);
    assert.equal(vmcs12_offset('CR0_GUEST_HOST_MASK'), 344);
    assert.equal(vmcs12_offset('HOST_RIP'), 672);
    assert.equal(vmcs12_offset('PIN_BASED_VM_EXEC_CONTROL'), 744);
    assert.equal(vmcs12_offset('VIRTUAL_PROCESSOR_ID'), 960);
    assert.equal(vmcs12_offset('GUEST_PML_INDEX'), 996);
    assert.equal(vmcs12_offset('CR3_TARGET_VALUE0'), undefined);
  });

  it('comes back from a page as it was written, header included', () => {
    const page = new Uint8Array(VMCS12_SIZE);
    const vmcs12 = new_vmcs12();
    Object.assign(vmcs12, { revision_id: VMCS12_REVISION, shadow_vmcs: true, launch_state: 1, abort: 4 });
    vmcs12_fields.forEach((name, index) => {
      vmcs12_write_any(vmcs12, vmcsField[name], name, false, 0x123456789abcdef0n + BigInt(index));
    });
    serialize_vmcs12(vmcs12, page);
    assert.equal(new DataView(page.buffer).getUint32(0, true), (VMCS12_REVISION | 0x80000000) >>> 0);
    assert.deepEqual(parse_vmcs12(page), vmcs12);
  });

  it('truncates a value to the width of its field', () => {
    const vmcs12 = new_vmcs12();
    vmcs12_write_any(vmcs12, vmcsField.GUEST_CS_SELECTOR, 'GUEST_CS_SELECTOR', false, 0x12345678n);
    assert.equal(vmcs12.GUEST_CS_SELECTOR, 0x5678);
    vmcs12_write_any(vmcs12, vmcsField.EXCEPTION_BITMAP, 'EXCEPTION_BITMAP', false, 0x1_ffff_ffffn);
    assert.equal(vmcs12.EXCEPTION_BITMAP, 0xffffffff);
  });

  it('reaches the upper half of 64-bit fields, and of those only, by odd encodings', () => {
    const field = vmcs12_field_of(0x2011n)!;
    assert.equal(field.name, 'TSC_OFFSET');
    const vmcs12 = new_vmcs12();
    vmcs12.TSC_OFFSET = 0x1111111122222222n;
    assert.equal(vmcs12_read_any(vmcs12, field.name, field.high), 0x11111111n);
    vmcs12_write_any(vmcs12, field.row, field.name, field.high, 0xffffffff33333333n);
    assert.equal(vmcs12.TSC_OFFSET, 0x3333333322222222n);
    assert.equal(vmcs12_field_of(0x681fn), undefined);
    assert.equal(vmcs12_field_of(0x801n), undefined);
  });

  it('knows no encoding beyond bit 14, none without a field', () => {
    assert.equal(vmcs12_field_of(0x8000n), undefined);
    assert.equal(vmcs12_field_of(0xffffffff00002010n), undefined);
    assert.equal(vmcs12_field_of(0x6008n), undefined);
  });
});
