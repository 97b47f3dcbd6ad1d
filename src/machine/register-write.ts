/**
 * Changes a register of a level from outside, wherever it is now: in the chip while the level runs, in the VMCS it will be
 * loaded from while it waits. For the debugger; the guest cannot tell the change from its own.
 */
import { Gpr, Seg, Segment, State } from '../abi/state-block';
import type { Cpu } from '../cpu/cpu';
import type { FieldName } from '../isa/vmcs-fields';
import { SEGMENT_NAMES, type SegmentName } from './level-state';

/** Where a level's registers can be written. */
export type RegisterHome =
  | { readonly kind: 'chip' }
  /** General registers only where they are known to be the level's; `area` of the VMCS holds the rest. */
  | {
      readonly kind: 'vmcs';
      readonly area: 'GUEST' | 'HOST';
      readonly generalInChip: boolean;
      write(name: FieldName, value: bigint): void;
    };

/** Registers that can be written; `gpr0` to `gpr15` in encoding order, segments by selector. */
export type WritableRegister =
  `gpr${number}` | 'rip' | 'rflags' | 'cr0' | 'cr2' | 'cr3' | 'cr4' | 'efer' | SegmentName | 'gdtr' | 'idtr';

const GPR_BYTES = 8;

const PLACES: Partial<Record<WritableRegister, State>> = {
  rip: State.RIP,
  rflags: State.RFLAGS,
  cr0: State.CR0,
  cr2: State.CR2,
  cr3: State.CR3,
  cr4: State.CR4,
  efer: State.EFER,
  gdtr: State.GDTR_BASE,
  idtr: State.IDTR_BASE,
};

/** Where the chip holds a register of the level that runs; of a segment `.base` is the base, the plain name the selector. */
export function statePlace(name: WritableRegister | `${SegmentName}.base`): State {
  const general = /^gpr(\d+)$/.exec(name);
  if (general) return State.GPR + Number(general[1]) * GPR_BYTES;
  const [segment, part] = name.split('.') as [SegmentName, 'base' | undefined];
  const index = SEGMENT_NAMES.indexOf(segment);
  if (index < 0) return PLACES[name as WritableRegister]!;
  return State.SEGMENTS + index * Seg.SIZE + (part ? Segment.BASE : Segment.SELECTOR);
}

/** False when the register is not stored anywhere it could be written. */
export function writeRegister(cpu: Cpu, home: RegisterHome, name: WritableRegister, value: bigint): boolean {
  const general = /^gpr(\d+)$/.exec(name);
  if (home.kind === 'chip') {
    if (general) cpu.setGpr(Number(general[1]), value);
    else if (PLACES[name] !== undefined) cpu.set64(PLACES[name], value);
    else setSelector(cpu, name as SegmentName, value);
    cpu.stateReplaced();
    return true;
  }
  if (general) {
    const index = Number(general[1]);
    if (index === (Gpr.RSP as number)) home.write(`${home.area}_RSP`, value);
    else if (home.generalInChip) cpu.setGpr(index, value);
    else return false;
    return true;
  }
  if (name === 'cr2') {
    if (home.generalInChip) cpu.set64(State.CR2, value);
    return home.generalInChip;
  }
  const field = vmcsPlace(home.area, name);
  if (field) home.write(field, value);
  return field !== undefined;
}

/** Only the selector changes, as a debugger's edit: base, limit and access rights stay. */
function setSelector(cpu: Cpu, name: SegmentName, value: bigint): void {
  const index = SEGMENT_NAMES.indexOf(name);
  cpu.setSegment(index, { ...cpu.segment(index), selector: Number(value & 0xffffn) });
}

function vmcsPlace(area: 'GUEST' | 'HOST', name: WritableRegister): FieldName | undefined {
  if (name === 'efer') return `${area}_IA32_EFER`;
  if (name === 'gdtr' || name === 'idtr') return `${area}_${name === 'gdtr' ? 'GDTR' : 'IDTR'}_BASE`;
  if (name === 'rip') return `${area}_RIP`;
  if (name === 'cr0' || name === 'cr3' || name === 'cr4')
    return `${area}_${name.toUpperCase() as 'CR0' | 'CR3' | 'CR4'}`;
  // The host area has no RFLAGS: a VM exit loads 2 (SDM 27.5.3).
  if (name === 'rflags') return area === 'GUEST' ? 'GUEST_RFLAGS' : undefined;
  if (!SEGMENT_NAMES.includes(name as SegmentName)) return undefined;
  if (area === 'HOST' && name === 'ldtr') return undefined;
  return `${area}_${name.toUpperCase()}_SELECTOR` as FieldName;
}
