/** Backwards: every step back undoes a step, across VM entries and exits, and the way there changes nothing. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { resolveFunction } from '../../src/debugger/breakpoints/resolve';
import { loadProgram } from '../../src/debugger/load-program';
import type { EndedEvent, StoppedEvent } from '../../src/debugger/run-control';
import { DebugSession } from '../../src/debugger/session';

const path = resolve(__dirname, '..', '..', 'samples', 'hello-nested', 'hello-nested.elf');
const image = readFileSync(path);

class Traveller {
  readonly session: DebugSession;
  serial = '';
  private tell: (event: StoppedEvent | EndedEvent) => void = () => undefined;

  constructor(topology: 'nested' | 'bare', historyMiB?: number) {
    const level = topology === 'bare' ? 'L0' : 'L1';
    const program = loadProgram({
      bytes: image,
      name: 'hello',
      path,
      level,
      bias: 0n,
      sharedDownwards: true,
    });
    assert.ok(!('problem' in program));
    const machine = { image, imageName: path, topology, memoryMiB: 16 };
    this.session = new DebugSession(
      { machine, programs: [program], sourceMap: {}, imagePath: path, historyMiB },
      {
        serial: (byte) => (this.serial += String.fromCharCode(byte)),
        log: () => undefined,
        stopped: (event) => this.tell(event),
        ended: (event) => this.tell(event),
      },
    );
  }

  async after(action: (session: DebugSession) => void): Promise<StoppedEvent> {
    const event = await new Promise<StoppedEvent | EndedEvent>((told) => {
      this.tell = told;
      action(this.session);
    });
    assert.ok('reason' in event, 'text' in event ? event.text : '');
    return event;
  }

  breakAt(...names: string[]): void {
    const { session } = this;
    session.breakpoints.replace(
      'function',
      'function',
      names.map((name) => ({
        key: name,
        texts: {},
        resolve: () => resolveFunction(session.surroundings, name),
      })),
    );
  }

  get where(): string {
    const { ground, machine } = this.session;
    const l0 = (machine.l0?.frames ?? []).map(({ name, line }) => `${name}:${line}`).join('<');
    return `${machine.cpu.retired} ${ground.guest} 0x${ground.place(ground.guest)?.rip.toString(16)} ${l0}`;
  }
}

describe('backwards', function () {
  this.timeout(120_000);

  for (const topology of ['nested', 'bare'] as const) {
    it(`${topology}: instructions, from the guest back into its hypervisor`, async () => {
      const traveller = new Traveller(topology);
      traveller.breakAt('vmx_run');
      await traveller.after((session) => session.continue());
      traveller.breakAt();
      const ways = [traveller.where];
      for (let i = 0; i < 30; i++) {
        await traveller.after((session) => session.step(session.ground.guest, 'into', true));
        ways.push(traveller.where);
      }
      assert.ok(ways.some((way) => way.includes(topology === 'bare' ? ' L1 ' : ' L2 ')));
      ways.pop();
      for (const way of ways.reverse()) {
        const stop = await traveller.after((session) => session.stepBack(session.ground.guest, true));
        assert.equal(traveller.where, way);
        assert.match(stop.description, /in the past/);
      }
      await traveller.after((session) => session.goToPresent());
      assert.equal(traveller.session.history?.inPast, false);
    });

    it(`${topology}: lines, over the calls in them`, async () => {
      const traveller = new Traveller(topology);
      traveller.breakAt('l2_main');
      await traveller.after((session) => session.continue());
      const level = traveller.session.ground.guest;
      traveller.breakAt();
      const ways = [traveller.where];
      for (let i = 0; i < 3; i++) {
        await traveller.after((session) => session.step(level, 'over', false));
        ways.push(traveller.where);
      }
      ways.pop();
      for (const way of ways.reverse()) {
        await traveller.after((session) => session.stepBack(level, false));
        assert.equal(traveller.where, way);
      }
    });

    it(`${topology}: from one breakpoint to the one before it, and to the start`, async () => {
      const traveller = new Traveller(topology);
      traveller.breakAt('vmx_run', 'l2_main');
      const ways: string[] = [];
      for (let i = 0; i < 3; i++) {
        await traveller.after((session) => session.continue());
        ways.push(traveller.where);
      }
      const shown = traveller.serial;
      for (const way of ways.slice(0, -1).reverse()) {
        await traveller.after((session) => session.reverseContinue());
        assert.equal(traveller.where, way);
      }
      const start = await traveller.after((session) => session.reverseContinue());
      assert.match(start.description, /the start of the run/);
      for (const way of ways) {
        await traveller.after((session) => session.continue());
        assert.equal(traveller.where, way);
      }
      assert.equal(traveller.serial, shown);
    });
  }

  it('statements of L0, and out of it to the instruction that exited', async () => {
    const traveller = new Traveller('nested');
    const ways = [traveller.where];
    traveller.breakAt('l2_main');
    await traveller.after((session) => session.continue());
    traveller.breakAt();
    do await traveller.after((session) => session.step(session.ground.guest, 'into', false, 1));
    while (!traveller.session.machine.l0?.stopped);
    ways[0] = traveller.where;
    for (let i = 0; i < 4; i++) {
      await traveller.after((session) => session.step('L0', 'over', false));
      ways.push(traveller.where);
    }
    ways.pop();
    for (const way of ways.reverse()) {
      await traveller.after((session) => session.stepBack('L0', false));
      assert.equal(traveller.where, way);
    }
    await traveller.after((session) => session.stepBack('L0', false));
    assert.equal(traveller.session.currentLevel, 'L2');
  });

  it('from a guest to the statement that L0 executed last', async () => {
    const traveller = new Traveller('nested');
    traveller.breakAt('l2_main');
    await traveller.after((session) => session.continue());
    traveller.breakAt();
    const { machine } = traveller.session;
    const before = machine.now();
    await traveller.after((session) => session.stepBack('L0', false));
    assert.equal(traveller.session.currentLevel, 'L0');
    assert.equal(machine.now().calls, before.calls - 1);
    // What is left of the call is one statement.
    await traveller.after((session) => session.step('L0', 'over', false));
    assert.equal(machine.now().calls, before.calls);
  });

  it('to the last write of a field, and to where a record was made', async () => {
    const traveller = new Traveller('nested');
    traveller.breakAt('l2_main');
    await traveller.after((session) => session.continue());
    const present = traveller.where;
    const write = await traveller.after((session) => session.goToLastWrite('field vmcs12.GUEST_RIP'));
    assert.match(write.description, /^L1 wrote vmcs12\.GUEST_RIP at vmx\.c:\d+: 0x0 -> 0x/);
    await traveller.after((session) => session.goToPresent());
    assert.equal(traveller.where, present);
    const { log } = traveller.session.machine;
    await traveller.after((session) => session.goToRecord(20));
    assert.ok(log.total > 20 && log.total < log.known);
    await traveller.after((session) => session.goToPresent());
    assert.equal(log.total, log.known);
  });

  it('says that there is no past when none is kept', () => {
    const { session } = new Traveller('nested', 0);
    assert.throws(() => session.reverseContinue(), /No history is kept/);
  });
});
