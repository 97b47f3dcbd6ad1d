/** Random code in random states: bytes and instructions of all rows, in every mode, with devices that answer at random. */
import { Gpr, State } from '../../src/abi/state-block';
import type { Bus } from '../../src/cpu/bus';
import { opcodeFamilies, type OpcodeRow } from '../../src/isa/opcodes';
import { claimEverything } from '../core/native/everything';
import { encodeRow } from '../core/native/row-cases';
import { FlatMachine } from '../core/support/flat-machine';
import { Random } from '../support/random';
import { slice } from './slice';

const CODE = 0x30000;
const RAM = 2 << 20;
const BUDGET = 200n;

const rows = opcodeFamilies.flatMap(({ rows: all }): readonly OpcodeRow[] => all);

export function noisyBus(random: Random): Bus {
  return {
    portRead: () => random.below(0x10000),
    portWrite: () => undefined,
    memoryRead: () => random.below(0x10000),
    memoryWrite: () => undefined,
    msrRead: () => (random.below(2) ? random.bits(64) : undefined),
    msrWrite: () => random.below(2) === 1,
    interruptAcknowledge: () => random.below(256),
    taskPriorityRead: () => random.below(16),
    taskPriorityWrite: () => undefined,
  };
}

/** A register: an address near something, or any number. */
export function value(random: Random): bigint {
  switch (random.below(4)) {
    case 0:
      return BigInt(random.below(RAM));
    case 1:
      return BigInt.asUintN(64, BigInt(random.below(32)) - 16n);
    case 2:
      return 1n << BigInt(random.below(64));
    default:
      return random.bits(64);
  }
}

/** Instructions that rows make, and bytes that nothing makes. */
export function code(random: Random, bytes: number): number[] {
  const made: number[] = [];
  while (made.length < bytes)
    if (random.below(4)) made.push(...encodeRow(random, random.pick(rows)));
    else made.push(...Array.from({ length: 1 + random.below(6) }, () => random.below(256)));
  return made;
}

/** Descriptor tables that most guests have: flat segments, and gates of each mode to code at HANDLER. */
const GDT = 0x1000;
const IDT = { legacy: 0x2000, long: 0x4000 };
const TABLES = 0x1000;
const HANDLER = 0x38000;
const DESCRIPTORS = [0n, 0x00af9b000000ffffn, 0x00cf93000000ffffn, 0x00cffb000000ffffn, 0x00cff3000000ffffn];

function tables(): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(IDT.long + 0x1000 - TABLES));
  DESCRIPTORS.forEach((descriptor, i) => bytes.setBigUint64(GDT - TABLES + i * 8, descriptor, true));
  const gate = (BigInt(HANDLER >> 16) << 48n) | (0xeen << 40n) | (8n << 16n) | BigInt(HANDLER & 0xffff);
  for (let vector = 0; vector < 256; vector++) {
    bytes.setBigUint64(IDT.legacy - TABLES + vector * 8, gate, true);
    bytes.setBigUint64(IDT.long - TABLES + vector * 16, gate, true);
  }
  return new Uint8Array(bytes.buffer);
}

function enterMode(machine: FlatMachine, random: Random): void {
  const cpl = random.below(2) ? 0 : 3;
  const mode = random.below(4);
  if (mode === 0) machine.enterRealMode();
  else if (mode === 1) machine.enterProtectedMode(cpl);
  else machine.enterLongMode(cpl);
}

export function guests(seed: number, runs: number): string[] {
  const random = new Random(seed);
  const machine = new FlatMachine(RAM, noisyBus(random));
  const { cpu } = machine;
  const usual = tables();
  const outcomes: string[] = [];
  for (let run = 0; run < runs; run++) {
    cpu.reset();
    enterMode(machine, random);
    claimEverything(cpu);
    for (const bit of [State.CR0, State.CR4, State.EFER])
      if (random.below(8) === 0) cpu.set64(bit, cpu.get64(bit) ^ (1n << BigInt(random.below(32))));
    for (let i = 0; i < 16; i++) cpu.setGpr(i, value(random));
    if (random.below(4)) cpu.setGpr(Gpr.RSP, BigInt(0x80000 + random.below(0x1000)));
    cpu.set64(State.RFLAGS, (random.bits(22) & 0x244fd5n) | 2n);
    cpu.set64(State.DR7, random.below(4) ? 0x400n : random.bits(32) | 0x400n);
    machine.load(TABLES, usual);
    const usualTables = random.below(8) > 0;
    const long = (cpu.get64(State.EFER) & 0x400n) !== 0n;
    const idt = long ? IDT.long : IDT.legacy;
    cpu.set64(State.GDTR_BASE, BigInt(usualTables ? GDT : random.below(RAM)));
    cpu.set64(State.IDTR_BASE, BigInt(usualTables ? idt : random.below(RAM)));
    for (const limit of [State.GDTR_LIMIT, State.IDTR_LIMIT])
      cpu.set32(limit, usualTables ? 0xfff : random.below(0x1000));
    machine.load(CODE, code(random, 96));
    machine.load(HANDLER, code(random, 32));
    cpu.set64(State.RIP, BigInt(CODE) & (cpu.get64(State.CR0) & 1n ? 0xfffffffffn : 0xffffn));
    if (random.below(8) === 0) cpu.set32(State.INTR, 1);
    if (random.below(16) === 0) cpu.set32(State.NMI, 1);
    cpu.stateReplaced();
    outcomes.push(`guest: ${slice(cpu, BUDGET)}`);
  }
  return outcomes;
}
