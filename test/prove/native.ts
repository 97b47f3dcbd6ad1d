/**
 * `npm run prove:native -- COUNT`: random user-mode sequences of every family on the host's CPU and on the core, in rounds with other
 * seeds until COUNT instructions were compared (default 10^7). Ends at the first difference and prints it.
 */
import { join } from 'node:path';
import { countAsked } from './count';
import { runTests } from './run-tests';

const FILES = ['integer', 'vector', 'float', 'state-save', 'transcendental'];

const wanted = countAsked(10_000_000);
let compared = 0;
for (let seed = 0; compared < wanted; seed++) {
  const { passed, output } = runTests(
    FILES.map((name) => `test/core/native/${name}.test.ts`),
    { NATIVE_SEED: String(seed) },
    ['tsx/cjs', join(__dirname, 'count-compared.ts')],
  );
  const count = /^compared (\d+)$/m.exec(output);
  if (!passed || !count) {
    console.log(output);
    console.log(`seed ${seed}: a difference, after ${compared} instructions without one`);
    process.exit(1);
  }
  compared += Number(count[1]);
  if (Number(count[1]) === 0) {
    console.log('nothing was compared: it needs Linux on x86-64 and gcc');
    process.exit(1);
  }
  console.log(`seed ${seed}: ${compared} instructions compared, no difference`);
}
