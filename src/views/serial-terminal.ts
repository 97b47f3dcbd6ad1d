/**
 * COM1 as a terminal: one for each session with `serial: "terminal"`. It stays when its session ends, and the next session of the
 * same configuration goes on in it; a terminal the user closed comes back with the guest's next output.
 */
import * as vscode from 'vscode';
import type { CustomEvents } from '../protocol/custom-requests';
import { DEBUG_TYPE } from '../protocol/launch-configuration';
import { typeInto } from './typing';

/** Clears the screen and what has scrolled off it. */
const CLEAR = '\x1b[2J\x1b[3J\x1b[H';
const DIM = '\x1b[2m';
const PLAIN = '\x1b[0m';

export class SerialTerminals implements vscode.Disposable {
  private readonly open = new Set<SerialTerminal>();
  private readonly subscriptions: vscode.Disposable[];

  constructor() {
    const { debug } = vscode;
    this.subscriptions = [
      debug.onDidReceiveDebugSessionCustomEvent(({ event, session, body }) => {
        if (event !== 'turtlescope/serial' || session.type !== DEBUG_TYPE) return;
        this.terminalOf(session).show((body as CustomEvents['turtlescope/serial']).text);
      }),
      debug.onDidTerminateDebugSession((session) => this.find(({ of }) => of === session)?.sessionEnded()),
    ];
  }

  private terminalOf(session: vscode.DebugSession): SerialTerminal {
    const own = this.find(({ of }) => of === session);
    if (own) return own;
    const left = this.find(({ of, name }) => of === undefined && name === session.name);
    if (left) left.take(session);
    const terminal = left ?? new SerialTerminal(session, (closed) => this.open.delete(closed));
    this.open.add(terminal);
    return terminal;
  }

  private find(suits: (terminal: SerialTerminal) => boolean): SerialTerminal | undefined {
    return [...this.open].find(suits);
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions, ...this.open).dispose();
  }
}

class SerialTerminal implements vscode.Pseudoterminal, vscode.Disposable {
  private readonly written = new vscode.EventEmitter<string>();
  readonly onDidWrite = this.written.event;
  /** Name of the configuration. */
  readonly name: string;
  /** Undefined when it has ended. */
  of: vscode.DebugSession | undefined;
  /** What came before somebody looked: VS Code loses what is written before it opens the terminal. */
  private early: string | undefined = '';
  private readonly terminal: vscode.Terminal;

  constructor(
    session: vscode.DebugSession,
    private readonly onClosed: (terminal: SerialTerminal) => void,
  ) {
    this.name = session.name;
    this.of = session;
    this.terminal = vscode.window.createTerminal({ name: `COM1: ${this.name}`, pty: this });
    this.terminal.show(true);
  }

  /** A new session of the same configuration. */
  take(session: vscode.DebugSession): void {
    this.of = session;
    this.write(CLEAR);
    this.terminal.show(true);
  }

  show(text: string): void {
    // As a terminal's line discipline does: guests end their lines with LF as often as with CR LF.
    this.write(text.replace(/\r?\n/g, '\r\n'));
  }

  sessionEnded(): void {
    this.of = undefined;
    this.write(`\r\n${DIM}The session has ended.${PLAIN}\r\n`);
  }

  open(): void {
    const { early } = this;
    this.early = undefined;
    if (early !== undefined && early !== '') this.written.fire(early);
  }

  close(): void {
    this.onClosed(this);
  }

  handleInput(data: string): void {
    if (this.of) void typeInto(this.of, 'serial', [...Buffer.from(data, 'utf8')]);
  }

  private write(text: string): void {
    if (this.early === undefined) this.written.fire(text);
    else this.early += text;
  }

  dispose(): void {
    this.terminal.dispose();
    this.written.dispose();
  }
}
