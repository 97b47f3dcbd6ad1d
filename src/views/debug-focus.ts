/**
 * Which debug session, and which thread of it, the views are about, and whether it can be asked. All requests of the views go through
 * here: an answer that comes after the session ended, or after the machine moved on, is nobody's answer and is dropped.
 */
import * as vscode from 'vscode';
import type { CustomCommand, RequestArguments, ResponseBody } from '../protocol/custom-requests';
import { DEBUG_TYPE } from '../protocol/launch-configuration';

export type Answer<C extends CustomCommand> = { body: ResponseBody<C> } | { error: string } | undefined;

interface Followed {
  readonly session: vscode.DebugSession;
  stopped: boolean;
  /** Rises with everything that may have changed the machine; an answer from before is stale. */
  moves: number;
  threadId?: number | undefined;
}

/** Requests after which the machine runs, as DAP names them. */
const RUNNING = new Set([
  'continue',
  'next',
  'stepIn',
  'stepOut',
  'stepBack',
  'reverseContinue',
  'restart',
  'restartFrame',
]);

/** Changes come in bursts (stopped, then thread, then frame); one refresh is enough for them. */
const SETTLE_MS = 40;

interface Message {
  type?: string;
  event?: string;
  command?: string;
  success?: boolean;
  body?: { threadId?: unknown };
}

export class DebugFocus implements vscode.Disposable, vscode.DebugAdapterTrackerFactory {
  private readonly followed = new Map<string, Followed>();
  private currentId: string | undefined;
  private timer: NodeJS.Timeout | undefined;
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly subscriptions: vscode.Disposable[];

  /** Session, thread or state of the machine changed; several changes at once are told once. */
  readonly onDidChange = this.changed.event;

  constructor() {
    const { debug } = vscode;
    this.subscriptions = [
      this.changed,
      debug.registerDebugAdapterTrackerFactory(DEBUG_TYPE, this),
      debug.onDidTerminateDebugSession((session) => this.forget(session)),
      debug.onDidChangeActiveDebugSession((session) => this.select(session)),
      debug.onDidChangeActiveStackItem((item) => {
        if (item) this.select(item.session, item.threadId);
      }),
      debug.onDidReceiveDebugSessionCustomEvent(({ event, session }) => {
        const entry = this.followed.get(session.id);
        if (entry && event === 'turtlescope/changed') this.move(entry, entry.stopped);
      }),
    ];
  }

  get session(): vscode.DebugSession | undefined {
    return this.current?.session;
  }

  get stopped(): boolean {
    return this.current?.stopped ?? false;
  }

  get threadId(): number | undefined {
    return this.current?.threadId;
  }

  /**
   * Asks the current session. Undefined: nobody is interested in the answer any more (no session, it ended, the machine moved on
   * meanwhile). `error`: the adapter's own words.
   */
  async ask<C extends CustomCommand>(command: C, args: RequestArguments<C>): Promise<Answer<C>> {
    const entry = this.current;
    if (!entry) return undefined;
    const { moves } = entry;
    const current = (): boolean => this.current === entry && entry.moves === moves;
    try {
      const body = (await entry.session.customRequest(command, args)) as ResponseBody<C>;
      return current() ? { body } : undefined;
    } catch (error) {
      return current() ? { error: error instanceof Error ? error.message : String(error) } : undefined;
    }
  }

  /** The session as it speaks: tells stops and runs from each other without asking. */
  createDebugAdapterTracker(session: vscode.DebugSession): vscode.DebugAdapterTracker {
    const entry: Followed = { session, stopped: false, moves: 0 };
    this.followed.set(session.id, entry);
    return {
      onWillReceiveMessage: ({ command }: Message) => {
        if (command !== undefined && RUNNING.has(command)) this.move(entry, false);
      },
      onDidSendMessage: ({ type, event, command, success, body }: Message) => {
        if (type === 'response' && success === false && command !== undefined && RUNNING.has(command))
          this.move(entry, true);
        if (type !== 'event') return;
        if (event === 'continued') this.move(entry, false);
        if (event === 'stopped') {
          if (typeof body?.threadId === 'number') entry.threadId = body.threadId;
          this.currentId ??= session.id;
          this.move(entry, true);
        }
      },
      onExit: () => this.forget(session),
    };
  }

  private get current(): Followed | undefined {
    return this.currentId === undefined ? undefined : this.followed.get(this.currentId);
  }

  private move(entry: Followed, stopped: boolean): void {
    entry.stopped = stopped;
    entry.moves++;
    this.settle();
  }

  private select(session: vscode.DebugSession | undefined, threadId?: number): void {
    const entry = session && this.followed.get(session.id);
    // A session of another debugger leaves the views where they are: they are hidden anyway.
    if (!entry) return;
    if (this.currentId === session.id && (threadId === undefined || threadId === entry.threadId)) return;
    this.currentId = session.id;
    if (threadId !== undefined) entry.threadId = threadId;
    this.move(entry, entry.stopped);
  }

  private forget(session: vscode.DebugSession): void {
    // A restart may have put a new session under the same id already.
    if (this.followed.get(session.id)?.session !== session) return;
    this.followed.delete(session.id);
    if (this.currentId === session.id) this.currentId = [...this.followed.keys()].at(-1);
    this.settle();
  }

  private settle(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.changed.fire(), SETTLE_MS);
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.followed.clear();
    vscode.Disposable.from(...this.subscriptions).dispose();
  }
}
