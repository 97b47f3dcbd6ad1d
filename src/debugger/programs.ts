/**
 * The programs whose symbols a session has, and which of them speaks for an address of a level. A file is bound to a level by
 * the launch configuration; the booted image also speaks for its guest where the guest's memory holds the image's bytes,
 * because small hypervisors link their guest into themselves.
 */
import { depthOf, levelOf, type Level, type StrandName } from '../machine/strand';
import type { Machine } from '../machine/machine';
import type { ProgramSymbols } from '../symbols/program-symbols';
import { linear, readExactly } from './level-memory';

export interface LoadedProgram {
  readonly name: string;
  readonly path: string;
  readonly symbols: ProgramSymbols;
  /** Level whose addresses the file describes. */
  readonly level: Level;
  /** It also describes deeper levels, as far as their memory agrees. */
  readonly sharedDownwards: boolean;
  /** Of a Linux kernel: the files of its modules. */
  readonly modules?: KernelModules | undefined;
}

export interface KernelModules {
  /**
   * The file of a module by its name in the kernel (`kvm_intel`), if there is one; to `read` it throws ConfigurationProblem when it has gone.
   */
  find(name: string): { readonly path: string; read(): Uint8Array } | undefined;
}

/** Bytes at an address that must agree before the image's symbols are believed for another level. */
const PROOF = 16;

export class Programs {
  private present: readonly LoadedProgram[];

  /** @param given the files of the launch configuration */
  constructor(readonly given: readonly LoadedProgram[]) {
    this.present = given;
  }

  /** Programs that are in the machine now, as far as is known. */
  get all(): readonly LoadedProgram[] {
    return this.present;
  }

  /** Others are there now: a kernel has moved, or loaded a module. */
  replace(present: readonly LoadedProgram[]): void {
    this.present = present;
  }

  /** A kernel among them may load more. */
  get mayGrow(): boolean {
    return this.given.some(({ modules }) => modules !== undefined);
  }

  /** The program whose code stands at a linear address of a level. */
  at(machine: Machine, level: StrandName, address: bigint): LoadedProgram | undefined {
    const own = this.all.find((program) => program.level === levelOf(level) && holds(program, address));
    if (own) return own;
    return this.all.find(
      (program) =>
        program.sharedDownwards &&
        depthOf(program.level) < depthOf(level) &&
        holds(program, address) &&
        agrees(machine, level, program, address),
    );
  }

  /** Programs that may have code at a level, those bound to it first. */
  ofLevel(level: StrandName): LoadedProgram[] {
    const own = this.all.filter((program) => program.level === levelOf(level));
    const shared = this.all.filter(
      (program) => program.sharedDownwards && depthOf(program.level) < depthOf(level),
    );
    return [...own, ...shared];
  }
}

function inside(program: LoadedProgram, address: bigint): number {
  return Number(BigInt.asIntN(64, address - program.symbols.bias));
}

function holds(program: LoadedProgram, address: bigint): boolean {
  return program.symbols.elf.occupies(inside(program, address));
}

/** The level's memory holds what the file says: code is not written at run time, so its bytes prove the program. */
function agrees(machine: Machine, level: StrandName, program: LoadedProgram, address: bigint): boolean {
  for (let length = PROOF; length > 0; length >>= 1) {
    const file = program.symbols.elf.imageBytes(inside(program, address), length);
    if (!file) continue;
    const memory = readExactly(machine, linear(level), address, file.length);
    return memory !== undefined && memory.every((byte, index) => byte === file[index]);
  }
  return false;
}
