/** Time, budget and pause while one string instruction runs for very long. */
import assert from 'node:assert/strict';
import { runHeadless } from '../../src/machine/headless';
import { EXIT_WITH_AL, machineWith } from './support/small-program';

const LONG = 'mov esi, 0x200000; mov ecx, 0xc00000; rep lodsb';

for (const topology of ['nested', 'bare'] as const)
  describe(`a string instruction that runs long, ${topology} topology`, () => {
    it('a run comes back, again and again, and what was done is counted', () => {
      const machine = machineWith(`${LONG}; ${EXIT_WITH_AL}`, topology);
      for (let i = 0; i < 20; i++) assert.deepEqual(machine.run(), { kind: 'budget' });
      assert.ok(machine.cpu.retired < 100n);
      assert.ok(machine.executed > 1_000_000n);
    });

    it('a run without a debugger ends after maxInstructions', () => {
      const machine = machineWith(`${LONG}; ${EXIT_WITH_AL}`, topology);
      assert.deepEqual(runHeadless(machine, { maxInstructions: 500_000n }).stop, { kind: 'budget' });
    });

    it('a timer interrupts it', () => {
      // The PIT in mode 0, some microseconds; its interrupt has vector 20H. The exit says whether anything is left of ECX.
      const machine = machineWith(
        `
        lidt idtr
        mov al, 0x11; out 0x20, al; mov al, 0x20; out 0x21, al; mov al, 4; out 0x21, al
        mov al, 1; out 0x21, al; mov al, 0xfe; out 0x21, al
        mov al, 0x30; out 0x43, al; mov al, 0x40; out 0x40, al; mov al, 0; out 0x40, al
        sti
        ${LONG}
        xor al, al; ${EXIT_WITH_AL}
      handler:
        test ecx, ecx; setnz al; ${EXIT_WITH_AL}
        .balign 8
      idtr: .word 0x107; .long idt
      idt: .fill 32, 8, 0
        .word handler - _start + 0x20, 8, 0x8e00, 0x10`,
        topology,
      );
      assert.deepEqual(runHeadless(machine, { maxInstructions: 100_000_000n }).stop, {
        kind: 'exited',
        status: 3,
      });
    });
  });
