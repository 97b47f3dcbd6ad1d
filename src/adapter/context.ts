/**
 * What every request handler works with: the session, the numbers handed out for frames and variables, and a way to send events.
 * Numbers are valid until the machine goes on.
 */
import type { ExceptionInfo } from '../debugger/exception-info';
import type { StackFrame } from '../debugger/frames';
import type { DebugSession } from '../debugger/session';
import { strandOfThread } from '../debugger/threads';
import type { VariableNode } from '../debugger/variables/node';
import type { Opened } from '../session/open';
import { errors } from './errors';
import type { RequestArguments } from './request-arguments';
import { VmcsAnswers } from './vmcs-answers';

/** The strand of a thread, as the debugger names it. */
export type StrandName = StackFrame['level'];

/** What the protocol side gives to handlers. */
export interface Client {
  send(event: string, body?: object): void;
  /** Path and line in the client's convention. */
  toClientLine(line: number): number;
  fromClientLine(line: number): number;
  toClientColumn(column: number): number;
  fromClientColumn(column: number): number;
  toClientPath(path: string): string;
  fromClientPath(path: string): string;
}

/** Answers a request: its body, at once or when it is known, or nothing. Throws UserError for what cannot be answered. */
export type Handler = (context: Context, given: RequestArguments) => object | void | Promise<object>;

interface SourcePlace {
  readonly path: string;
  readonly line: number;
}

type NodeList = (start: number, count?: number) => VariableNode[];

export class Context {
  private current: DebugSession | undefined;
  /** The run up to its present, as a file. */
  recording!: Opened['recording'];
  private stacks = new Map<StrandName, StackFrame[]>();
  private frames: StackFrame[] = [];
  private highestFrameId = 0;
  private lists: NodeList[] = [];
  /** References handed out before the last stop: none is given twice, so a late question is known as one. */
  private expired = 0;
  private readonly indexed = new WeakSet<NodeList>();
  private targets: bigint[] = [];
  private locations: SourcePlace[] = [];
  readonly vmcs = new VmcsAnswers();
  /** What the last stop was about. It stays true when the machine has gone on: VS Code asks late and logs a refusal as its own error. */
  exception: ExceptionInfo | undefined;
  /** The guest has ended: its state can be looked at, but not run. */
  ended = false;

  constructor(readonly client: Client) {}

  // --- the session -------------------------------------------------------------------------------------------------

  get launched(): boolean {
    return this.current !== undefined;
  }

  setSession(session: DebugSession, recording: Opened['recording']): void {
    this.current = session;
    this.recording = recording;
  }

  /** @throws UserError before launch */
  get session(): DebugSession {
    if (!this.current) throw errors.notLaunched();
    return this.current;
  }

  /** The session, which must not be running. */
  get standing(): DebugSession {
    const { session } = this;
    session.mustStand();
    return session;
  }

  /** The session, standing, with a machine that can go on. */
  get runnable(): DebugSession {
    const session = this.standing;
    if (this.ended) throw errors.ended();
    return session;
  }

  dispose(): void {
    this.current?.dispose();
    this.forget();
  }

  // --- numbers -----------------------------------------------------------------------------------------------------

  /** Makes all numbers invalid: the machine goes on, or its state was changed. */
  forget(): void {
    this.stacks.clear();
    this.frames = [];
    this.expired += this.lists.length;
    this.lists = [];
    this.targets = [];
    this.locations = [];
  }

  /** After an edit values are read anew, but the numbers the client holds stay valid. */
  refresh(): void {
    this.stacks.clear();
  }

  stack(level: StrandName): StackFrame[] {
    let stack = this.stacks.get(level);
    if (!stack) this.stacks.set(level, (stack = this.standing.stack(level)));
    return stack;
  }

  frameId(frame: StackFrame): number {
    const known = this.frames.indexOf(frame);
    if (known >= 0) return known + 1;
    const id = this.frames.push(frame);
    this.highestFrameId = Math.max(this.highestFrameId, id);
    return id;
  }

  /** True for a frame of an earlier stop: VS Code may still evaluate in it while the machine goes on. */
  isExpiredFrame(id: number): boolean {
    return id > 0 && id <= this.highestFrameId && !this.frames[id - 1];
  }

  /** @throws UserError for a number that was not handed out since the last stop */
  frame(id: number): StackFrame {
    const frame = this.frames[id - 1];
    if (!frame) throw errors.staleFrame(id);
    return frame;
  }

  /** A reference for children; 0 for a node without. `indexed`: all of them are elements. */
  listId(list: NodeList | undefined, indexed = false): number {
    if (list && indexed) this.indexed.add(list);
    return list ? this.expired + this.lists.push(list) : 0;
  }

  /** True for a reference of an earlier stop. VS Code may still ask for it while the machine goes on or the session ends. */
  isExpired(reference: number): boolean {
    return reference > 0 && reference <= this.expired;
  }

  list(reference: number): NodeList {
    const list = this.lists[reference - this.expired - 1];
    if (!list) throw errors.staleVariables(reference);
    return list;
  }

  /** Whether the children of this list are elements; those of all others have names. */
  isIndexed(list: NodeList): boolean {
    return this.indexed.has(list);
  }

  /** An id for a place to jump to. */
  gotoTarget(address: bigint): number {
    return this.targets.push(address);
  }

  gotoAddress(id: number): bigint | undefined {
    return this.targets[id - 1];
  }

  /** A reference for the source of code at an address; undefined where there is none. */
  locationId(level: StrandName, address: bigint): number | undefined {
    const { machine, programs, paths } = this.session;
    const found = programs.at(machine, level, address)?.symbols.locate(address);
    return found && this.placeId({ path: paths.toLocal(found.file), line: found.line });
  }

  /** A reference for a place in a source. */
  placeId(place: SourcePlace): number {
    return this.locations.push(place);
  }

  location(id: number): SourcePlace | undefined {
    return this.locations[id - 1];
  }

  /** The level of the argument `threadId`, or the running one. */
  level(given: RequestArguments, name = 'threadId'): StrandName {
    if (!given.has(name)) return this.session.currentLevel;
    const id = given.integer(name, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
    const level = strandOfThread(this.session.machine.driver, id);
    if (!level || !this.session.threads().some((thread) => thread.level === level))
      throw errors.unknownThread(id);
    return level;
  }
}
