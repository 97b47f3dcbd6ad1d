/** Halts that nothing ends: told as such, whatever timers run, and without keeping the debugger waiting. */
import assert from 'node:assert/strict';
import { endText } from '../../src/debugger/stop-text';
import { createMachine } from '../../src/machine/create';
import { guestState } from '../../src/machine/vmcs-state';
import type { FieldName } from '../../src/isa/vmcs-fields';
import { control } from '../../src/isa/vmx-controls';
import { registerMask } from '../../src/cpu/register-bits';

/** Real-mode code that starts PIT channel 0 and then does `last`. */
function withTimer(topology: string, ...last: number[]) {
  const image = Uint8Array.from([0xb0, 0x34, 0xe6, 0x43, 0xb0, 0, 0xe6, 0x40, 0xe6, 0x40, ...last]);
  return createMachine({
    image,
    imageName: 'halt.bin',
    topology,
    loadAddress: 0x7c00,
    memoryMiB: 16,
    serial: () => undefined,
  });
}

describe('a halt that nothing ends', () => {
  for (const topology of ['nested', 'bare'])
    it(`CLI and HLT with a running timer stop the ${topology} machine, and say why`, () => {
      const machine = withTimer(topology, 0xfa, 0xf4);
      let stop = machine.run();
      for (let turn = 0; turn < 10 && stop.kind === 'budget'; turn++) stop = machine.run();
      assert.equal(stop.kind, 'halted');
      assert.match(
        endText(stop)!,
        /^L[01] halted at RIP 0x7c0c with RFLAGS\.IF = 0: no interrupt can wake it/,
      );
    });

  it('a timer that is masked keeps nobody waiting: the run comes back', () => {
    assert.equal(withTimer('bare', 0xfb, 0xf4).run().kind, 'budget');
  });
});

describe('registers of a guest that waits', () => {
  const read = (fields: Partial<Record<FieldName, bigint>>) => (name: FieldName) => fields[name] ?? 0n;
  const long = registerMask('efer', 'LMA') | registerMask('efer', 'LME');
  const nx = registerMask('efer', 'NXE');

  it('the mode is the entry control\u2019s, not that of a GUEST_IA32_EFER nobody saves', () => {
    const VM_ENTRY_CONTROLS = 1n << BigInt(control.VM_ENTRY_IA32E_MODE_GUEST.bit);
    assert.equal(guestState(read({ VM_ENTRY_CONTROLS }), '').efer, long);
    assert.equal(guestState(read({ GUEST_IA32_EFER: long | nx }), '').efer, nx);
  });
});
