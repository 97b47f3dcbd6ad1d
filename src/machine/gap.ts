/**
 * Names what the chip does not have: the instruction by its bytes, or the mechanism, and where. The text is the whole message
 * a user sees for a gap of ours.
 */
import { Decoder, Formatter, FormatterSyntax } from 'iced-x86';
import { Mode, Seg } from '../abi/state-block';
import { Gap, Mechanism } from '../abi/stop-codes';
import type { Cpu } from '../cpu/cpu';
import { cpuidFeatures } from '../isa/cpuid-features';
import type { TopologyDriver } from './topology-driver';

const MECHANISMS: Record<Mechanism, string> = {
  [Mechanism.SYSTEM_MANAGEMENT_MODE]: 'system-management mode',
  [Mechanism.MACHINE_CHECK]: 'machine check',
  [Mechanism.PAE_PAGING]: 'PAE paging',
  [Mechanism.VM_FUNCTION]: 'VM functions',
  [Mechanism.POSTED_INTERRUPT]: 'posted interrupts',
  [Mechanism.BRANCH_STEP]: 'single-step on branches (IA32_DEBUGCTL.BTF)',
};

const MAX_INSTRUCTION = 15;

/** The text for the stop the chip has just made. */
export function nameGap(cpu: Cpu, driver: TopologyDriver): string {
  const level = driver.currentStrand();
  const where = `${level} RIP 0x${cpu.rip.toString(16)}`;
  switch (cpu.stopDetail as Gap) {
    case Gap.INSTRUCTION:
      return `unimplemented: ${instructionText(cpu, driver)}, ${where}`;
    case Gap.MECHANISM:
      return `unimplemented: ${MECHANISMS[Number(cpu.stopValue) as Mechanism] ?? 'mechanism ' + cpu.stopValue}, ${where}`;
    case Gap.MSR:
      return `unimplemented: MSR 0x${cpu.stopValue.toString(16)}, ${where}`;
    case Gap.UNCLAIMED_FEATURE:
      return `${instructionText(cpu, driver)} needs ${featureText(Number(cpu.stopValue))}, which this CPU does not have, ${where}`;
    case Gap.FETCH_FROM_MMIO:
      return `unimplemented: code outside RAM, ${where}`;
  }
}

/** A feature by its name and its place in CPUID, so that a guest's own check can be compared. */
function featureText(index: number): string {
  const row = cpuidFeatures[index];
  if (!row) return `feature ${index}`;
  const bit = `${row.register.toUpperCase()} bit ${row.bit}`;
  return `${row.name} (CPUID ${row.leaf.toString(16).toUpperCase().padStart(2, '0')}H ${bit})`;
}

/** The instruction at RIP in Intel syntax, or its bytes when nothing decodes them. */
function instructionText(cpu: Cpu, driver: TopologyDriver): string {
  const linear = cpu.mode === Mode.LONG_64 ? cpu.rip : (cpu.segment(Seg.CS).base + cpu.rip) & 0xffffffffn;
  const bytes: number[] = [];
  for (let i = 0n; i < MAX_INSTRUCTION; i++) {
    const host = driver.translate({ kind: 'linear', level: driver.currentStrand() }, linear + i);
    const byte = host === undefined ? undefined : cpu.physical.read(host, 1)?.[0];
    if (byte === undefined) break;
    bytes.push(byte);
  }
  const decoder = new Decoder(codeBits(cpu.mode), Uint8Array.from(bytes), 0);
  const instruction = decoder.decode();
  const formatter = new Formatter(FormatterSyntax.Intel);
  const text = formatter.format(instruction);
  const hex = bytes.slice(0, Math.max(1, instruction.length)).map((b) => b.toString(16).padStart(2, '0'));
  const result = instruction.isInvalid ? `bytes ${hex.join(' ')}` : `${text} (${hex.join(' ')})`;
  formatter.free();
  instruction.free();
  decoder.free();
  return result;
}

function codeBits(mode: Mode): 16 | 32 | 64 {
  if (mode === Mode.LONG_64) return 64;
  return mode === Mode.PROTECTED_32 || mode === Mode.COMPATIBILITY_32 ? 32 : 16;
}
