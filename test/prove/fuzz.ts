/**
 * `npm run prove:fuzz -- COUNT`: COUNT random guests, VMCS pages, VMCSs of L1 and device accesses (default 10^6). The core must not
 * trap, nothing may throw, and no run may go past its slice. Ends at the first failure and names its batch.
 */
import '../support/provide-host';
import { countAsked } from './count';
import { fuzzKinds, RUNS_OF_BATCH } from './fuzz-kinds';

const wanted = countAsked(1_000_000);
const outcomes = new Map<string, number>();
let done = 0;
for (let batch = 0; done < wanted; batch++) {
  const kind = fuzzKinds[batch % fuzzKinds.length]!;
  try {
    const runs = kind.batch(batch);
    for (const outcome of runs) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    done += runs.length;
  } catch (error) {
    console.log(`${kind.name}, batch ${batch}, after ${done} runs:`, error);
    process.exit(1);
  }
  if (batch % 100 === 99) console.log(`${done} runs`);
}
console.log(`${done} runs of up to ${RUNS_OF_BATCH} a batch, nothing failed`);
for (const [outcome, count] of [...outcomes].sort(([, a], [, b]) => b - a))
  console.log(`${count}  ${outcome}`);
