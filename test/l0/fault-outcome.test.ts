// Faults of system instructions that L0 emulates: L1's instruction exits, L0 refuses it, and the record names the rule with its values.
import assert from 'node:assert/strict';
import { causeText } from '../../src/decode/fault-text';
import type { FaultReasonId } from '../../src/isa/fault-reasons';
import { assemble } from '../core/system/assembly';
import { toCr, wrmsr } from '../core/system/register-writes';
import { createNestedGuest, PLACE } from './nested-guest';
import { proves } from '../support/proves';

const cases: readonly { source: string; reason: FaultReasonId; shows: RegExp; outsideVmx?: true }[] = [
  { source: 'mov ecx, 0x12345; rdmsr', reason: 'MSR_UNKNOWN', shows: /no MSR 0x12345/ },
  { source: 'mov ecx, 0x12345; wrmsr', reason: 'MSR_UNKNOWN', shows: /no MSR 0x12345/ },
  {
    source: wrmsr('IA32_VMX_BASIC', '5'),
    reason: 'MSR_READ_ONLY',
    shows: /IA32_VMX_BASIC \(0x480\) is read-only; WRMSR would set it to 0x5/,
  },
  {
    source: wrmsr('IA32_MTRRCAP', '1'),
    reason: 'MSR_READ_ONLY',
    shows: /IA32_MTRRCAP \(0xfe\) is read-only/,
  },
  {
    source: wrmsr('IA32_EFER', '0x1501'),
    reason: 'EFER_RESERVED',
    shows: /EFER would be 0x1501: this processor has no bits 0x1000/,
  },
  { source: wrmsr('IA32_EFER', '0x401'), reason: 'EFER_LME_WHILE_PAGING', shows: /EFER would be 0x401/ },
  {
    source: `${wrmsr('IA32_FEATURE_CONTROL', '5')}; wrmsr`,
    reason: 'FEATURE_CONTROL_LOCKED',
    shows: /locked with the value 0x5/,
  },
  {
    source: wrmsr('IA32_FEATURE_CONTROL', '0x10000'),
    reason: 'FEATURE_CONTROL_RESERVED',
    shows: /would be 0x10000: this processor has no bits 0x10000/,
  },
  {
    source: wrmsr('IA32_PAT', '2'),
    reason: 'MSR_MEMORY_TYPE',
    shows: /IA32_PAT \(0x277\) would be 0x2/,
  },
  {
    source: wrmsr('IA32_MTRR_PHYSBASE0', '0x106'),
    reason: 'MSR_RESERVED_BITS',
    shows: /IA32_MTRR_PHYSBASE0 \(0x200\) would be 0x106: bits 0x100 must be 0/,
  },
  {
    source: wrmsr('IA32_MTRR_DEF_TYPE', '2'),
    reason: 'MSR_MEMORY_TYPE',
    shows: /IA32_MTRR_DEF_TYPE \(0x2ff\) would be 0x2/,
  },
  {
    source: wrmsr('IA32_DEBUGCTL', '0x40'),
    reason: 'MSR_RESERVED_BITS',
    shows: /IA32_DEBUGCTL \(0x1d9\) would be 0x40: bits 0x40 must be 0/,
  },
  {
    source: wrmsr('IA32_MISC_ENABLE', '0'),
    reason: 'MSR_READ_ONLY_BITS',
    shows: /IA32_MISC_ENABLE \(0x1a0\) would be 0x0: bits 0x1800 are read-only/,
  },
  {
    source: toCr(0, '0x80000011'),
    reason: 'CR0_VMX_FIXED0',
    shows: /CR0 would be 0x80000011: NE must stay 1/,
  },
  { source: toCr(0, '0x180000031'), reason: 'CR0_HIGH_BITS', shows: /CR0 would be 0x180000031/ },
  { source: toCr(0, '0xa0000031'), reason: 'CR0_NW_WITHOUT_CD', shows: /CR0 would be 0xa0000031/ },
  {
    source: toCr(0, '0x31'),
    outsideVmx: true,
    reason: 'CR0_PG_CLEARED_IN_64_BIT_MODE',
    shows: /CR0 would be 0x31: PG cannot be cleared/,
  },
  { source: toCr(4, '0x20'), reason: 'CR4_VMX_FIXED0', shows: /CR4 would be 0x20: VMXE must stay 1/ },
  {
    source: toCr(4, '0x80002020'),
    reason: 'CR4_RESERVED',
    shows: /CR4 would be 0x80002020: this processor has no bits 0x80000000/,
  },
  { source: toCr(4, '0x2000'), reason: 'CR4_PAE_CLEARED', shows: /CR4 would be 0x2000: PAE/ },
];

describe('L0: faults of system instructions it emulates', () => {
  for (const { source, reason, shows, outsideVmx } of cases)
    it(proves('fault-reasons', reason, `${reason}: ${source}`), () => {
      const guest = createNestedGuest([]);
      if (outsideVmx) guest.vcpu.nested.vmxon = false;
      guest.runL1([...assemble(source, 64, Number(PLACE.L1_CODE))]);
      const { cause, vector, error } = guest.of('fault').at(-1) ?? {};
      assert.equal(cause?.reason, reason);
      assert.match(causeText(cause), shows);
      assert.deepEqual([vector, error], [13, 0]);
    });
});
