/**
 * `npm run bench:history`: what the past of a run costs and how fast it is reached, measured in one run: guests with the hypervisor of
 * samples/hello-nested, and, where its files are given, Linux with KVM and Linux in it. Times are CPU time of this
 * process; recording is measured with and without a history in turn, by medians.
 */
import '../../support/provide-host';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { pastOf, recording, type Row } from './measures';
import { linuxWork, nestedWork, type Work } from './work';

const USAGE = `Usage: npm run bench:history -- [options]
  --linux FOLDER      with vmlinuz and l1.cpio, as samples/linux-kvm/make.sh makes them
  --instructions N    instructions of a run, in millions (default 1000)
  --repetitions N     runs with and without a history (default 3)
  --moments N         moments at which steps and writes are looked for (default 40)
  --work A,B          only those of nested, exits, linux`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      linux: { type: 'string' },
      instructions: { type: 'string', default: '1000' },
      repetitions: { type: 'string', default: '3' },
      moments: { type: 'string', default: '40' },
      work: { type: 'string', default: 'nested,exits,linux' },
    },
  });
  const [instructions, repetitions, moments] = [values.instructions, values.repetitions, values.moments].map(
    Number,
  );
  const wanted = values.work.split(',');
  if (!instructions || !repetitions || !moments) throw new Error(USAGE);
  const images = mkdtempSync(join(tmpdir(), 'turtlescope-bench-'));
  try {
    const length = BigInt(instructions * 1e6);
    const { linux } = values;
    const works: Work[] = [];
    if (wanted.includes('nested')) works.push(nestedWork(images, 'l2 bytecode', length));
    if (wanted.includes('exits')) works.push(nestedWork(images, 'l2 exits', length / 50n));
    if (wanted.includes('linux') && linux !== undefined) works.push(linuxWork(linux, length));
    const rows: Row[] = [];
    for (const work of works) {
      const report = (row: Row) => {
        rows.push(row);
        console.log(
          [row.work, row.measure, row.value, row.goal, row.reached ? 'reached' : 'MISSED'].join(' | '),
        );
      };
      report(recording(work, repetitions));
      await pastOf(work, moments, report);
    }
    return rows.every(({ reached }) => reached) ? 0 : 1;
  } finally {
    rmSync(images, { recursive: true, force: true });
  }
}

void main().then(
  (status) => (process.exitCode = status),
  (error: unknown) => {
    console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 2;
  },
);
