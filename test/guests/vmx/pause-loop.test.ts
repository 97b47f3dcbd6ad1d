// PAUSE-loop exiting: the chip has it for whoever runs in VMX root operation; KVM of Linux 6.12 does not offer it to its guests. SDM 25.1.3.
import assert from 'node:assert/strict';
import { control } from '../../../src/isa/vmx-controls';
import { runHypervisor, type HypervisorProgram } from './small-hypervisor';

const program: HypervisorProgram = {
  controls: ['PAUSE_LOOP_EXITING'],
  setup: 'field PLE_GAP, 128; field PLE_WINDOW, 4096',
  guest: '1: pause; jmp 1b',
};

describe('PAUSE-loop exiting', () => {
  it('bare: a loop of PAUSEs longer than the window exits', () => {
    assert.equal(runHypervisor(program, 'bare').exits[0]?.reason, 'PAUSE_INSTRUCTION');
  });

  it('bare: PAUSEs further apart than the gap are no loop', () => {
    const apart = 'mov ecx, 100; 1: pause; mov edx, 100; 2: dec edx; jnz 2b; dec ecx; jnz 1b; vmcall';
    assert.equal(runHypervisor({ ...program, guest: apart }, 'bare').exits[0]?.reason, 'VMCALL');
  });

  it('nested: L1 cannot set the control', () => {
    const { status, results } = runHypervisor(program, 'nested');
    assert.deepEqual([status, results[63]], [2, 1n << BigInt(control.PAUSE_LOOP_EXITING.bit)]);
  });
});
