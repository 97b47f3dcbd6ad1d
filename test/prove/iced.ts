/**
 * `npm run prove:iced -- COUNT`: COUNT random byte strings (default 10^7), a third in each of 16-, 32- and 64-bit code: the core's decoder
 * and iced-x86 agree about length, validity and mnemonic. Two processors and two questions share them.
 */
import { countAsked } from './count';
import { runTests } from './run-tests';

const MODES = 3;
const PROCESSORS = 2;
const QUESTIONS = 2;

const wanted = countAsked(10_000_000);
const cases = Math.ceil(wanted / (MODES * PROCESSORS * QUESTIONS));
const { passed, output } = runTests(['test/core/decode.test.ts'], { DECODER_CASES: String(cases) });
console.log(output);
console.log(
  `${cases * MODES * PROCESSORS * QUESTIONS} byte strings, ${passed ? 'no difference' : 'a difference'}`,
);
process.exitCode = passed ? 0 : 1;
