// VM entry to the activity states of SDM 24.4.2: what wakes an L2 in HLT, shutdown or wait-for-SIPI, and what L1 then finds. KVM offers no
// shutdown state, so under L0 such an entry fails.
import assert from 'node:assert/strict';
import { runHypervisor, topologies, type HypervisorProgram } from './small-hypervisor';

const ACTIVITY = 'GUEST_ACTIVITY_STATE';
const HLT = 1n;
const SHUTDOWN = 2n;
const WAIT_FOR_SIPI = 3n;

/** L1's local APIC timer sends vector 40H once, after so many ticks of its clock. */
const timer = (ticks: number) => `
  mov edx, APIC
  mov dword ptr [rdx + 0xf0], 0x1ff
  mov dword ptr [rdx + 0x3e0], 0xb
  mov dword ptr [rdx + 0x320], 0x40
  mov dword ptr [rdx + 0x380], ${ticks}`;

const state = (activity: bigint) => `field GUEST_ACTIVITY_STATE, ${activity}`;
const log = [ACTIVITY, 'VM_EXIT_INTR_INFO', 'EXIT_QUALIFICATION', 'GUEST_RIP'] as const;

for (const topology of topologies) {
  const run = (program: Partial<HypervisorProgram>) => {
    const done = runHypervisor({ guest: 'vmcall', log, ...program }, topology);
    assert.equal(done.status, 0, `error ${done.results[62]}, not offered ${done.results[63]}`);
    return done;
  };

  describe(`L2 entered in an activity state, ${topology}`, () => {
    it('HLT: an external interrupt that exits ends it, and the VMCS says it was halted', () => {
      const { exits } = run({
        controls: ['EXTERNAL_INTERRUPT_EXITING', 'VM_EXIT_ACKNOWLEDGE_INTERRUPT_ON_EXIT'],
        setup: `${timer(50_000)}; ${state(HLT)}`,
      });
      assert.deepEqual(
        exits.map((exit) => [exit.reason, exit[ACTIVITY], exit.VM_EXIT_INTR_INFO]),
        [['EXTERNAL_INTERRUPT', HLT, 0x80000040n]],
      );
    });

    it('HLT: an injected interrupt ends it before the first instruction', () => {
      const { exits, registers } = run({
        setup: `${state(HLT)}; field GUEST_RFLAGS, 0x202; field VM_ENTRY_INTR_INFO_FIELD, 0x80000040`,
      });
      assert.deepEqual(
        exits.map((exit) => [exit.reason, exit[ACTIVITY]]),
        [['VMCALL', 0n]],
      );
      assert.equal(registers[0], 0x40n);
    });

    it('HLT: the preemption timer counts, and its exit finds the state', () => {
      const { exits } = run({
        controls: ['ACTIVATE_VMX_PREEMPTION_TIMER'],
        setup: `${state(HLT)}; field VMX_PREEMPTION_TIMER_VALUE, 1000`,
      });
      assert.deepEqual(
        exits.map((exit) => [exit.reason, exit[ACTIVITY]]),
        [['PREEMPTION_TIMER', HLT]],
      );
    });

    it('HLT: interrupt-window exiting ends it at once where RFLAGS.IF is 1', () => {
      const { exits } = run({
        controls: ['INTERRUPT_WINDOW_EXITING'],
        setup: `${state(HLT)}; field GUEST_RFLAGS, 0x202`,
      });
      assert.equal(exits[0]?.reason, 'INTERRUPT_WINDOW');
    });

    it('HLT by an instruction, and after an exit L1 enters it again where it was', () => {
      const { exits } = run({
        guest: 'hlt; vmcall',
        controls: ['ACTIVATE_VMX_PREEMPTION_TIMER'],
        setup: 'field VMX_PREEMPTION_TIMER_VALUE, 1000',
        handler: `cmp eax, EXIT_PREEMPTION_TIMER; jne finish_run
          cmp qword ptr [LOG], 2; je 1f; resume
          1: field GUEST_ACTIVITY_STATE, 0; resume`,
      });
      assert.deepEqual(
        exits.map((exit) => [exit.reason, exit[ACTIVITY]]),
        [
          ['PREEMPTION_TIMER', HLT],
          ['PREEMPTION_TIMER', HLT],
          ['VMCALL', 0n],
        ],
      );
    });

    it('wait-for-SIPI: an interrupt that would exit does not end it, and the machine says that it halts for ever', () => {
      const { stop } = runHypervisor(
        {
          guest: 'vmcall',
          controls: ['EXTERNAL_INTERRUPT_EXITING'],
          setup: `${timer(1000)}; ${state(WAIT_FOR_SIPI)}`,
        },
        topology,
      );
      assert.equal(stop.kind, 'halted');
    });

    it('wait-for-SIPI: the preemption timer does not end it either', () => {
      const { stop } = runHypervisor(
        {
          guest: 'vmcall',
          controls: ['ACTIVATE_VMX_PREEMPTION_TIMER'],
          setup: `${state(WAIT_FOR_SIPI)}; field VMX_PREEMPTION_TIMER_VALUE, 1000`,
        },
        topology,
      );
      assert.equal(stop.kind, 'halted');
    });
  });
}

describe('L2 entered in shutdown', () => {
  const program: HypervisorProgram = {
    guest: 'vmcall',
    log,
    controls: ['ACTIVATE_VMX_PREEMPTION_TIMER'],
    setup: `${state(SHUTDOWN)}; field VMX_PREEMPTION_TIMER_VALUE, 1000`,
  };

  it('bare: the preemption timer counts on and exits', () => {
    const { exits } = runHypervisor(program, 'bare');
    assert.deepEqual(
      exits.map((exit) => [exit.reason, exit[ACTIVITY]]),
      [['PREEMPTION_TIMER', SHUTDOWN]],
    );
  });

  it('nested: the entry fails, as KVM does not offer the state', () => {
    const { exits } = runHypervisor(program, 'nested');
    assert.deepEqual(
      exits.map((exit) => [exit.reason, exit.failedEntry]),
      [['INVALID_STATE', true]],
    );
  });
});
