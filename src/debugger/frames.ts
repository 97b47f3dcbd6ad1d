/**
 * Stacks of all levels in one shape. A guest's frames are found by unwinding its memory; L0's are the active functions of its
 * traced build, or one frame that says what L0 is doing.
 */
import { linearRip, wordSize } from './code-mode';
import { perCpuBase } from './kernel/per-cpu-base';
import { linear, readExactly } from './level-memory';
import { l0SourcePath } from './l0-sources';
import { readRegister } from './level-registers';
import type { LoadedProgram, Programs } from './programs';
import type { L0Frame } from '../machine/l0-runner';
import type { LevelRegisters } from '../machine/level-state';
import type { StrandName } from '../machine/strand';
import type { Machine } from '../machine/machine';
import { registerName } from '../symbols/registers';
import type { Frame, WritingContext } from '../symbols/frame';
import type { SourcePaths } from './source-paths';

export interface FrameSource {
  /** Path on this machine. */
  readonly path: string;
  readonly line: number;
  /** 1-based; 0 when not known. */
  readonly column: number;
}

export interface StackFrame {
  readonly level: StrandName;
  readonly name: string;
  readonly source: FrameSource | undefined;
  /** A label tells what a level does and is no place in code; subtle frames are guessed or without source. */
  readonly look: 'normal' | 'label' | 'subtle';
  /** Linear address of the frame's instruction; undefined for L0's own frames. */
  readonly pc: bigint | undefined;
  /** What reading variables needs; undefined for L0 and labels. */
  readonly guest: GuestFrame | undefined;
  readonly l0: L0Frame | undefined;
}

export interface GuestFrame {
  readonly frame: Frame;
  readonly program: LoadedProgram | undefined;
  /** 0 is the innermost inlined function of the physical frame. */
  readonly inlineLevel: number;
  /** 0 is where the level stands: only there registers are the processor's own. */
  readonly depth: number;
}

const MAXIMUM_FRAMES = 256;
/** Place of RSP among the general registers. */
const RSP = 4;
/** L0 makes a few records more after an exit, before its guest goes on. */
const NEWEST_RECORDS = 4;

/** Frames of a guest level, innermost first; empty when the level does not exist now. */
export function guestStack(
  machine: Machine,
  programs: Programs,
  paths: SourcePaths,
  level: StrandName,
): StackFrame[] {
  const registers = machine.driver.registers(level);
  if (!registers) return [];
  const stack: StackFrame[] = [];
  let depth = 0;
  const own = justExited(machine, level) ? { ...registers, gprs: onlyRsp(registers) } : registers;
  for (const physical of physicalFrames(machine, programs, level, own)) {
    stack.push(...logicalFrames(physical, level, depth++, paths));
    if (stack.length >= MAXIMUM_FRAMES) break;
  }
  return stack;
}

/**
 * At the first instruction after an exit every general register but RSP still is the guest's: a frame pointer among them would
 * lead into the guest's stack.
 */
function justExited(machine: Machine, level: StrandName): boolean {
  const { log, driver } = machine;
  if (level !== driver.currentStrand()) return false;
  const newest = log.slice(log.total - NEWEST_RECORDS, NEWEST_RECORDS);
  return newest.some(
    (record) =>
      record.kind.endsWith('exit') &&
      driver.isCrossing(record) &&
      BigInt(record.count) === machine.cpu.retired,
  );
}

function onlyRsp({ gprs }: LevelRegisters): (bigint | undefined)[] {
  return gprs.map((value, index) => (index === RSP ? value : undefined));
}

interface PhysicalFrame {
  readonly frame: Frame;
  readonly program: LoadedProgram | undefined;
}

