/**
 * From what the user asked for (a line, a function's name, an address) to places. Every failure is a sentence that says what
 * to do about it.
 */
import { l0Functions } from '../l0-functions';
import { l0SourceFile, l0SourcePath } from '../l0-sources';
import { parseMemoryReference } from '../memory-reference';
import type { LoadedProgram, Programs } from '../programs';
import type { SourcePaths } from '../source-paths';
import { depthOf, strandPattern, type StrandName } from '../../machine/strand';
import type { L0Runner } from '../../machine/l0-runner';
import type { Resolution } from './breakpoint';

/** What resolving looks at. */
export interface Surroundings {
  readonly programs: Programs;
  readonly paths: SourcePaths;
  /** L0, when there is a built-in one. */
  readonly l0: L0Runner | undefined;
}

const NOWHERE = { guest: [], l0: [] } as const;

/** A line of a source file, of a program or of L0. */
export function resolveSource(around: Surroundings, path: string, line: number, column?: number): Resolution {
  const ofL0 = l0SourceFile(path);
  if (ofL0 !== undefined) return resolveL0Line(around, path, ofL0, line);
  const guest = [];
  let actual: { line: number; column?: number } | undefined;
  let known = false;
  for (const program of around.programs.all) {
    const file = around.paths.toProgram(program.symbols, path);
    if (file === undefined) continue;
    known = true;
    for (const found of program.symbols.addressesOf(file, line)) {
      if (column !== undefined && found.column !== undefined && found.line === line && found.column < column)
        continue;
      guest.push({ address: found.address, level: undefined, program });
      actual ??= { line: found.line, ...(found.column !== undefined && { column: found.column }) };
    }
  }
  if (actual) return { guest, l0: [], source: { path, ...actual } };
  if (known) return { ...NOWHERE, problem: 'No code at or below this line: the compiler made none from it.' };
  return { ...NOWHERE, problem: unknownFile(around.programs) };
}

/** A kernel's module may bring what is not there yet. */
const LATER = 'Not in what is loaded now: looked for again whenever the kernel loads a module.';

function unknownFile(programs: Programs): string {
  if (programs.mayGrow) return LATER;
  if (programs.all.length === 0)
    return 'No program with debug information is loaded: name an ELF file in "symbols" of the launch configuration.';
  if (!programs.all.some((program) => program.symbols.hasDebugInformation))
    return `${programs.all.map((program) => program.name).join(', ')} has no debug information: compile with -g, or name a file that has it in "symbols".`;
  return 'No program of this session was built from this file. If it was compiled in another folder, add that to "sourceMap".';
}

function resolveL0Line(around: Surroundings, path: string, file: string, line: number): Resolution {
  if (!around.l0)
    return {
      ...NOWHERE,
      problem: 'There is no built-in L0 in the bare topology: launch with "topology": "nested".',
    };
  const actual = around.l0.statementLines(file).find((candidate) => candidate >= line);
  if (actual === undefined) return { ...NOWHERE, problem: 'No statement of L0 at or below this line.' };
  return { guest: [], l0: [{ file, line: actual }], source: { path, line: actual } };
}

const LEVEL_PREFIX = new RegExp(`^(${strandPattern}):\\s*`);

/** `main`, `L2:main`, `prepare_vmcs02`, or an address `L1:0x100000`. */
export function resolveFunction(around: Surroundings, text: string): Resolution {
  const name = text.trim().replace(LEVEL_PREFIX, '');
  const level = LEVEL_PREFIX.exec(text.trim())?.[1] as StrandName | undefined;
  if (/^0x[0-9a-f]+$/i.test(name))
    return level && !(depthOf(level) === 0 && around.l0)
      ? { guest: [{ address: BigInt.asUintN(64, BigInt(name)), level, program: undefined }], l0: [] }
      : { ...NOWHERE, problem: `Say which level's address this is: L1:${name}.` };
  const ofL0 =
    around.l0 && (level === undefined || depthOf(level) === 0) ? l0Functions().get(name) : undefined;
  const programs = level ? around.programs.ofLevel(level) : around.programs.all;
  const guest = programs.flatMap((program) => placesOf(program, name, level));
  if (guest.length > 0)
    return { guest, l0: ofL0 ? [{ functionName: name }] : [], ...firstSource(around, guest) };
  if (ofL0) {
    const path = l0SourcePath(ofL0.file);
    return {
      guest: [],
      l0: [{ functionName: name }],
      ...(path !== undefined && { source: { path, line: ofL0.line } }),
    };
  }
  if (around.programs.mayGrow) return { ...NOWHERE, problem: LATER };
  return { ...NOWHERE, problem: `No function "${name}"${level ? ` in the programs of ${level}` : ''}.` };
}

function placesOf(program: LoadedProgram, name: string, level: StrandName | undefined) {
  return program.symbols
    .lookupFunction(name)
    .flatMap((found) => found.breakpoints)
    .map(({ address }) => ({ address, level, program }));
}

function firstSource(around: Surroundings, guest: readonly { address: bigint; program: LoadedProgram }[]) {
  const { address, program } = guest[0]!;
  const location = program.symbols.locate(address);
  return location ? { source: { path: around.paths.toLocal(location.file), line: location.line } } : {};
}

/** A memory reference and an offset, as the Disassembly view sends them. */
export function resolveInstruction(reference: string, offset: number, focused: StrandName): Resolution {
  const parsed = parseMemoryReference(reference, focused);
  if (!parsed) return { ...NOWHERE, problem: `"${reference}" is not an address of this session.` };
  if (parsed.space.kind !== 'linear')
    return { ...NOWHERE, problem: 'Instructions have linear addresses: this one is physical.' };
  const address = BigInt.asUintN(64, parsed.address + BigInt(Math.trunc(offset)));
  return { guest: [{ address, level: parsed.space.level, program: undefined }], l0: [] };
}

/** Lines of a range where a breakpoint can stand, ascending. */
export function breakpointLines(around: Surroundings, path: string, first: number, last: number): number[] {
  const ofL0 = l0SourceFile(path);
  if (ofL0 !== undefined)
    return (around.l0?.statementLines(ofL0) ?? []).filter((line) => line >= first && line <= last);
  const lines = around.programs.all.flatMap((program) => {
    const file = around.paths.toProgram(program.symbols, path);
    return file === undefined
      ? []
      : program.symbols.breakpointLocations(file, first, last).map(({ line }) => line);
  });
  return [...new Set(lines)].sort((a, b) => a - b);
}
