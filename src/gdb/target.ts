/**
 * What a gdb client looks at and drives: a session and its owner, which may have other clients. Interface only.
 */
import type { DebugSession } from '../debugger/session';
import type { NamedFile } from '../session/files';

export interface GdbTarget {
  /** Another one after a restart. */
  readonly session: DebugSession;
  /** The files whose symbols the session has, the image first. A client may read them, and no other file. */
  readonly files: readonly NamedFile[];
  /** The client made the machine go on. */
  resumed(): void;
  /** The client changed memory or registers. */
  changed(): void;
  /** The client killed what it debugs. */
  killed(): void;
}
