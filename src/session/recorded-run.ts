/**
 * A recording as something that can be opened: its configuration, and its files as they were. What stands in the way of the same run is
 * found here, before it begins.
 */
import { host } from '../host/host';
import { readRecording } from '../machine/recording/file-format';
import { RecordingError, type RecordedFile, type Recording } from '../machine/recording/recording';
import { ConfigurationProblem } from '../protocol/configuration-problem';
import { launchAttributes, type LaunchAttribute } from '../protocol/launch-attributes';
import { checkedConfiguration } from '../protocol/launch-check';
import type { LaunchConfiguration } from '../protocol/launch-configuration';
import { readNamed, type NamedFile, type ReadFile } from './files';

export interface RecordedRun {
  readonly recording: Recording;
  readonly configuration: LaunchConfiguration;
  readonly read: ReadFile;
  readonly warnings: readonly string[];
}

/** Attributes that say how somebody looks at a run; all others make it that run, and are the recording's. */
const OBSERVERS = ['stopOnEntry', 'serial', 'inputLog', 'maxInstructions', 'history', 'sourceMap'] as const;

/** The attributes of a configuration that a recording of its run keeps. */
export function recordedConfiguration(configuration: LaunchConfiguration): Partial<LaunchConfiguration> {
  const left: readonly string[] = [...OBSERVERS.filter((name) => name !== 'sourceMap'), 'replayInput'];
  return Object.fromEntries(Object.entries(configuration).filter(([name]) => !left.includes(name)));
}

/**
 * @param given the configuration whose `program` the file is
 * @throws ConfigurationProblem when the file is no recording that can be replayed here
 */
export function recordedRun(given: LaunchConfiguration, file: NamedFile): RecordedRun {
  const recording = reading(file);
  const warnings: string[] = [];
  const recorded = checkedConfiguration(recording.configuration, (text) => warnings.push(text));
  const read = (attribute: string) => fileOf(recording, attribute, file.path);
  const symbols = recorded.symbols?.filter((_, index) => {
    const problem = problemOf(() => read(`symbols[${index}].path`));
    if (problem !== undefined) warnings.push(`${problem} The run is the same without these symbols.`);
    return problem === undefined;
  });
  const withFolders = symbols?.map(({ modules, ...symbol }) => {
    if (modules === undefined || host().exists(modules))
      return { ...symbol, ...(modules !== undefined && { modules }) };
    warnings.push(
      `There is no folder ${modules} here: the kernel's modules have no symbols. The run is the same.`,
    );
    return symbol;
  });
  for (const { attribute } of recording.files) if (!attribute.startsWith('symbols')) read(attribute);
  warnings.push(...otherBuild(recording), ...overruled(given, recorded));
  const looks = Object.fromEntries(
    OBSERVERS.filter((name) => given[name] !== undefined).map((name) => [name, given[name]]),
  );
  return {
    recording,
    configuration: { ...recorded, ...(withFolders && { symbols: withFolders }), ...looks },
    read: named(recording, recorded, symbols, read),
    warnings,
  };
}

/** Symbol files that are left out change the numbers of those that stay. */
function named(
  { files }: Recording,
  recorded: LaunchConfiguration,
  symbols: LaunchConfiguration['symbols'],
  read: (attribute: string) => NamedFile,
): ReadFile {
  return (attribute, path) => {
    const symbol = symbols?.findIndex((_, index) => attribute === `symbols[${index}].path`) ?? -1;
    const known = symbol < 0 ? attribute : `symbols[${recorded.symbols!.indexOf(symbols![symbol]!)}].path`;
    return files.some((file) => file.attribute === known) ? read(known) : readNamed(attribute, path);
  };
}

function reading({ path, bytes }: NamedFile): Recording {
  try {
    return readRecording(bytes);
  } catch (error) {
    if (!(error instanceof RecordingError)) throw error;
    throw unreplayable(`names ${path}, which ${error.message}.`);
  }
}

function unreplayable(problem: string): ConfigurationProblem {
  return new ConfigurationProblem('wrong', 'program', problem);
}

function problemOf(read: () => unknown): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (error instanceof ConfigurationProblem) return error.message;
    throw error;
  }
}

/** A file of the recorded run: embedded, where it was, or beside the recording; and the same to the last bit. */
function fileOf({ files }: Recording, attribute: string, recordingPath: string): NamedFile {
  const file = files.find((each) => each.attribute === attribute)!;
  if (file.bytes) return checkedFile(file, { path: file.path, bytes: file.bytes }, recordingPath);
  const { path } = host();
  const name = file.path.split(/[\\/]/).at(-1)!;
  const places = [file.path, path.join(path.dirname(recordingPath), name)];
  const place = places.find((each) => host().exists(each));
  if (place === undefined)
    throw unreplayable(
      `names ${recordingPath}, a recording whose ${attribute} was ${file.path}: there is no such file. Put ${name} there or beside the recording, or record with --embed.`,
    );
  return checkedFile(
    file,
    { path: path.resolve(place), bytes: readNamed('program', place).bytes },
    recordingPath,
  );
}

function checkedFile(recorded: RecordedFile, found: NamedFile, recordingPath: string): NamedFile {
  if (host().sha256(found.bytes) === recorded.hash) return found;
  throw unreplayable(
    `names ${recordingPath}, a recording of a run with another ${found.path}: it has changed since (${recorded.size} bytes then, ${found.bytes.length} now). Bring the recorded one back (SHA-256 ${recorded.hash}), or record with --embed.`,
  );
}

function otherBuild({ build }: Recording): string[] {
  const here = host().build();
  if (build === here) return [];
  return [
    `This run was recorded by Turtlescope ${build}, and this is ${here}: where they differ the replay stops and says so. Then replay it with the one that recorded it.`,
  ];
}

function overruled(given: LaunchConfiguration, recorded: LaunchConfiguration): string[] {
  const rows: Readonly<Record<string, LaunchAttribute>> = launchAttributes;
  const own: readonly string[] = ['program', ...OBSERVERS];
  return Object.entries(given)
    .filter(([name, value]) => {
      const was = (recorded as unknown as Record<string, unknown>)[name] ?? rows[name]?.default;
      return !own.includes(name) && JSON.stringify(value) !== JSON.stringify(was);
    })
    .map(([name]) => `"${name}" is the recording's: it makes the run what it is.`);
}
