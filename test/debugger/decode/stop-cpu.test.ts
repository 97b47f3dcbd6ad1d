/** The words of a stop at a record name the CPU where there are several. */
import assert from 'node:assert/strict';
import { stopText } from '../../../src/debugger/decode/exit-text';
import type { MachineRecord } from '../../../src/machine/machine-record';

const fault: MachineRecord = { kind: 'fault', level: 'L1', count: 1, rip: 0x1000n, vector: 13, error: 0 };

describe('stop text', () => {
  it('names the CPU of a record where there are several, the first one too', () => {
    assert.equal(stopText(fault, 'nested', 1), '#GP(0) in L1');
    assert.equal(stopText(fault, 'nested', 2), 'CPU 0: #GP(0) in L1');
    assert.equal(stopText({ ...fault, vcpu: 1 }, 'nested', 2), 'CPU 1: #GP(0) in L1');
  });
});
