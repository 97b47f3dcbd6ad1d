/** Values typed for VMCS fields. */
import assert from 'node:assert/strict';
import { flippedBit, refusal } from '../../src/views/field-value';

describe('field values', () => {
  it('refuses numbers that do not fit the field', () => {
    assert.equal(refusal('GUEST_CS_SELECTOR', '0xffff'), undefined);
    assert.match(refusal('GUEST_CS_SELECTOR', '0x10000') ?? '', /16 bits/);
    assert.match(refusal('PIN_BASED_VM_EXEC_CONTROL', '4294967296') ?? '', /32 bits/);
    assert.equal(refusal('GUEST_RIP', '0xffffffffffffffff'), undefined);
  });

  it('refuses nothing, and what only looks like a hexadecimal number', () => {
    assert.notEqual(refusal('GUEST_RIP', '  '), undefined);
    assert.notEqual(refusal('GUEST_RIP', '0x'), undefined);
    assert.notEqual(refusal('GUEST_RIP', '0x12g4'), undefined);
  });

  it('leaves expressions to the debugger', () => {
    for (const text of ['rax + 1', '&handle_exit', 'vmcs12.GUEST_RIP | 0x10', '0x10|1', '-1'])
      assert.equal(refusal('GUEST_RIP', text), undefined);
  });

  it('flips one bit and leaves the others', () => {
    assert.equal(flippedBit('0x00000016', 0), '0x17');
    assert.equal(flippedBit('0x17', 0), '0x16');
    assert.equal(flippedBit('0x0', 63), '0x8000000000000000');
  });
});