/** The frames the stack really has, without inlined functions. */
export function* physicalFrames(
  machine: Machine,
  programs: Programs,
  level: StrandName,
  registers: LevelRegisters,
): Generator<PhysicalFrame> {
  const pc = linearRip(registers);
  const read = (address: bigint, length: number) => readExactly(machine, linear(level), address, length);
  let program = programs.at(machine, level, pc);
  if (!program) {
    const register = () => undefined;
    yield { frame: { pc, codeAddress: pc, origin: 'innermost', heuristic: false, register }, program };
    return;
  }
  const { symbols } = program;
  const name = (number: number) => registerName(symbols.architecture, number) ?? '';
  let frame: Frame | undefined = {
    ...symbols.innermostFrame((number) => readRegister(registers, name(number)), wordSize(registers)),
    pc,
    codeAddress: pc,
  };
  while (frame) {
    yield { frame, program };
    frame = program?.symbols.unwind(frame, read);
    program = frame && programs.at(machine, level, frame.codeAddress);
  }
}

/** A physical frame as the functions that were inlined into each other there. */
function logicalFrames(
  { frame, program }: PhysicalFrame,
  level: StrandName,
  depth: number,
  paths: SourcePaths,
): StackFrame[] {
  const common = { level, pc: frame.pc, l0: undefined };
  const levels = program?.symbols.functionAt(frame.codeAddress) ?? [];
  if (program && levels.length > 0)
    return levels.map(({ name, location }, inlineLevel) => ({
      ...common,
      name: levels[inlineLevel]!.inlined ? `${name} (inlined)` : name,
      source: location && {
        path: paths.toLocal(location.file),
        line: location.line,
        column: location.column ?? 0,
      },
      look: frame.heuristic || !location ? 'subtle' : 'normal',
      guest: { frame, program, inlineLevel, depth },
    }));
  // Assembly: a label from the symbol table, and a line if the assembler was asked for it.
  const symbol = program?.symbols.symbolAt(frame.codeAddress);
  const location = program?.symbols.locate(frame.codeAddress);
  return [
    {
      ...common,
      name: symbol?.name ?? `0x${frame.pc.toString(16)}`,
      source: location && {
        path: paths.toLocal(location.file),
        line: location.line,
        column: location.column ?? 0,
      },
      look: frame.heuristic || !location ? 'subtle' : 'normal',
      guest: { frame, program, inlineLevel: 0, depth },
    },
  ];
}

/** L0's stack: the traced functions when it is stopped inside, else what it is doing. */
export function l0Stack(machine: Machine, level: StrandName, doing: string): StackFrame[] {
  const frames = (machine.driver.currentStrand() === level && machine.l0?.frames) || [];
  if (frames.length === 0)
    return [
      {
        level,
        name: doing,
        source: undefined,
        look: 'label',
        pc: undefined,
        guest: undefined,
        l0: undefined,
      },
    ];
  return [...frames].reverse().map((frame) => {
    const path = l0SourcePath(frame.file);
    return {
      level,
      name: frame.name,
      source: path === undefined ? undefined : { path, line: frame.line, column: frame.column },
      look: 'normal',
      pc: undefined,
      guest: undefined,
      l0: frame,
    };
  });
}

/** Reading and writing as a frame sees it: registers are the processor's own only in the innermost one. */
export function frameContext(
  machine: Machine,
  level: StrandName,
  guest: GuestFrame,
  writing: {
    memory: (address: bigint, bytes: Uint8Array) => boolean;
    register: (name: string, value: bigint) => boolean;
  },
): WritingContext {
  const { frame, program, depth } = guest;
  return {
    readMemory: (address, length) => readExactly(machine, linear(level), address, length),
    register: (number) => frame.register(number),
    codeAddress: frame.codeAddress,
    perCpuBase: () => perCpuBase(machine, level),
    writeMemory: writing.memory,
    writeRegister: (number, value) => {
      const name = program && registerName(program.symbols.architecture, number);
      // An outer frame's register lies saved somewhere on the stack; changing the processor's would change another one.
      return name !== undefined && depth === 0 && writing.register(name, value);
    },
  };
}
