/**
 * A recording as bytes: a line of text, `turtlescope recording FORMAT SIZE`, and behind it a zlib stream of SIZE bytes, lines of JSON. Each
 * line is an object whose `is` names it: `run` (build, configuration), `file`, `input`, `edit`, `check`, and last `end`, without which
 * the file is incomplete. A moment is its five numbers with blanks between them, bytes are hexadecimal, state is as `plain-data` has it.
 */
import { host } from '../../host/host';
import { inputLogLine, readInputLine } from '../input-log';
import type { MachineRecord } from '../machine-record';
import type { Moment } from '../moment';
import type { SavedMoment } from '../snapshot';
import type { Digest } from './digest';
import { bytesOf, decoded, encoded, hexOf } from './plain-data';
import { RecordingError, type RecordedFile, type Recording } from './recording';

/** Rises when what stands behind the first line changes its meaning. */
const FORMAT = 1;
const NAME = 'turtlescope recording ';
const HEADING = /^turtlescope recording (\d+) (\d+)$/;
const NEWLINE = 10;
/** A first line is not longer. */
const LONGEST_HEADING = 64;
const MOMENT = /^\d+ \d+ \d+ \d+ \d+$/;

/** The bytes are a recording, of whatever format. */
export function isRecording(bytes: Uint8Array): boolean {
  return latin1(bytes.subarray(0, NAME.length)) === NAME;
}

export function writtenRecording(recording: Recording): Uint8Array {
  const { build, configuration, files, input, edits, checks, end } = recording;
  const lines = [
    { is: 'run', build, configuration },
    ...files.map((file) => ({ is: 'file', ...file, bytes: file.bytes && hexOf(file.bytes) })),
    ...input.map((event) => ({ is: 'input', line: inputLogLine(event).trimEnd() })),
    ...edits.map(({ at, moment, state, pages, records }) => ({
      is: 'edit',
      at: momentText(at),
      moment: momentText(moment),
      state: encoded(state),
      pages: pages.map(([page, bytes]) => [page, hexOf(bytes)]),
      records: encoded(records),
    })),
    ...checks.map(({ moment, digest }) => ({ is: 'check', moment: momentText(moment), digest })),
    { is: 'end', moment: momentText(end.moment), digest: end.digest },
  ];
  const text = new TextEncoder().encode(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  const heading = new TextEncoder().encode(`${NAME}${FORMAT} ${text.length}\n`);
  const packed = host().deflate(text);
  const bytes = new Uint8Array(heading.length + packed.length);
  bytes.set(heading);
  bytes.set(packed, heading.length);
  return bytes;
}

/** @throws RecordingError */
export function readRecording(bytes: Uint8Array): Recording {
  const newline = bytes.subarray(0, LONGEST_HEADING).indexOf(NEWLINE);
  const [, format, size] = HEADING.exec(latin1(bytes.subarray(0, Math.max(0, newline)))) ?? [];
  if (format === undefined)
    throw new RecordingError(
      'is no recording: "turtlescope run --record FILE" writes one, and Save Recording in VS Code',
    );
  if (Number(format) !== FORMAT)
    throw new RecordingError(
      `is a recording of format ${format}, and this version of Turtlescope reads format ${FORMAT}: open it with the version that wrote it`,
    );
  try {
    return parsed(new TextDecoder().decode(host().inflate(bytes.subarray(newline + 1), Number(size))));
  } catch {
    // Whatever is wrong with it (an end that is missing, a byte that changed), there is one thing to do.
    throw new RecordingError(
      'is a damaged recording: it was cut off or changed on its way here. Copy it once more, or record the run again',
    );
  }
}

type Line = { readonly is: string } & Record<string, never>;

/** Throws for anything that `writtenRecording` does not write. */
function parsed(text: string): Recording {
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
  const all = (name: string) => lines.filter(({ is }) => is === name) as Record<string, unknown>[];
  const [run, end] = [lines[0], lines.at(-1)] as Record<string, unknown>[];
  if (run?.['is'] !== 'run' || end?.['is'] !== 'end') throw new Error('a line is missing');
  return {
    build: String(run['build']),
    configuration: run['configuration'],
    files: all('file').map((line) => ({
      ...(line as unknown as RecordedFile),
      bytes: line['bytes'] === undefined ? undefined : bytesOf(line['bytes'] as string),
    })),
    input: all('input').map(({ line }) => readInputLine(line as string)!),
    edits: all('edit').map((line) => ({
      at: momentOf(line['at']),
      moment: momentOf(line['moment']),
      state: decoded(line['state']) as SavedMoment,
      pages: (line['pages'] as [number, string][]).map(([page, hex]) => [page, bytesOf(hex)] as const),
      records: decoded(line['records']) as MachineRecord[],
    })),
    checks: all('check').map(({ moment, digest }) => ({
      moment: momentOf(moment),
      digest: digest as Digest,
    })),
    end: { moment: momentOf(end['moment']), digest: end['digest'] as Digest | undefined },
  };
}

export function momentText({ retired, skew, transitions, calls, statement }: Moment): string {
  return [retired, skew, transitions, calls, statement].join(' ');
}

function momentOf(text: unknown): Moment {
  if (typeof text !== 'string' || !MOMENT.test(text)) throw new Error('a moment is five numbers');
  const [retired, skew, transitions, calls, statement] = text.split(' ');
  return {
    retired: BigInt(retired!),
    skew: BigInt(skew!),
    transitions: BigInt(transitions!),
    calls: Number(calls),
    statement: Number(statement),
  };
}

function latin1(bytes: Uint8Array): string {
  return new TextDecoder('latin1').decode(bytes);
}
