/**
 * Requests and events of our own on the debug session, beside DAP's. Names are constants and bodies are types, shared by the
 * adapter that answers and the views that ask.
 */
import type { AddressWalk, WalkAccess } from './address-walk';
import type { DecodedRow, KnownRow, VmcsName, VmcsTree } from './decoded-row';
import type { LevelPicture, LevelScale } from './levels';
import type { Past } from './past';
import type { InputSource, Screen } from './people';
import type { TimelineItem } from './timeline';

/** Every custom request: command, arguments, answer. */
export interface CustomRequests {
  /**
   * All VMCSs there are now. `filter`: words that a row's name, value or meaning must contain; empty for all. `known`: the number of an
   * earlier answer that the client still has: groups that are as they were in it are named and not sent again.
   */
  'turtlescope/vmcs': {
    arguments: { filter?: string; threadId?: number; known?: number };
    body: {
      number: number;
      trees: (Omit<VmcsTree, 'groups'> & { groups: (DecodedRow | KnownRow)[] })[];
      empty?: string;
    };
  };
  /** Writes a field of vmcs12 (or vmcs01/02 in the bare topology). `value`: an expression of `evaluate`. */
  'turtlescope/setVmcsField': {
    arguments: { vmcs: VmcsName; field: string; value: string };
    body: { value: string };
  };
  /**
   * The newest timeline records between `after` and `before` (both exclusive), newest last, at most `limit`. `filter`: words that must
   * all stand in a record's text; `level:L2`, `cpu:1`, `verdict:L1` and `kind:exit` look at one property.
   */
  'turtlescope/timeline': {
    arguments: { after?: number; before?: number; limit?: number; filter?: string };
    body: {
      items: TimelineItem[];
      total: number;
      dropped: number;
      /** One can go to where a record was made. */
      kept: boolean;
      /** In the past of the run: how many of them the machine has made at its moment. */
      made?: number;
      empty?: string;
    };
  };
  /**
   * To another moment of the run: where a timeline record was made; a count of instructions; a bookmark; a row of an origin; the last
   * write of something (a name in a list of variables, or an expression, as in `dataBreakpointInfo`); without any, back to the present.
   * A stop tells when the machine is there.
   */
  'turtlescope/goTo': {
    arguments: {
      record?: number;
      lastWriteOf?: string;
      variablesReference?: number;
      frameId?: number;
      instructions?: number;
      bookmark?: number;
      origin?: number;
    };
    body: Record<string, never>;
  };
  /** Where the machine stands in its run, and the bookmarks. */
  'turtlescope/past': { arguments: Record<string, never>; body: Past };
  /** A bookmark with this name for the moment at which the machine stands, or none any more. */
  'turtlescope/bookmark': { arguments: { name?: string; remove?: number }; body: Past };
  /**
   * Where a value came from: the first row for something, named as in `turtlescope/goTo`; or what is below a row. Rows are valid until
   * another origin is asked for.
   */
  'turtlescope/origin': {
    arguments: { of?: string; row?: number; variablesReference?: number; frameId?: number };
    body: { rows: OriginRow[] };
  };
  /**
   * Answers `turtlescope/futureAtStake`: drop what came after this moment, and begin another future here, or leave all as it is. The
   * requests that wait for it are answered then.
   */
  'turtlescope/fork': {
    arguments: { agreed: boolean };
    body: Record<string, never>;
  };
  /** The run up to its present, to a file; `embed`: with the files that it was made of. */
  'turtlescope/saveRecording': {
    arguments: { path: string; embed?: boolean };
    body: { bytes: number };
  };
  /** One record, decoded in full. */
  'turtlescope/timelineItem': {
    arguments: { index: number };
    body: { title: string; rows: DecodedRow[] };
  };
  /**
   * Levels over time: who ran when, and what led from one to another, between `from` and `to` (in units of the scale; missing: the ends
   * of the run). `columns`: how many can be told apart, as many as the picture has pixels.
   */
  'turtlescope/levels': {
    arguments: { scale: LevelScale; from?: number; to?: number; columns: number };
    body: LevelPicture;
  };
  /** The event that is being delivered, was interrupted or is about to be injected. */
  'turtlescope/eventInFlight': {
    arguments: { threadId?: number };
    body: EventInFlight;
  };
  /**
   * Walks the address that an expression comes to (in the frame, if one is given) through all tables behind it: page tables, ept12,
   * ept02, ept01.
   */
  'turtlescope/walk': {
    arguments: { expression: string; access?: WalkAccess; frameId?: number };
    body: AddressWalk;
  };
  /** Somebody types: bytes for COM1, or scan codes of set 1 of the keyboard. The guest gets them at the machine's next tick. */
  'turtlescope/input': {
    arguments: { source: InputSource; bytes: number[] };
    body: Record<string, never>;
  };
  /** Dry run of all entry checks on vmcs12 as it stands. */
  'turtlescope/checkEntry': {
    arguments: Record<string, never>;
    body: { failures: CheckFailure[]; checked: number; notImplemented: number; empty?: string };
  };
}

/** A thing with its value, or below it what gave it that value, and below that what it was made of. */
export interface OriginRow {
  id: number;
  text: string;
  kind: 'thing' | 'cause';
  /** There is something below it. */
  expands: boolean;
}

/** The three interruption words side by side, in words, and what L0 did with the event. */
export interface EventInFlight {
  columns: { title: string; rows: DecodedRow[] }[];
  /** What L0 did ("queued the #PF again for the next entry"), newest last. */
  history: string[];
  empty?: string;
}

/** One entry check that fails. */
export interface CheckFailure {
  /** Id of the row in `isa/entry-checks`. */
  id: string;
  /** SDM section. */
  sdm: string;
  rule: string;
  /** What happens: "VMfailValid 7", "VM exit 33 (qualification 0)". */
  outcome: string;
  fields: CheckedField[];
  /** What is wrong in a sentence: value found, values allowed, wrong bits. */
  text: string;
  /** The VMCS that fails. */
  vmcs: VmcsName;
}

/** A field of a failing check. */
export interface CheckedField {
  name: string;
  actual: string;
  allowed?: string;
  /** vmcs02: where L0 takes the value from. */
  from?: string;
  /** Who wrote it last by VMWRITE; without `address` nobody has. Absent where that is not known. */
  writer?: FieldWriter;
}

export interface FieldWriter {
  /** "never written", "last written at main.c:31". */
  text: string;
  address?: string;
  source?: { path: string; line: number };
}

/** Every event of our own, by its name. */
export interface CustomEvents {
  /** The timeline or a VMCS may have changed without a stop (edits). */
  'turtlescope/changed': { reason: 'edit' | 'stop' };
  /**
   * A change of state was asked for that drops what came after this moment. Only for a client that launched with `ASKS_BEFORE_FORK`: its
   * request waits for `turtlescope/fork`. To all others it is refused.
   */
  'turtlescope/futureAtStake': Record<string, never>;
  /** The guest sent this on COM1; only with `serial: "terminal"`, and empty when the session begins. */
  'turtlescope/serial': { text: string };
  /** What stands on the VGA text screen now; not before something has been written there. */
  'turtlescope/screen': Screen;
}

export type CustomCommand = keyof CustomRequests;
export type RequestArguments<C extends CustomCommand> = CustomRequests[C]['arguments'];
export type ResponseBody<C extends CustomCommand> = CustomRequests[C]['body'];
