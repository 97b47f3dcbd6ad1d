/** Rules about VMREAD and VMWRITE: one line of source, the findings it must raise, or none. */
import assert from 'node:assert/strict';
import { diagnose } from '../../../src/language/diagnostics/diagnose';
import { read, write, type StubFile } from '../support/stub-file';

/** `rule` of each finding, with `-> value` where a remedy is offered. */
function rulesOf(file: StubFile): string[] {
  return diagnose(file).map(
    ({ rule, remedy }) => rule + (remedy ? ` -> 0x${remedy.value.toString(16)}` : ''),
  );
}

function only(file: StubFile): string {
  const [finding, ...rest] = diagnose(file);
  assert.ok(finding && rest.length === 0);
  return `${finding.severity}: ${finding.message}`;
}

const ALL_ONES = (1n << 64n) - 1n;

const cases: readonly (readonly [title: string, file: StubFile, rules: readonly string[]])[] = [
  ['a field is read', read(0x681en), []],
  ['the high half of a 64-bit field is read', read(0x2401n), []],
  ['bit 12 of an encoding is set', read(0x781en), ['vmcs-unknown-encoding -> 0x681e']],
  ['an encoding has more than 15 bits', read(0x1681en), ['vmcs-unknown-encoding -> 0x681e']],
  ['an encoding with reserved bits is no field without them', read(0xffffn), ['vmcs-unknown-encoding']],
  ['a well-formed encoding is no field', read(0x6840n), ['vmcs-unknown-encoding']],
  ['the high half of a field that is not 64-bit', read(0x4403n), ['vmcs-no-high-half -> 0x4402']],
  ['the high half of a field of natural width', write(0x6c17n), ['vmcs-no-high-half -> 0x6c16']],
  ['VMWRITE to VM-exit information', write(0x6400n, 1n), ['vmcs-read-only-write']],
  ['VMWRITE to the high half of VM-exit information', write(0x2401n), ['vmcs-read-only-write']],
  ['VMREAD of VM-exit information', read(0x6400n), []],

  ['a 16-bit access to a 32-bit field', write(0x4004n, 0n, 16), ['vmcs-width']],
  ['a 16-bit access to a field of natural width', read(0x6800n, 16), ['vmcs-width']],
  ['a 32-bit access to a 64-bit field', read(0x2800n, 32), ['vmcs-width']],
  ['a 64-bit access to a 16-bit field', read(0x0800n, 64), ['vmcs-width']],
  ['a 32-bit access to a field of natural width may be 32-bit code', read(0x6800n, 32), []],
  ['a 64-bit access to a field of natural width', read(0x6800n, 64), []],
  ['a 32-bit access to a 16-bit field loses nothing', read(0x0800n, 32), []],
  ['accesses as wide as their fields', read(0x2800n, 64), []],
  ['a constant wider than the field', write(0x0800n, 0x10008n), ['vmcs-width']],
  ['a negative constant in a 32-bit field', write(0x4004n, ALL_ONES), []],
  ['a negative 32-bit constant in a 16-bit field', write(0x0800n, 0xfffffff8n), []],

  ['the default1 bits of the pin-based controls', write(0x4000n, 0x16n), []],
  ['a default1 bit is missing', write(0x4000n, 0x14n), ['control-fixed -> 0x16']],
  ['no default1 bit is set', write(0x4012n, 0n), ['control-fixed -> 0x11fb']],
  ['default1 bits that the TRUE MSRs allow to be 0 are 0', write(0x4002n, 0x04006172n), []],
  ['a bit that is no control', write(0x4000n, 0x416n), ['control-reserved -> 0x16']],
  ['virtual NMIs without NMI exiting', write(0x4000n, 0x36n), ['control-requires -> 0x3e']],
  ['virtual NMIs with NMI exiting', write(0x4000n, 0x3en), []],
  ['unrestricted guest without EPT', write(0x401en, 0x80n), ['control-requires -> 0x82']],
  ['unrestricted guest with EPT', write(0x401en, 0x82n), []],
  ['what another word must hold is unknown', write(0x401en, 0x10n), []],
  ['x2APIC mode and APIC accesses', write(0x401en, 0x11n), ['control-excludes -> 0x10']],
  ['no secondary control', write(0x401en, 0n), []],

  ['activity state 4', write(0x4826n, 4n), ['field-value']],
  ['activity state 3', write(0x4826n, 3n), []],
  ['link pointer with 32 ones', write(0x2800n, 0xffffffffn), [`field-value -> 0x${ALL_ONES.toString(16)}`]],
  ['link pointer with all ones', write(0x2800n, ALL_ONES), []],
  ['more CR3 targets than exist', write(0x400an, 5n), ['field-value']],
  ['RFLAGS without its fixed bit', write(0x6820n, 0n), ['field-value -> 0x2']],
  ['RFLAGS with a reserved bit', write(0x6820n, 0xan), ['field-value -> 0x2']],
  ['RFLAGS after reset', write(0x6820n, 2n), []],
  ['CR4 without VMXE', write(0x6804n, 0x20n), ['field-value -> 0x2020']],
  ['host CR0 of a 64-bit kernel', write(0x6c00n, 0x80050033n), []],
  ['host CS with RPL 3', write(0x0c02n, 0x33n), ['field-value -> 0x30']],
  ['host TR of zero', write(0x0c0cn, 0n), ['field-value']],
  ['host FS of zero', write(0x0c08n, 0n), []],
  ['interrupts blocked by STI and MOV SS', write(0x4824n, 3n), ['field-value']],
  ['a usable LDTR that is no LDT', write(0x4820n, 0x93n), ['field-value -> 0x92', 'field-value -> 0x83']],
  ['an unusable LDTR', write(0x4820n, 0x10000n), []],
  ['an unusable data segment may hold anything', write(0x481an, 0x1ff00n), []],
  ['a flat data segment', write(0x481an, 0xc093n), []],
  ['a data segment of virtual-8086 mode', write(0x481an, 0xf3n), []],
  ['a real-mode CS under unrestricted guest', write(0x4816n, 0x9bn), []],
  ['a 64-bit CS', write(0x4816n, 0xa09bn), []],
  ['an injected event of type 1', write(0x4016n, 0x80000120n), ['field-value']],
  ['an event that is not valid', write(0x4016n, 0x00000120n), []],
  ['an NMI with another vector', write(0x4016n, 0x80000203n), ['field-value -> 0x80000202']],
  ['a page fault with its error code', write(0x4016n, 0x80000b0en), []],
  ['EPT pointer: write-back, four levels', write(0x201an, 0x1000n | 0x1en), []],
  ['EPT pointer without walk length', write(0x201an, 0x1006n), ['field-value']],
  ['EPT pointer of zero: EPT is not used', write(0x201an, 0n), []],
  ['a bitmap that is not page-aligned', write(0x2004n, 0x1010n), ['field-value -> 0x1000']],
  ['VPID 0 depends on a control', write(0x0000n, 0n), []],
];

