/**
 * The ground a step moves on: where a level stands, what instruction is there, which line it belongs to. All read fresh, because
 * every leg changes it.
 */
import { codeBits, linearRip } from '../code-mode';
import { decodeInstructions, type DecodedInstruction } from '../instruction';
import { linear, readMemory } from '../level-memory';
import type { Programs } from '../programs';
import { strandNamed, type StrandName } from '../../machine/strand';
import type { Machine } from '../../machine/machine';
import type { FunctionLevel, SourceLocation } from '../../symbols/program-symbols';
import type { Place } from './motion';

const RSP = 4;
const LONGEST_INSTRUCTION = 15;
/** A line with more code than this is walked one instruction at a time. */
const LONGEST_LINE = 65536n;

export class Ground {
  constructor(
    readonly machine: Machine,
    readonly programs: Programs,
  ) {}

  /** The user's level that runs next. While L0 is stopped inside, it is the guest L0 works for. */
  get guest(): StrandName {
    const { driver } = this.machine;
    return driver.standsIn(strandNamed(driver.currentStrand()).vcpu);
  }

  /** It is the turn of this strand's CPU. */
  hasTurn(level: StrandName): boolean {
    return strandNamed(this.machine.driver.currentStrand()).vcpu === strandNamed(level).vcpu;
  }

  /** Where a level stands; undefined when it does not exist now. */
  place(level: StrandName): Place | undefined {
    const registers = this.machine.driver.registers(level);
    return (
      registers && {
        level,
        rip: linearRip(registers),
        rsp: registers.gprs[RSP] ?? 0n,
        retired: this.machine.retiredOn(strandNamed(level).vcpu),
      }
    );
  }

  /** The instruction at a linear address; undefined where nothing can be read. */
  instruction(level: StrandName, address: bigint): DecodedInstruction | undefined {
    return this.instructions(level, address, LONGEST_INSTRUCTION, 1)[0];
  }

  /** Instructions from an address on. */
  instructions(level: StrandName, address: bigint, bytes: number, limit?: number): DecodedInstruction[] {
    const registers = this.machine.driver.registers(level);
    if (!registers) return [];
    const read = readMemory(this.machine, linear(level), address, bytes);
    return decodeInstructions(read, address, codeBits(registers), limit === undefined ? {} : { limit });
  }

  location(level: StrandName, address: bigint): SourceLocation | undefined {
    return this.programs.at(this.machine, level, address)?.symbols.locate(address);
  }

  functions(level: StrandName, address: bigint): FunctionLevel[] {
    return this.programs.at(this.machine, level, address)?.symbols.functionAt(address) ?? [];
  }

  /** Where to stop after a call of the function that begins here: behind its prologue. Undefined without lines. */
  bodyOf(level: StrandName, entry: bigint): bigint | undefined {
    const program = this.programs.at(this.machine, level, entry);
    if (!program?.symbols.locate(entry)) return undefined;
    const name = program.symbols.functionAt(entry).at(-1)?.name;
    if (name === undefined) return entry;
    const found = program.symbols
      .lookupFunction(name)
      .find(({ ranges }) => ranges.some((range) => range.start <= entry && entry < range.end));
    const body = found?.breakpoints.map(({ address }) => address).filter((address) => address >= entry);
    return body?.sort((a, b) => (a < b ? -1 : 1))[0] ?? entry;
  }

  /** Where lines begin in the function around an address; empty for code without lines. */
  lineStarts(level: StrandName, address: bigint): bigint[] {
    const symbols = this.programs.at(this.machine, level, address)?.symbols;
    const starts: bigint[] = [];
    for (const { start, end } of symbols?.functionAt(address).at(-1)?.ranges ?? []) {
      let at = start;
      while (at < end) {
        const location = symbols!.locate(at);
        if (!location || location.rangeEnd <= at) break;
        starts.push(at);
        at = location.rangeEnd;
      }
    }
    return starts;
  }

  /**
   * Where control can leave a line's code from, and the first instructions behind it: breakpoints at all of them let the line
   * run at full speed, loops included. Undefined when the line is not one to do that with.
   */
  lineExits(level: StrandName, location: SourceLocation): bigint[] | undefined {
    const size = location.rangeEnd - location.rangeStart;
    if (size <= 0n || size > LONGEST_LINE) return undefined;
    const inside = (address: bigint) => address >= location.rangeStart && address < location.rangeEnd;
    const exits = new Set<bigint>([location.rangeEnd]);
    for (const instruction of this.instructions(level, location.rangeStart, Number(size))) {
      if (instruction.flow === 'branch') {
        if (instruction.target !== undefined && !inside(instruction.target)) exits.add(instruction.target);
      } else if (instruction.flow !== 'next') exits.add(instruction.address);
    }
    return [...exits];
  }
}
