/**
 * The loader's first CPU state, written into the chip (bare topology). In the nested topology L0 writes it into vmcs01.
 */
import { State } from '../abi/state-block';
import type { Cpu } from '../cpu/cpu';
import type { InitialCpuState } from '../platform/boot/boot-image';
import { SEGMENT_NAMES } from './level-state';

export function applyInitialState(cpu: Cpu, state: InitialCpuState): void {
  state.registers.forEach((value, index) => cpu.setGpr(index, value));
  SEGMENT_NAMES.forEach((name, index) => cpu.setSegment(index, { ...state.segments[name] }));
  cpu.set64(State.RIP, state.rip);
  cpu.set64(State.RFLAGS, state.rflags);
  cpu.set64(State.CR0, state.cr0);
  cpu.set64(State.CR3, state.cr3);
  cpu.set64(State.CR4, state.cr4);
  cpu.set64(State.EFER, state.efer);
  cpu.set64(State.GDTR_BASE, state.gdtr.base);
  cpu.set32(State.GDTR_LIMIT, state.gdtr.limit);
  cpu.set64(State.IDTR_BASE, state.idtr.base);
  cpu.set32(State.IDTR_LIMIT, state.idtr.limit);
  cpu.stateReplaced();
}