describe('language: rules about VMCS fields', () => {
  for (const [title, file, rules] of cases)
    it(`${rules.length > 0 ? 'raises' : 'is silent'}: ${title}`, () =>
      assert.deepEqual(rulesOf(file), rules));

  it('is silent where the field or the value is no constant', () => {
    const file = write(0x4000n);
    assert.deepEqual(diagnose(file), []);
    const { range, text } = file.operand('0x4000');
    file.operations = file.operations.map((operation) => ({ ...operation, field: { range, text } }));
    assert.deepEqual(diagnose(file), []);
  });

  it('takes a value for the low half where the source writes the high half too', () => {
    const file = write(0x2800n, 0xffffffffn);
    file.operations.push(...write(0x2801n, 0xffffffffn).operations);
    assert.deepEqual(rulesOf(file), []);
  });

  it('is silent about read-only fields in a source that is a processor: it writes several of them', () => {
    const file = write(0x4402n, 48n);
    assert.deepEqual(rulesOf(file), ['vmcs-read-only-write']);
    const emulator = write(0x4402n, 48n);
    emulator.operations.push(...write(0x6400n, 1n).operations, ...write(0xfffffffen, 1n).operations);
    assert.deepEqual(rulesOf(emulator), []);
  });

  it('is silent about a sentinel in a field that a control switches off', () => {
    assert.deepEqual(rulesOf(write(0x2012n, ALL_ONES)), []);
    assert.deepEqual(rulesOf(write(0x2012n, 0x1001n)), ['field-value -> 0x1000']);
  });

  it('says what is wrong, what the manual says and what to do', () => {
    assert.equal(
      only(read(0x681dn)),
      'error: 0x681d would be the high half of GUEST_RSP, which is of natural width and has none: VMREAD fails with error 12 (VMREAD/VMWRITE from/to unsupported VMCS component). Use 0x681c for the field. SDM 24.11.2.',
    );
    assert.equal(
      only(read(0x6840n)),
      'warning: No VMCS field has the encoding 0x6840: natural-width guest state, index 32. VMREAD fails with error 12 (VMREAD/VMWRITE from/to unsupported VMCS component). Look the field up in appendix B of the manual. SDM 24.11.2.',
    );
    assert.equal(
      only(write(0x6400n, 1n)),
      'warning: EXIT_QUALIFICATION is a VM-exit information field: VMWRITE fails with error 13 (VMWRITE to read-only VMCS component) unless bit 29 of IA32_VMX_MISC is 1. Test that bit first, or keep the value elsewhere. SDM A.6.',
    );
    assert.equal(
      only(write(0x4012n, 0x200n)),
      'error: VM_ENTRY_CONTROLS 0x200 leaves bits 12, 8:3 and 1:0 0, which must be 1 on every processor. VM entry fails with error 7 (VM entry with invalid control field(s)). Set the bits that the low half of IA32_VMX_TRUE_ENTRY_CTLS reports; they include 0x11fb. SDM 24.8.1.',
    );
    assert.equal(
      only(write(0x4826n, 4n)),
      'error: GUEST_ACTIVITY_STATE 0x4: bits 31:0 are 4, must be 0, 1, 2 or 3. VM entry fails and exits with INVALID_STATE. Check J01: The activity state is 0 to 3 and one that IA32_VMX_MISC[8:6] reports. SDM 26.3.1.5.',
    );
    assert.equal(
      only(write(0x201an, 0x1006n)),
      'warning: EPT_POINTER 0x1006: bits 5:3 are 0, must be 3 or 4. VM entry fails with error 7 (VM entry with invalid control field(s)). Check B37: The EPT walk length minus 1 (EPTP bits 5:3) is 3, or 4 where 5-level EPT is supported. The check is made if ENABLE_EPT is 1. SDM 26.2.1.1.',
    );
  });
});
