// The VMCS rows against the arithmetic of their encodings (SDM 24.11.2) and against the room they need in pages.

import assert from 'node:assert/strict';
import { VmcsPage } from '../../src/abi/vmcs-page';
import type { BitRange } from '../../src/isa/bit-ranges';
import { encodingRanges } from '../../src/isa/vmcs-fields/encoding';
import { vmcsField, vmcsFieldByEncoding, vmcsFields } from '../../src/isa/vmcs-fields';
import { control } from '../../src/isa/vmx-controls';
import { assertOneSentence, assertUnique } from './sentence';

const widths = { 16: 0, 64: 1, 32: 2, natural: 3 } as const;
const types = { control: 0, 'read-only': 1, 'guest-state': 2, 'host-state': 3 } as const;

describe('isa: VMCS fields', () => {
  it('are the 206 fields of the manual, each once', () => {
    assert.equal(vmcsFields.length, 206);
    assertUnique(
      vmcsFields.map((field) => field.name),
      'name',
    );
    assertUnique(
      vmcsFields.flatMap((field) => [field.encoding, ...(field.high === undefined ? [] : [field.high])]),
      'encoding',
    );
  });

  it('have encodings made of their width, type and index', () => {
    for (const field of vmcsFields)
      assert.equal(
        field.encoding,
        (widths[field.width] << 13) | (types[field.type] << 10) | (field.index << 1),
        field.name,
      );
  });

  it('have encodings that read as the layout says', () => {
    const words = {
      'read-only': 'VM-exit information',
      control: 'control',
      'guest-state': 'guest state',
      'host-state': 'host state',
    };
    const part = (encoding: number, name: string): string => {
      const range: BitRange | undefined = encodingRanges.find((candidate) => candidate.name === name);
      assert.ok(range);
      const value = (encoding >> range.low) & ((1 << (range.high - range.low + 1)) - 1);
      return range.values?.[value] ?? String(value);
    };
    for (const field of vmcsFields) {
      assert.equal(part(field.encoding, 'TYPE'), words[field.type], field.name);
      const width = field.width === 'natural' ? 'natural-width' : `${field.width}-bit`;
      assert.equal(part(field.encoding, 'WIDTH'), width, field.name);
      assert.equal(part(field.encoding, 'INDEX'), String(field.index), field.name);
      assert.equal(part(field.encoding, 'ACCESS'), 'full', field.name);
    }
  });

  it('have a high half exactly when they are 64 bits wide, at the next encoding', () => {
    for (const field of vmcsFields)
      assert.equal(field.high, field.width === 64 ? field.encoding + 1 : undefined, field.name);
  });

  it('rise in encoding inside each width', () => {
    for (const width of [16, 64, 32, 'natural'] as const) {
      const encodings = vmcsFields.filter((field) => field.width === width).map((field) => field.encoding);
      assert.deepEqual(
        encodings,
        [...encodings].sort((a, b) => a - b),
      );
    }
  });

  it('fit the page of the chip', () => {
    assert.ok(VmcsPage.FIELDS + vmcsFields.length * VmcsPage.SLOT <= VmcsPage.SIZE);
  });

  it('are enabled by controls that exist', () => {
    for (const field of vmcsFields)
      for (const name of field.enabledBy ?? []) assert.ok(name in control, `${field.name}: ${name}`);
  });

  it('have a summary of one sentence', () => {
    for (const field of vmcsFields) assertOneSentence(field.summary, field.name);
  });

  it('are found by name and by encoding', () => {
    assert.equal(vmcsField.GUEST_RIP.encoding, 0x681e);
    assert.equal(vmcsFieldByEncoding.get(0x4402)?.name, 'VM_EXIT_REASON');
    assert.equal(vmcsFieldByEncoding.get(0x2001), undefined);
  });
});
