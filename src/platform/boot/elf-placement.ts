/**
 * Loads the segments of an ELF file at their physical addresses; those of a static PIE moved as a whole. Such a program
 * relocates itself: the loader only decides where it lies.
 */
import { HIGH_MEMORY_BASE } from '../memory-map';
import { LoadError } from './boot-image';
import { physicalEntry, type ElfFile } from './elf-file';
import type { MemoryPlan } from './memory-plan';

const PAGE = 4096;
/** A PIE linked below this (usually at 0) says nothing about where it wants to lie. */
const LOWEST_LINKED = 0x10000;

export interface PlacedElf {
  /** Physical address of the first instruction. */
  readonly entry: bigint;
  /** Added to each linked address; 0 unless the file is position independent. */
  readonly bias: number;
  /** Physical address of the lowest segment. */
  readonly base: number;
}

/** @param address where the lowest segment goes; undefined: as linked. Only a static PIE can be moved. */
export function placeElf(elf: ElfFile, plan: MemoryPlan, name: string, address?: number): PlacedElf {
  const linked = elf.segments.reduce(
    (lowest, { physicalAddress }) => Math.min(lowest, physicalAddress),
    Infinity,
  );
  const page = Math.floor(linked / PAGE) * PAGE;
  const bias = elf.positionIndependent ? wanted(page, address) - page : 0;
  if (address !== undefined && bias !== address - page) {
    throw new LoadError(
      `${name} is linked at 0x${page.toString(16)} and cannot be moved: link it with -static-pie, or leave the load address out`,
    );
  }
  for (const { physicalAddress, bytes, memoryBytes } of elf.segments) {
    plan.load(physicalAddress + bias, bytes, memoryBytes);
  }
  return { entry: physicalEntry(elf) + BigInt(bias), bias, base: linked + bias };
}

function wanted(linked: number, address: number | undefined): number {
  return address ?? (linked < LOWEST_LINKED ? HIGH_MEMORY_BASE : linked);
}
