/**
 * The one way from a launch configuration to something that runs: a debug session for the adapter, the gdb stub and the demo, or a
 * machine alone for a run without a debugger.
 */
import { loadProgram } from '../debugger/load-program';
import type { LoadedProgram } from '../debugger/programs';
import { DebugSession, SessionError, type SessionEvents } from '../debugger/session';
import { host } from '../host/host';
import { createMachine, MachineError } from '../machine/create';
import type { InputEvent } from '../machine/input-log';
import type { Machine } from '../machine/machine';
import { ConfigurationProblem } from '../protocol/configuration-problem';
import type { LaunchConfiguration } from '../protocol/launch-configuration';
import { readNamed, type NamedFile } from './files';
import { machineRequest } from './machine-request';

export interface Opened {
  readonly session: DebugSession;
  /** The image, and the files whose symbols the session has. */
  readonly files: readonly NamedFile[];
  /** What the user should know though nothing failed: no debug information, say. */
  readonly warnings: readonly string[];
}

export interface OpenOptions {
  /** Run without any stop of the user's. */
  readonly noDebug?: boolean | undefined;
  /** The session this one takes the place of: all files are read anew, its breakpoints stay. */
  readonly kept?: DebugSession | undefined;
}

/** @throws ConfigurationProblem */
export function openSession(
  configuration: LaunchConfiguration,
  events: SessionEvents,
  { noDebug, kept }: OpenOptions = {},
): Opened {
  const warnings: string[] = [];
  const image = readNamed('program', configuration.program);
  const files = [image];
  const programs = readPrograms(configuration, image, files, warnings);
  const { sourceMap = {}, maxInstructions, history } = configuration;
  const request = {
    machine: machineRequest(configuration, image),
    programs,
    sourceMap,
    imagePath: image.path,
    noDebug,
    awaitsInput: configuration.serial === 'terminal',
    historyMiB: noDebug ? 0 : history,
    maxInstructions: maxInstructions === undefined ? undefined : BigInt(maxInstructions),
  };
  return { session: bootable(() => new DebugSession(request, events, kept)), files, warnings };
}

/**
 * A machine without a debugger.
 * @param input of an earlier run, to come at its moments again
 * @throws ConfigurationProblem
 */
export function openMachine(
  configuration: LaunchConfiguration,
  serial: (byte: number) => void,
  input?: readonly InputEvent[],
): { readonly machine: Machine; readonly image: NamedFile } {
  const image = readNamed('program', configuration.program);
  const request = machineRequest(configuration, image);
  return {
    machine: bootable(() => createMachine({ ...request, serial, input: input ?? request.input })),
    image,
  };
}

function bootable<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof SessionError || error instanceof MachineError)
      throw new ConfigurationProblem('unbootable', undefined, error.message);
    throw error;
  }
}

function readPrograms(
  configuration: LaunchConfiguration,
  image: NamedFile,
  files: NamedFile[],
  warnings: string[],
): LoadedProgram[] {
  const outermost = configuration.topology === 'bare' ? 'L0' : 'L1';
  const wanted = [
    ...(configuration.symbols ?? []).map(({ path, level, loadBias }, index) => {
      const file = readNamed(`symbols[${index}].path`, path);
      files.push(file);
      return { ...file, level: level ?? outermost, bias: biasOf(loadBias), sharedDownwards: false } as const;
    }),
    // A flat binary has no symbols of its own.
    ...(configuration.loadAddress === undefined
      ? [{ ...image, level: outermost, bias: 0n, sharedDownwards: true } as const]
      : []),
  ];
  return wanted.flatMap((request) => {
    const name = host().path.basename(request.path);
    const program = loadProgram({ ...request, name });
    if ('problem' in program) {
      warnings.push(`No symbols of ${name}: ${program.problem}`);
      return [];
    }
    if (!program.symbols.hasDebugInformation)
      warnings.push(`${name} has no debug information: compile with -g to step through its source.`);
    return [program];
  });
}

function biasOf(text: string | number | undefined): bigint {
  if (text === undefined) return 0n;
  if (typeof text === 'string' && text.startsWith('-')) return BigInt.asUintN(64, -BigInt(text.slice(1)));
  return BigInt(text);
}
