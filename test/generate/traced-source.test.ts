/** The transformation that makes L0 steppable, on small programs: same results, and a stop before every statement. */
import assert from 'node:assert/strict';
import { RUNTIME, tracedSource } from '../../src/generate/traced-source';

interface Frame {
  name: string;
  line: number;
  locals: () => Record<string, unknown>;
}
interface Program {
  frames: Frame[];
  main: (...args: unknown[]) => Generator<Frame, unknown>;
}

/** Loads transformed source as if bundled with its runtime. */
function load(source: string): Program {
  const body = (RUNTIME + tracedSource(source, 'program.ts').code).replace(
    /^export (?=function|const)/gm,
    '',
  );
  // The test's own text, transformed: that is what is under test.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call
  return new Function(`${body.replace(/^export \{\};?$/m, '')}; return { frames, main };`)() as Program;
}

/** Runs to the end; gives the result and, for each stop, the innermost function, its line and its locals. */
function run(source: string, ...args: unknown[]) {
  const { frames, main } = load(source);
  const stops: string[] = [];
  const generator = main(...args);
  for (;;) {
    const step = generator.next();
    if (step.done) return { result: step.value, stops, left: frames.length };
    const frame = frames.at(-1)!;
    const locals = Object.entries(frame.locals()).map(([name, value]) => `${name}=${String(value)}`);
    stops.push(`${frame.name}:${frame.line} ${locals.join(' ')}`.trim());
  }
}

describe('traced build', () => {
  it('stops before each statement with the locals initialised so far', () => {
    const { stops, result } = run(
      'function main(a) {\n  const b = a + 1;\n  const c = b * 2;\n  return c;\n}',
      3,
    );
    assert.equal(result, 8);
    assert.deepEqual(stops, ['main:2 a=3', 'main:3 a=3 b=4', 'main:4 a=3 b=4 c=8']);
  });

  it('stops inside called functions, and leaves their frames', () => {
    const source = 'function twice(x) {\n  return x * 2;\n}\nfunction main() {\n  return twice(4) + 1;\n}';
    const { stops, result, left } = run(source);
    assert.equal(result, 9);
    assert.deepEqual(stops, ['main:5', 'twice:2 x=4']);
    assert.equal(left, 0);
  });

  it('reports in loops, branches and switches, single statements without braces included', () => {
    const source = [
      'function main(n) {',
      '  let sum = 0;',
      '  for (let i = 0; i < n; i++) {',
      '    if (i === 1) continue;',
      '    switch (i) {',
      '      case 0:',
      '        sum += 10;',
      '        break;',
      '      default:',
      '        sum += 1;',
      '    }',
      '  }',
      '  for (const x of [1]) sum += x;',
      '  while (sum < 0) sum = 0;',
      '  return sum;',
      '}',
    ].join('\n');
    const { result, stops } = run(source, 3);
    assert.equal(result, 12);
    const lines = stops.map((stop) => Number(/:(\d+)/.exec(stop)![1]));
    const each = { 0: [4, 5, 7, 8], 1: [4, 4], 2: [4, 5, 10] };
    assert.deepEqual(lines, [2, 3, ...each[0], ...each[1], ...each[2], 13, 13, 14, 15]);
    assert.deepEqual(tracedSource(source, 'program.ts').lines, [2, 3, 4, 5, 7, 8, 10, 13, 14, 15]);
  });

  it('a call in a callback of the library runs to its end without a stop', () => {
    const source =
      'function half(x) {\n  return x / 2;\n}\nfunction main() {\n  return [2, 4].map((x) => half(x)).join();\n}';
    const { result, stops } = run(source);
    assert.equal(result, '1,2');
    assert.deepEqual(stops, ['main:5']);
  });

  it('a table of functions is stepped into as a direct call is', () => {
    const source =
      'function a() {\n  return 1;\n}\nconst table = { a };\nfunction main(name) {\n  return table[name]();\n}';
    assert.deepEqual(run(source, 'a').stops, ['main:6 name=a', 'a:2']);
  });

  it('an optional call keeps its short circuit', () => {
    const source = 'function main(o) {\n  return o.missing?.(1).deeper.still;\n}';
    assert.equal(run(source, {}).result, undefined);
  });

  it('frames are left when a function throws', () => {
    const source =
      'function bad() {\n  throw new Error("x");\n}\nfunction main() {\n  try {\n    bad();\n  } catch (error) {\n    return error.message;\n  }\n}';
    const { result, left } = run(source);
    assert.equal(result, 'x');
    assert.equal(left, 0);
  });
});
