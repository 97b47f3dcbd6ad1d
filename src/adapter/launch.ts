/**
 * From a validated launch configuration to a session: reads the files it names. What cannot be read is the user's mistake and
 * says which attribute to correct.
 */
import { readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { loadProgram } from '../debugger/load-program';
import type { LoadedProgram } from '../debugger/programs';
import { DebugSession, SessionError, type SessionEvents } from '../debugger/session';
import type { LaunchConfiguration } from '../protocol/launch-configuration';
import { errors } from './errors';

export interface Launched {
  readonly session: DebugSession;
  /** What the user should know though nothing failed: no debug information, say. */
  readonly warnings: readonly string[];
}

/**
 * @param options.kept the session this one takes the place of: all files are read anew, its breakpoints stay
 * @throws UserError
 */
export function launchSession(
  configuration: LaunchConfiguration,
  events: SessionEvents,
  options: { readonly noDebug?: boolean; readonly kept?: DebugSession | undefined } = {},
): Launched {
  const warnings: string[] = [];
  const image = readFile('program', configuration.program);
  const path = resolve(configuration.program);
  const programs = readPrograms(configuration, image, path, warnings);
  try {
    const session = new DebugSession(
      {
        machine: {
          image,
          imageName: configuration.program,
          topology: configuration.topology,
          memoryMiB: configuration.memory,
          cmdline: configuration.cmdline,
          initrd: configuration.initrd === undefined ? undefined : readFile('initrd', configuration.initrd),
          modules: (configuration.modules ?? []).map((module, index) => ({
            bytes: readFile(`modules[${index}].path`, module.path),
            commandLine: module.cmdline ?? module.path,
          })),
          loadAddress:
            configuration.loadAddress === undefined ? undefined : Number(configuration.loadAddress),
          onReset: configuration.onReset,
          onTripleFault: configuration.onTripleFault,
          l0Profile: configuration.l0?.profile,
          l0Features: configuration.l0?.features,
          cpuProfile: configuration.cpu,
          cpuFeatures: configuration.cpuFeatures,
          featureControl: configuration.featureControl,
          unclaimedInstructions: configuration.unclaimedInstructions,
        },
        programs,
        sourceMap: configuration.sourceMap ?? {},
        imagePath: path,
        noDebug: options.noDebug,
        maxInstructions:
          configuration.maxInstructions === undefined ? undefined : BigInt(configuration.maxInstructions),
      },
      events,
      options.kept,
    );
    return { session, warnings };
  } catch (error) {
    if (error instanceof SessionError) throw errors.cannotBoot(error.message);
    throw error;
  }
}

function readPrograms(
  configuration: LaunchConfiguration,
  image: Uint8Array,
  imagePath: string,
  warnings: string[],
): LoadedProgram[] {
  const outermost = configuration.topology === 'bare' ? 'L0' : 'L1';
  const wanted = [
    ...(configuration.symbols ?? []).map((symbols, index) => ({
      bytes: readFile(`symbols[${index}].path`, symbols.path),
      path: resolve(symbols.path),
      level: symbols.level ?? outermost,
      bias: biasOf(symbols.loadBias),
      sharedDownwards: false,
    })),
    // A flat binary has no symbols of its own.
    ...(configuration.loadAddress === undefined
      ? [{ bytes: image, path: imagePath, level: outermost, bias: 0n, sharedDownwards: true } as const]
      : []),
  ];
  return wanted.flatMap((request) => {
    const name = basename(request.path);
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

function readFile(attribute: string, path: string): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw errors.cannotRead(attribute, path, (error as NodeJS.ErrnoException).code ?? String(error));
  }
  if (bytes.length === 0) throw errors.emptyFile(attribute, path);
  return bytes;
}
