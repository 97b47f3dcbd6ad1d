/**
 * A kernel that has moved and loads a module, as the session sees it: test/guests/kernel, which looks like Linux where that
 * matters. Its image has no symbols; those of the configuration were linked for another address.
 */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Breakpoint } from '../../src/debugger/breakpoints/breakpoint';
import { resolveFunction, resolveSource } from '../../src/debugger/breakpoints/resolve';
import { evaluate, evaluatedText } from '../../src/debugger/expression/evaluator';
import type { EndedEvent, StoppedEvent } from '../../src/debugger/run-control';
import type { DebugSession } from '../../src/debugger/session';
import { openSession } from '../../src/session/open';
import { ConfigurationProblem } from '../../src/protocol/configuration-problem';
import { hasCompiler } from '../support/smp-guest';
import { buildSmallKernel, type SmallKernel } from '../support/small-kernel';

const FIRST = 0x600800n;
const SECOND = 0x680800n;

class Driver {
  readonly changes: Breakpoint[] = [];
  readonly told: string[] = [];
  readonly session: DebugSession;
  private tell: (event: StoppedEvent | EndedEvent) => void = () => undefined;

  constructor(kernel: SmallKernel, topology: 'nested' | 'bare') {
    const { vmlinux, modules } = kernel;
    const opened = openSession(
      { program: kernel.image, topology, symbols: [{ path: vmlinux, modules }] },
      {
        serial: () => undefined,
        log: (text) => this.told.push(text),
        breakpoints: (changed) => this.changes.push(...changed),
        stopped: (event) => this.tell(event),
        ended: (event) => this.tell(event),
      },
    );
    this.session = opened.session;
  }

  run(): Promise<StoppedEvent | EndedEvent> {
    return this.after(() => this.session.continue());
  }

  stepOver(): Promise<StoppedEvent | EndedEvent> {
    return this.after(() => this.session.step(this.session.currentLevel, 'over', false));
  }

  /** Does something and waits for what comes of it. */
  private after(action: () => void): Promise<StoppedEvent | EndedEvent> {
    return new Promise((told) => {
      this.tell = told;
      action();
    });
  }

  breakAt(...names: string[]): Breakpoint[] {
    const { session } = this;
    const wanted = names.map((key) => ({
      key,
      texts: {},
      resolve: () => resolveFunction(session.surroundings, key),
    }));
    return session.breakpoints.replace('function', 'function', wanted);
  }

  breakAtLine(path: string, text: string): { made: Breakpoint; line: number } {
    const { session } = this;
    const lines = readFileSync(path, 'utf8').split('\n');
    const line = lines.findIndex((written) => written.includes(text)) + 1;
    const resolve = () => resolveSource(session.surroundings, path, line);
    const [made] = session.breakpoints.replace('source', path, [{ key: `${line}`, texts: {}, resolve }]);
    return { made: made!, line };
  }

  get stack() {
    return this.session.stack(this.session.currentLevel);
  }

  value(text: string): string {
    const [frame] = this.stack;
    const found = evaluate(text, this.session.scope(this.session.currentLevel, frame), false);
    return 'error' in found ? found.error : evaluatedText(found.result);
  }
}

