/**
 * The one way from a launch configuration to something that runs: a debug session for the adapter, the gdb stub and the demo, or a
 * machine alone for a run without a debugger.
 */
import { loadProgram } from '../debugger/load-program';
import type { LoadedProgram } from '../debugger/programs';
import { DebugSession, SessionError, type SessionEvents } from '../debugger/session';
import { host } from '../host/host';
import { createMachine, MachineError } from '../machine/create';
import { History } from '../machine/history';
import type { InputEvent } from '../machine/input-log';
import type { Machine } from '../machine/machine';
import { isRecording } from '../machine/recording/file-format';
import { Recorder } from '../machine/recording/recorder';
import { Replay } from '../machine/recording/replay';
import { ConfigurationProblem } from '../protocol/configuration-problem';
import type { LaunchConfiguration } from '../protocol/launch-configuration';
import { readNamed, type NamedFile, type ReadFile } from './files';
import { modulesIn } from './kernel-modules';
import { machineRequest } from './machine-request';
import { recordedRun } from './recorded-run';
import { RunFiles, type SaveOptions } from './save-recording';

export interface Opened {
  readonly session: DebugSession;
  /** The image, and the files whose symbols the session has. */
  readonly files: readonly NamedFile[];
  /** What the user should know though nothing failed: no debug information, say. */
  readonly warnings: readonly string[];
  /**
   * The run up to its present as a file.
   * @throws SessionError
   */
  readonly recording: (options: SaveOptions) => Uint8Array;
}

export interface OpenOptions {
  /** Run without any stop of the user's. */
  readonly noDebug?: boolean | undefined;
  /** The session this one takes the place of: all files are read anew, its breakpoints stay. */
  readonly kept?: DebugSession | undefined;
}

/** @throws ConfigurationProblem */
export function openSession(
  given: LaunchConfiguration,
  events: SessionEvents,
  { noDebug, kept }: OpenOptions = {},
): Opened {
  const { configuration, recording, read, remembered, warnings: found } = opened(given);
  const warnings = [...found];
  const image = read('program', configuration.program);
  const files = [image];
  const programs = readPrograms(configuration, read, image, files, warnings);
  const { sourceMap = {}, maxInstructions, history } = configuration;
  const machine = machineRequest(configuration, image, read);
  const request = {
    machine,
    recording,
    programs,
    sourceMap,
    imagePath: image.path,
    noDebug,
    awaitsInput: configuration.serial === 'terminal',
    historyMiB: noDebug && !recording ? 0 : history,
    maxInstructions: maxInstructions === undefined ? undefined : BigInt(maxInstructions),
  };
  const session = bootable(() => new DebugSession(request, events, kept));
  return {
    session,
    files,
    warnings,
    recording: (options) => remembered.recording(configuration, session.recordedRun(), options),
  };
}

export interface OpenedMachine {
  readonly machine: Machine;
  readonly image: NamedFile;
  /** As of `Opened`; `record` must have been asked for. */
  readonly recording: (options: SaveOptions) => Uint8Array;
}

/**
 * A machine without a debugger.
 * @param input of an earlier run, to come at its moments again
 * @throws ConfigurationProblem
 */
export function openMachine(
  configuration: LaunchConfiguration,
  serial: (byte: number) => void,
  { input, record = false }: { input?: readonly InputEvent[] | undefined; record?: boolean } = {},
): OpenedMachine {
  const remembered = new RunFiles();
  const read = remembered.remembering(readNamed);
  const image = read('program', configuration.program);
  if (isRecording(image.bytes))
    throw new ConfigurationProblem(
      'wrong',
      'program',
      `names ${image.path}, which is a recording: "turtlescope replay" runs it again, F5 in VS Code opens it.`,
    );
  const request = machineRequest(configuration, image, read);
  const machine = bootable(() => createMachine({ ...request, serial, input: input ?? request.input }));
  const recorder = record ? new Recorder(machine) : undefined;
  return {
    machine,
    image,
    recording: (options) => remembered.recording(configuration, recorder!.run(), options),
  };
}

/** MiB for a past to which nobody goes: what the recorded changes of state need. */
const REPLAY_MIB = 64;

/**
 * A recorded run without a debugger.
 * @throws ConfigurationProblem
 */
export function openReplay(path: string, serial: (byte: number) => void) {
  const file = readNamed('program', path);
  const { configuration, recording, read, warnings } = recordedRun({ program: path }, file);
  const image = read('program', configuration.program);
  const request = machineRequest(configuration, image, read);
  const machine = bootable(() => createMachine({ ...request, serial, input: recording.input }));
  const replay = new Replay(machine, new History(machine, REPLAY_MIB), recording);
  return { machine, replay, warnings, image, configuration };
}

/** The configuration as it stands, or that of the recording it names. */
function opened(given: LaunchConfiguration) {
  const remembered = new RunFiles();
  const file = readNamed('program', given.program);
  if (!isRecording(file.bytes)) {
    // It may be a kernel of hundreds of megabytes, and has just been read.
    const read: ReadFile = (attribute, path) => (attribute === 'program' ? file : readNamed(attribute, path));
    return {
      configuration: given,
      recording: undefined,
      read: remembered.remembering(read),
      remembered,
      warnings: [],
    };
  }
  const run = recordedRun(given, file);
  return { ...run, read: remembered.remembering(run.read), remembered };
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
  read: ReadFile,
  image: NamedFile,
  files: NamedFile[],
  warnings: string[],
): LoadedProgram[] {
  const outermost = configuration.topology === 'bare' ? 'L0' : 'L1';
  const wanted = [
    ...(configuration.symbols ?? []).map(({ path, level, loadBias, modules }, index) => {
      const file = read(`symbols[${index}].path`, path);
      files.push(file);
      return {
        ...file,
        level: level ?? outermost,
        bias: biasOf(loadBias),
        sharedDownwards: false,
        modules: modules === undefined ? undefined : modulesIn(`symbols[${index}].modules`, modules),
      } as const;
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
