// The rows A01 to A08 of the entry checks, each by an L1 that breaks it: VMLAUNCH and VMRESUME before the fields of a VMCS count.
// SDM 26.1.
import assert from 'node:assert/strict';
import { entryCheck, type CheckId } from '../../../src/isa/entry-checks';
import { runHypervisor, topologies, type HypervisorRun } from './small-hypervisor';
import { proves } from '../../support/proves';

/** `results[62]` after VMfailInvalid. */
const INVALID = 0xffffffffffffffffn;

const failed = (error: bigint) => (run: HypervisorRun) =>
  assert.deepEqual([run.status, run.results[62]], [1, error]);
const fault = (vector: bigint) => (run: HypervisorRun) =>
  assert.deepEqual([run.status, run.results[61]], [3, vector]);

interface Case {
  setup?: string;
  guest?: string;
  handler?: string;
  judge: (run: HypervisorRun) => void;
}

const cases: Partial<Record<CheckId, Case>> = {
  A01: { setup: 'vmxoff; vmlaunch', judge: fault(6n) },
  A02: {
    guest: 'vmlaunch',
    judge: (run) => assert.deepEqual([run.status, run.exits[0]?.reason], [0, 'VMLAUNCH']),
  },
  A03: {
    setup:
      'push USER_DATA; push L1_STACK; push 2; push USER_CODE; lea rax, [rip + 1f]; push rax; iretq; 1: vmlaunch',
    judge: fault(13n),
  },
  A04: {
    setup: 'mov qword ptr [pointer], VMCS; vmclear [pointer]; vmlaunch; jmp vmx_failed',
    judge: failed(INVALID),
  },
  A05: {
    setup: `mov eax, [VMCS2]; or eax, 0x80000000; mov [VMCS2], eax; mov qword ptr [pointer], VMCS2
      vmclear [pointer]; vmptrld [pointer]; jbe l1_exception; vmlaunch; jmp vmx_failed`,
    judge: failed(INVALID),
  },
  A06: { setup: 'mov eax, ss; mov ss, eax; vmlaunch; jmp vmx_failed', judge: failed(26n) },
  A07: { handler: 'vmlaunch; jmp vmx_failed', judge: failed(4n) },
  A08: { setup: 'vmresume; jmp vmx_failed', judge: failed(5n) },
};

for (const topology of topologies)
  describe(`VM entry before its fields, ${topology}`, () => {
    for (const [id, { judge, guest = 'vmcall', ...code }] of Object.entries(cases))
      it(proves('entry-checks', id, `${id}: ${entryCheck[id as CheckId].rule}`), () =>
        judge(runHypervisor({ guest, ...code }, topology)),
      );
  });
