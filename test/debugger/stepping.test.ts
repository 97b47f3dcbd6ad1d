/**
 * Steps on the real machine without any protocol: hello-nested in both topologies, driven through the session.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { resolveFunction, resolveSource } from '../../src/debugger/breakpoints/resolve';
import type { EndedEvent, StoppedEvent } from '../../src/debugger/run-control';
import type { DebugSession, StepKind } from '../../src/debugger/session';
import { openSession } from '../../src/session/open';

const folder = resolve(__dirname, '..', '..', 'samples', 'hello-nested');
const path = resolve(folder, 'hello-nested.elf');

/** A session with promises for its stops. */
class Stepper {
  readonly session: DebugSession;
  private tell: (event: StoppedEvent | EndedEvent) => void = () => undefined;
  serial = '';

  constructor(readonly topology: 'nested' | 'bare') {
    this.session = openSession(
      { program: path, topology },
      {
        serial: (byte) => (this.serial += String.fromCharCode(byte)),
        log: () => undefined,
        stopped: (event) => this.tell(event),
        ended: (event) => this.tell(event),
      },
    ).session;
  }

  /** Does something and waits for what comes of it. */
  private after(action: () => void): Promise<StoppedEvent | EndedEvent> {
    return new Promise((told) => {
      this.tell = told;
      action();
    });
  }

  breakAt(name: string): void {
    const { session } = this;
    const resolve = () => resolveFunction(session.surroundings, name);
    session.breakpoints.replace(
      'function',
      'function',
      name === '' ? [] : [{ key: name, texts: {}, resolve }],
    );
  }

  breakAtLine(file: string, text: string): number {
    const { session } = this;
    const source = resolve(folder, file);
    const line =
      readFileSync(source, 'utf8')
        .split('\n')
        .findIndex((written) => written.includes(text)) + 1;
    session.breakpoints.replace('source', source, [
      { key: `${line}`, texts: {}, resolve: () => resolveSource(session.surroundings, source, line) },
    ]);
    return line;
  }

  async continue(): Promise<string> {
    return this.place(await this.after(() => this.session.continue()));
  }

  async step(kind: StepKind, byInstruction = false): Promise<string> {
    const level = this.session.currentLevel;
    return this.place(await this.after(() => this.session.step(level, kind, byInstruction)));
  }

  /** `L1 main main.c:12`, or why it ended. */
  private place(event: StoppedEvent | EndedEvent): string {
    if ('text' in event) return event.text;
    const [frame] = this.session.stack(event.level);
    const source = frame?.source ? ` ${basename(frame.source.path)}:${frame.source.line}` : '';
    return `${event.level} ${frame?.name}${source}`;
  }
}

for (const topology of ['nested', 'bare'] as const) {
  const [host, guest] = topology === 'nested' ? ['L1', 'L2'] : ['L0', 'L1'];

  describe(`debugger: steps, ${topology} topology`, () => {
    it('over a line with a call goes to the next line, whatever the call does', async () => {
      const stepper = new Stepper(topology);
      const line = stepper.breakAtLine('main.c', 'success = run_l2()');
      assert.equal(await stepper.continue(), `${host} l1_main main.c:${line}`);
      assert.equal(await stepper.step('over'), `${host} l1_main main.c:${line + 1}`);
      assert.match(stepper.serial, /HLT: L2 is done\n$/);
    });

    it('through a loop ends behind it, not in its next round', async () => {
      const stepper = new Stepper(topology);
      const line = stepper.breakAtLine('l2.c', 'for (; *text; text++)');
      assert.equal(await stepper.continue(), `${guest} say l2.c:${line}`);
      stepper.session.breakpoints.replace('source', resolve(folder, 'l2.c'), []);
      const places = [await stepper.step('over'), await stepper.step('over'), await stepper.step('over')];
      assert.deepEqual(places, [
        `${guest} say l2.c:${line + 1}`,
        `${guest} say l2.c:${line + 3}`,
        `${guest} say l2.c:${line}`,
      ]);
    });

    it('out of a function of the guest that exits on the way ends in its caller', async () => {
      const stepper = new Stepper(topology);
      stepper.breakAt('touch_heap');
      assert.match(await stepper.continue(), new RegExp(`^${guest} touch_heap`));
      stepper.breakAt('');
      assert.match(await stepper.step('out'), new RegExp(`^${guest} l2_main l2.c`));
      assert.match(stepper.serial, /injecting that again/);
    });

    it('into an instruction that exits ends in the exit handler', async () => {
      const stepper = new Stepper(topology);
      stepper.breakAt(`${guest}:cpuid`);
      let place = await stepper.continue();
      for (let steps = 0; place.startsWith(guest) && steps < 10; steps++) place = await stepper.step('into');
      assert.match(place, new RegExp(`^${host} vmx_run vmx-run.S`));
    });

    it('by instruction changes nothing but the pace: the guest prints the same', async () => {
      const stepper = new Stepper(topology);
      stepper.breakAt('use_a_port');
      await stepper.continue();
      for (let steps = 0; steps < 60; steps++) await stepper.step('into', true);
      stepper.breakAt('');
      assert.match(await stepper.continue(), /exit status 1/);
      const golden = resolve(__dirname, '..', 'golden', 'hello-nested.serial.txt');
      assert.equal(stepper.serial, readFileSync(golden, 'utf8'));
    });
  });
}
