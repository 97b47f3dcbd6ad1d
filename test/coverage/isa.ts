/**
 * `npm run coverage:isa`: for every row of isa the tests that prove it. Loads the test files that say so and runs none. `--missing`
 * prints only the claimed rows that no test proves. Ends with status 1 when there is such a row, or a proof whose test is gone.
 */
import '../support/provide-host';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import Mocha from 'mocha';
import { proofs } from '../support/proves';
import { isaTables, type IsaTable } from './tables';

const TESTS = join(__dirname, '..');

/** Test files that name rows. */
function provingFiles(): string[] {
  return readdirSync(TESTS, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => join(TESTS, name))
    .filter((path) => readFileSync(path, 'utf8').includes('support/proves'));
}

class Loader extends Mocha {
  /** Loads the files as a run would, and runs none. */
  load(): Mocha.Suite {
    provingFiles().forEach((file) => this.addFile(file));
    this.loadFiles();
    return this.suite;
  }
}

/** Title of each test that would run -> its file and titles, as the reporter prints them. */
function loadedTests(): Map<string, string> {
  const found = new Map<string, string>();
  const walk = (suite: Mocha.Suite): void => {
    for (const test of suite.tests)
      if (!test.isPending())
        found.set(test.title, `${relative(TESTS, test.file ?? '')}: ${test.fullTitle()}`);
    suite.suites.forEach(walk);
  };
  walk(new Loader().load());
  return found;
}

const tests = loadedTests();
const provenBy = new Map<string, string[]>();
const key = (table: IsaTable, row: string) => `${table}  ${row}`;
let problems = 0;
for (const { table, rows, title } of proofs) {
  const test = tests.get(title);
  if (test === undefined) {
    problems++;
    console.log(`"${title}" is said to prove rows of ${table}, and is no test that runs`);
    continue;
  }
  for (const row of rows()) provenBy.set(key(table, row), [...(provenBy.get(key(table, row)) ?? []), test]);
}

const onlyMissing = process.argv.includes('--missing');
for (const [table, rows] of Object.entries(isaTables) as [IsaTable, ReadonlyMap<string, boolean>][]) {
  const counts = { claimed: 0, proven: 0 };
  for (const [row, claimed] of rows) {
    const by = provenBy.get(key(table, row)) ?? [];
    if (claimed) counts.claimed++;
    if (claimed && by.length > 0) counts.proven++;
    const missing = claimed && by.length === 0;
    if (missing || !onlyMissing)
      console.log(
        `${missing ? 'MISSING' : claimed ? 'proven ' : 'unclaimed'}  ${table}  ${row}  ${by.join(' | ')}`,
      );
  }
  problems += counts.claimed - counts.proven;
  console.log(
    `${table}: ${counts.proven} of ${counts.claimed} claimed rows are proven, ${rows.size - counts.claimed} are unclaimed`,
  );
}
process.exitCode = problems === 0 ? 0 : 1;
