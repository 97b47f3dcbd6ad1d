/**
 * A run in a file: what it depends on (image and other files by their hashes, configuration, build), all that came from outside (input,
 * and the user's changes of state), and hashes of the machine's state by which a replay checks itself.
 */
import type { InputEvent } from '../input-log';
import type { MachineRecord } from '../machine-record';
import type { Moment } from '../moment';
import type { SavedMoment } from '../snapshot';
import type { Digest } from './digest';

/** The file is no recording that this version can read; the message is a sentence. */
export class RecordingError extends Error {
  override readonly name = 'RecordingError';
}

export interface RecordedFile {
  /** The attribute of the launch configuration that names it. */
  readonly attribute: string;
  /** Absolute, where it was recorded. */
  readonly path: string;
  readonly size: number;
  /** SHA-256. */
  readonly hash: string;
  /** The file itself, when it is embedded. */
  readonly bytes?: Uint8Array | undefined;
}

/** State that somebody outside changed while the machine stood. */
export interface RecordedEdit {
  /** Where the machine stood. */
  readonly at: Moment;
  /** The moment that the changed state belongs to: later, when L0 stood in its middle and its call is part of the change. */
  readonly moment: Moment;
  readonly state: SavedMoment;
  /** Pages of RAM that may have changed. */
  readonly pages: readonly (readonly [number, Uint8Array])[];
  /** Records made from `at` to `moment`. */
  readonly records: readonly MachineRecord[];
}

export interface Check {
  readonly moment: Moment;
  readonly digest: Digest;
}

export interface Recording {
  /** Turtlescope's version, and a hash of all sources that decide how a machine runs. */
  readonly build: string;
  /** The launch configuration, as JSON. */
  readonly configuration: unknown;
  readonly files: readonly RecordedFile[];
  readonly input: readonly InputEvent[];
  readonly edits: readonly RecordedEdit[];
  readonly checks: readonly Check[];
  readonly end: {
    readonly moment: Moment;
    /** Absent while L0 stood in its middle, or input had just come. */ readonly digest?: Digest | undefined;
  };
}
