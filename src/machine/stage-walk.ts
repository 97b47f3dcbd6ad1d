/**
 * A walk of an address shown step by step: the tables it goes through, one stage behind the other, every entry with its place and
 * value, and the one that refuses. The walks are the chip's (cpu.walk, cpu.walkEpt), asked as a debugger asks: they check rights and
 * set nothing.
 */
import { Access } from '../abi/walk-space';
import type { Cpu } from '../cpu/cpu';
import { UNMARKED, type WalkedEntry, type WalkedSpace } from '../cpu/walk-space';
import type { FaultCause } from '../isa/fault-reasons';
import type { AddressSpace } from './address-space';
import type { LevelRegisters } from './level-state';
import { registerMask } from './register-mask';

/** An access as the SDM names it; the numbers are those of rights in an EPT entry. */
export const accessKinds = { read: Access.READ, write: Access.WRITE, fetch: Access.FETCH } as const;
export type AccessKind = keyof typeof accessKinds;

/** Tables that lead from one space to another. */
export interface Stage {
  readonly name: 'page tables' | 'EPT' | 'ept12' | 'ept01' | 'ept02';
  readonly from: AddressSpace;
  readonly to: AddressSpace;
  /** The space in which its entries have their addresses. */
  readonly entries: AddressSpace;
  readonly memory: WalkedSpace;
  /** Of page tables: those of their level. */
  readonly registers?: LevelRegisters;
  /** L0 fills these tables as accesses need them: an entry that is not there is no refusal. */
  readonly lazy: boolean;
}

export interface StageEntry {
  /** 1 for a page table's entry, 2 for a page directory's ... */
  readonly level: number;
  /** Its address in `Stage.entries`; where it lies in the host, and what it holds: undefined when it could not be read. */
  readonly address: bigint;
  readonly host: bigint | undefined;
  readonly value: bigint | undefined;
  readonly bytes: 4 | 8;
}

export interface WalkedStage {
  readonly stage: Stage;
  readonly input: bigint;
  readonly entries: readonly StageEntry[];
  /** Undefined when an entry refuses. */
  readonly output?: bigint;
  readonly cause?: FaultCause;
  /** The EPT behind page tables refuses this entry of theirs, to which the access needs these rights. */
  readonly refused?: { readonly address: bigint; readonly need: number };
}

const PG = registerMask('cr0', 'PG');
const PAE = registerMask('cr4', 'PAE');
const LMA = registerMask('efer', 'LMA');
const DPL = registerMask('access-rights', 'DPL');

export function walkStage(cpu: Cpu, stage: Stage, input: bigint, access: AccessKind): WalkedStage {
  return stage.registers
    ? walkPageTables(cpu, stage, stage.registers, input, access)
    : walkExtended(cpu, stage, input, accessKinds[access]);
}

function walkPageTables(
  cpu: Cpu,
  stage: Stage,
  registers: LevelRegisters,
  input: bigint,
  access: AccessKind,
): WalkedStage {
  // The privilege of a level is that of its stack (SDM 5.5).
  const user = (BigInt(registers.segments.ss.access) & DPL) === DPL ? Access.USER : 0;
  const kind = accessKinds[access] | user | Access.PROBE | Access.CHECK;
  const walk = cpu.walk(stage.memory, registers, input, kind);
  const paging = cpu.walkedEntries.filter(({ table }) => table === 'paging');
  // A right that is withheld is looked for once more from the top: those entries have been seen.
  const bytes = is32(registers) ? 4 : 8;
  const entries = paging
    .filter(({ at }) => at !== undefined)
    .map(({ at, host }, index) => read(cpu, topLevel(registers) - index, at!, host, bytes));
  const walked = { stage, input, entries };
  if (walk.kind === 'mapped') return { ...walked, output: walk.physical };
  if (walk.kind === 'page-fault') return { ...walked, cause: walk.cause };
  return { ...walked, refused: { address: walk.physical, need: walk.need } };
}

/** @param need rights, as bits of an entry */
export function walkExtended(cpu: Cpu, stage: Stage, input: bigint, need: number): WalkedStage {
  const walk = cpu.walkEpt(stage.memory, input, need | UNMARKED);
  const seen = new Map<bigint, WalkedEntry>();
  for (const entry of cpu.walkedEntries) if (entry.host !== undefined) seen.set(entry.host, entry);
  const entries = [...seen.keys()].map((host, index) =>
    read(cpu, EPT_LEVELS - index, host - stage.memory.base, host, 8),
  );
  const walked = { stage, input, entries };
  if (walk.kind === 'mapped') return { ...walked, output: walk.physical };
  return walk.kind === 'log-full' ? walked : { ...walked, cause: walk.cause };
}

const EPT_LEVELS = 4;

function is32({ cr0, cr4 }: LevelRegisters): boolean {
  return (cr0 & PG) !== 0n && (cr4 & PAE) === 0n;
}

/** Level of the entry that a walk reads first: of a PML4, a page-directory-pointer table or a page directory. */
function topLevel(registers: LevelRegisters): number {
  if (is32(registers)) return 2;
  return (registers.efer & LMA) !== 0n ? 4 : 3;
}

function read(cpu: Cpu, level: number, address: bigint, host: bigint | undefined, bytes: 4 | 8): StageEntry {
  const found = host === undefined ? undefined : cpu.physical.read(host, bytes);
  const value = found?.reduceRight((word, byte) => (word << 8n) | BigInt(byte), 0n);
  return { level, address, host, value, bytes };
}
