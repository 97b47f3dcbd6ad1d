/**
 * `npm run record:native`: records what the host's CPU does with the random 16- and 32-bit sequences, for the tests on
 * hosts that cannot run them (recorded.ts). Refuses to record what this host does not run.
 *
 * With --core-at COMMIT it records the core's outcomes instead. That is right for one purpose only: COMMIT is checked out,
 * and on COMMIT these very cases were compared with a real CPU and none differed.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { CoreCpu } from './core-cpu';
import { nativeCpu, type Mode, type Outcome } from './native-cpu';
import { encodeAnswers, hashOfCases, RECORDED_FILE, type Recorded, type RecordedSet } from './recorded';
import { sequences, type Sequence } from './sequences';

/** Cases of each set. */
const COUNT = 1000;
const MODES: readonly Mode[] = [32, 16];
const LENGTHS = [1, 12];

interface Source {
  answeredBy: string;
  run(cases: readonly Sequence[]): Outcome[];
}

/** The host's CPU, or why it is none. */
function host(): Source | string {
  const native = nativeCpu();
  if (!native) return 'the host needs Linux on x86-64, and gcc (or $CC)';
  const missing = MODES.filter((mode) => !native.runs(mode));
  if (missing.length) {
    native.close();
    return `this host runs no ${missing.join('- and no ')}-bit code segments`;
  }
  return { answeredBy: `CPU of the host: ${cpus()[0]?.model}`, run: (cases) => native.run(cases) };
}

function core(commit: string): Source | string {
  const git = (...args: string[]) => execFileSync('git', args, { encoding: 'utf8' }).trim();
  if (git('rev-parse', 'HEAD') !== git('rev-parse', `${commit}^{commit}`)) return `check out ${commit} first`;
  const changed = git('status', '--porcelain', 'src');
  if (changed) return `src is not that of ${commit}:\n${changed}`;
  const cpu = new CoreCpu();
  return {
    answeredBy: `core at ${commit}, where CI had compared the same cases with the CPU of its host and none differed`,
    run: (cases) => cases.map((one) => cpu.run(one, 1_000_000)),
  };
}

function record(source: Source): Recorded {
  const sets = MODES.flatMap((mode) => LENGTHS.map((length) => ({ mode, length })));
  return {
    answeredBy: source.answeredBy,
    sets: sets.map((set): RecordedSet => {
      const cases = sequences(set, COUNT);
      return {
        ...set,
        count: COUNT,
        cases: hashOfCases(cases),
        answers: encodeAnswers(cases, source.run(cases)),
      };
    }),
  };
}

const commit = parseArgs({ options: { 'core-at': { type: 'string' } } }).values['core-at'];
const source = commit === undefined ? host() : core(commit);
if (typeof source === 'string') {
  console.error(`Nothing recorded: ${source}.`);
  process.exitCode = 1;
} else {
  const recorded = record(source);
  writeFileSync(RECORDED_FILE, `${JSON.stringify(recorded, undefined, 1)}\n`);
  console.log(`${recorded.sets.length} sets of ${COUNT} cases, answered by: ${recorded.answeredBy}`);
}