(hasCompiler ? describe : describe.skip)('a kernel and its modules (needs gcc and make)', () => {
  let kernel: SmallKernel;
  before(() => void (kernel = buildSmallKernel()));
  after(() => kernel.remove());

  for (const topology of ['nested', 'bare'] as const) {
    const level = topology === 'nested' ? 'L1' : 'L0';

    it(`a breakpoint in a module waits for it, at each place where it is loaded, ${topology} topology`, async () => {
      const driver = new Driver(kernel, topology);
      const [pending] = driver.breakAt('twice');
      assert.equal(pending!.verified, false);
      assert.match(pending!.problem!, /looked for again whenever the kernel loads a module/);
      for (const place of [FIRST, SECOND]) {
        const stop = await driver.run();
        assert.ok('reason' in stop);
        assert.deepEqual(
          [stop.reason, stop.level, stop.breakpointIds],
          ['function breakpoint', level, [pending!.id]],
        );
        const { stack } = driver;
        assert.deepEqual(
          stack.map(({ name }) => name),
          ['twice', 'small_work', 'do_init_module', 'l1_main', 'start64'],
        );
        const { start } = driver.session.programs.all.flatMap(({ symbols }) =>
          symbols.lookupFunction('twice'),
        )[0]!.ranges[0]!;
        assert.equal(start, place);
      }
      assert.deepEqual(
        driver.changes.map(({ id, verified }) => [id, verified]),
        [true, false, true].map((verified) => [pending!.id, verified]),
      );
      driver.breakAt();
      assert.ok('status' in (await driver.run()));
    });

    it(`a line of a module: its variables, and the kernel's, where they are now, ${topology} topology`, async () => {
      const driver = new Driver(kernel, topology);
      const { made, line } = driver.breakAtLine(kernel.source('module.c'), 'return result;');
      assert.equal(made.verified, false);
      await driver.run();
      const [frame] = driver.stack;
      assert.equal(frame!.source?.path, kernel.source('module.c'));
      assert.equal(frame!.source.line, line);
      assert.equal(driver.value('result'), '2');
      assert.equal(driver.value('calls'), '41 (0x29)');
      assert.match(driver.value('&modules'), /0x20[0-9a-f]{4}/);
      await driver.run();
      assert.equal(driver.value('calls'), '41 (0x29)');
    });
  }

  it('per-CPU variables, current and container_of, seen from a module', async () => {
    const driver = new Driver(kernel, 'nested');
    driver.breakAt('twice');
    await driver.run();
    assert.match(driver.value('current_task'), /"of this CPU"/);
    assert.match(driver.value('current'), /"of this CPU"/);
    assert.match(driver.value('&current_task'), /0xffff8000002[0-9a-f]{5}/);
    assert.match(driver.value('container_of(modules.next, struct module, list)->name,s'), /small_module/);
    assert.equal(driver.value('container_of(&module.list, struct module, list) == &module'), '1');
    assert.match(driver.value('container_of(1, struct module, nothing)'), /no member "nothing"/);
  });

  it("stacks go through the kernel's entries by ORC, to what they came upon", async () => {
    const driver = new Driver(kernel, 'nested');
    driver.breakAt('exception', 'asm_exception');
    await driver.run();
    const names = () => driver.stack.map(({ name }) => name);
    assert.deepEqual(names(), ['asm_exception', 'faulting', 'l1_main', 'start64']);
    await driver.run();
    assert.deepEqual(names(), ['exception', 'asm_exception', 'faulting', 'l1_main', 'start64']);
    const { stack, session } = driver;
    assert.ok(stack.every(({ look, source }) => look === 'normal' || !source));
    const inFaulting = evaluate('number', session.scope('L1', stack[2]), false);
    assert.ok('result' in inFaulting && evaluatedText(inFaulting.result) === '7');
  });

  it('a breakpoint in the kernel is found where the kernel is', async () => {
    const driver = new Driver(kernel, 'nested');
    const [made] = driver.breakAt('free_module');
    const [linked] = made!.guest;
    assert.equal(made!.verified, true);
    const stop = await driver.run();
    assert.ok('reason' in stop && stop.breakpointIds[0] === made!.id);
    assert.equal(driver.stack[0]!.pc, linked!.address + 0x100000n);
  });

  it('steps pass over where the session looks at modules', async () => {
    const driver = new Driver(kernel, 'nested');
    driver.breakAtLine(kernel.source('kernel.c'), 'sum = do_init_module');
    await driver.run();
    const before = driver.stack[0]!.source!.line;
    await driver.stepOver();
    assert.deepEqual([driver.stack[0]!.name, driver.stack[0]!.source!.line], ['l1_main', before + 1]);
  });

  it('a module whose file has gone since is told, and the run goes on', async () => {
    const modules = mkdtempSync(join(tmpdir(), 'turtlescope-modules-'));
    cpSync(kernel.modules, modules, { recursive: true });
    const driver = new Driver({ ...kernel, modules }, 'nested');
    rmSync(modules, { recursive: true });
    const end = await driver.run();
    assert.ok('status' in end && end.status !== undefined, JSON.stringify(end));
    assert.match(driver.told.join(), /No symbols of module small_module: .*there is no such file/);
  });

  it('a folder of modules that is not there is named with its attribute', () => {
    assert.throws(
      () => new Driver({ ...kernel, modules: '/nowhere' }, 'nested'),
      (error) => error instanceof ConfigurationProblem && /symbols\[0\]\.modules/.test(error.message),
    );
  });
});
