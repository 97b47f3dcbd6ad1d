/**
 * `npm run prove:determinism -- COUNT`: COUNT instructions (default 10^10) twice, half of them by one CPU and half by four, with equal
 * state and RAM at 100 places or more. The hash that it prints is the same on every host and in every run with the same COUNT.
 */
import '../support/provide-host';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { countAsked } from './count';
import { compareRuns, type Work } from './two-machines';
import { buildWorks } from './works';

const PLACES = 100n;
/** Comparisons of one machine's run, before it is another guest's turn. */
const COMPARISONS = 5n;

function prove(what: string, works: readonly Work[], count: bigint, step: bigint): boolean {
  let done = 0n;
  let hash = '';
  for (let i = 0; done < count; i++) {
    const work = works[i % works.length]!;
    const left = count - done;
    const most = COMPARISONS * step < left ? COMPARISONS * step : left;
    const result = compareRuns(work, step, most, hash);
    if (result.difference !== undefined) {
      console.log(
        `${work.cmdline}, ${work.topology}, after ${done} instructions and ${result.difference} differs`,
      );
      return false;
    }
    done += result.instructions;
    hash = result.hash;
    console.log(`${what}: ${done} instructions, ${work.cmdline}, ${work.topology}: ${hash.slice(0, 16)}`);
  }
  return true;
}

const count = BigInt(countAsked(10_000_000_000));
const folder = mkdtempSync(join(tmpdir(), 'turtlescope-prove-'));
const works = buildWorks(folder);
try {
  const step = count / PLACES > 0n ? count / PLACES : 1n;
  const equal =
    prove('one CPU', works.one, count / 2n, step) && prove('four CPUs', works.four, count / 2n, step);
  console.log(equal ? 'equal everywhere' : 'a difference');
  process.exitCode = equal ? 0 : 1;
} finally {
  works.remove();
  rmSync(folder, { recursive: true });
}
