/**
 * `npm run bench`: guest MIPS of six integer kernels, one of SSE and one of x87, in L1 and in L2, and VM exits a second, beside
 * Bochs and QEMU where they are installed, and beside another checkout of Turtlescope. All run the same image, in turn, several times; medians are compared. The
 * number of instructions is exact: Turtlescope counts them, and an emulator that runs the same code runs as many.
 * A shared machine moves single times by 15 %; only the ratios carry over. Runs are long, because in short ones the
 * time V8 takes to compile the core, which happens once a process, would be measured.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { bochs, qemu, retired, turtlescope, type Emulator, type Found, type Level } from './emulators';
import { timedRun, timesCpu } from './timed-run';

const INTEGER_KERNELS = ['sieve', 'crc32', 'fib', 'mix64', 'bytecode', 'quicksort'];
/** Each is a figure of its own: means are of the integer kernels. */
const FLOAT_KERNELS = ['sse', 'x87'];
const KERNELS = [...INTEGER_KERNELS, ...FLOAT_KERNELS];
const USAGE = `Usage: npm run bench -- [options]
  --repetitions N     runs of each kernel in each emulator (default 3)
  --instructions N    instructions of one kernel run, in millions (default 1000)
  --kernels A,B       only these of ${KERNELS.join(', ')}
  --exits N           exits of one exit-rate run (default 100000)
  --topology T        topology for the kernels, nested (default) or bare
  --beside FOLDER     another checkout of Turtlescope, built: what a change costs or gains is the ratio of one run

BOCHS names the Bochs program, BXSHARE the folder of its BIOS.`;

interface Options {
  repetitions: number;
  instructions: number;
  kernels: string[];
  exits: number;
  topology: 'nested' | 'bare';
  beside: string | undefined;
}

/** One column: an emulator at a level, with the seconds of its repetitions by work. */
interface Column {
  emulator: Emulator;
  level: Level;
  title: string;
  seconds: Map<string, number[]>;
}

async function main(): Promise<number> {
  const options = parse(process.argv.slice(2));
  if (options === undefined) {
    console.error(USAGE);
    return 2;
  }
  const images = mkdtempSync(join(tmpdir(), 'turtlescope-bench-'));
  try {
    const folder = resolve(__dirname, '../guests/bench');
    const make = spawnSync('make', ['-s', '-C', folder, `OUT=${images}`], { encoding: 'utf8' });
    if (make.status !== 0) {
      console.error(
        `bench: the guest does not build (gcc, binutils and make are needed): ${make.stderr ?? ''}`,
      );
      return 1;
    }
    await bench(images, options);
    return 0;
  } finally {
    rmSync(images, { recursive: true, force: true });
  }
}

function parse(args: string[]): Options | undefined {
  try {
    const { values } = parseArgs({
      args,
      options: {
        repetitions: { type: 'string', default: '3' },
        instructions: { type: 'string', default: '1000' },
        kernels: { type: 'string', default: KERNELS.join(',') },
        exits: { type: 'string', default: '100000' },
        topology: { type: 'string', default: 'nested' },
        beside: { type: 'string' },
      },
    });
    const [repetitions, instructions, exits] = [values.repetitions, values.instructions, values.exits].map(
      Number,
    );
    const kernels = values.kernels.split(',');
    const { topology, beside } = values;
    if (!repetitions || !instructions || !exits || !kernels.every((name) => KERNELS.includes(name)))
      return undefined;
    if (topology !== 'nested' && topology !== 'bare') return undefined;
    return { repetitions, instructions: instructions * 1e6, kernels, exits, topology, beside };
  } catch {
    return undefined;
  }
}

async function bench(images: string, options: Options): Promise<void> {
  const { topology, beside } = options;
  const ours = present(turtlescope(images, topology));
  const other = beside === undefined ? [] : [present(turtlescope(images, topology, beside))];
  const peers = [...other, present(bochs(images)), present(qemu(images))];
  if (ours === undefined) return;
  console.log(
    `times are ${timesCpu ? 'CPU time of the emulator' : 'wall time'}, medians of ${options.repetitions}\n`,
  );

  const columns = [ours, ...peers].flatMap((emulator) => (emulator === undefined ? [] : levels(emulator)));
  const mips = new Map<Column, Map<string, number>>(columns.map((column) => [column, new Map()]));
  for (const kernel of options.kernels) {
    const { count, instructions } = await calibrate(ours, kernel, options.instructions);
    await repeat(columns, kernel, count, options.repetitions);
    for (const column of columns)
      mips.get(column)!.set(kernel, instructions / 1e6 / median(column.seconds.get(kernel)!));
  }
  printKernels(columns, mips, options.kernels);

  const checkouts = [undefined, ...(beside === undefined ? [] : [beside])];
  const exitColumns = [
    ...(['nested', 'bare'] as const).flatMap((each) =>
      checkouts.map((folder) => turtlescope(images, each, folder)),
    ),
    bochs(images),
  ]
    .flatMap((found) => ('emulator' in found ? levels(found.emulator) : []))
    .filter(({ level }) => level === 'l2');
  await repeat(exitColumns, 'exits', options.exits, options.repetitions);
  const titleWidth = Math.max(...exitColumns.map(({ title }) => title.length)) + 2;
  console.log('\nCPUID exits from L2 that L1 handles, a second');
  for (const column of exitColumns)
    console.log(
      `  ${column.title.padEnd(titleWidth)}${Math.round(options.exits / median(column.seconds.get('exits')!))}`,
    );
}

function present(found: Found): Emulator | undefined {
  if ('missing' in found) console.log(`missing: ${found.missing}`);
  else console.log(found.emulator.description);
  return 'missing' in found ? undefined : found.emulator;
}

function levels(emulator: Emulator): Column[] {
  return emulator.levels.map((level) => ({
    emulator,
    level,
    title: `${emulator.name} ${level.toUpperCase()}`,
    seconds: new Map<string, number[]>(),
  }));
}

/** How many rounds make about that many instructions, and how many instructions those rounds then are. */
async function calibrate(ours: Emulator, kernel: string, wanted: number) {
  const total = async (count: number) =>
    retired((await timedRun(ours.start(`l1 ${kernel} ${count}`))).stderr);
  const none = await total(0);
  // Four rounds: fib takes four different arguments in turn.
  const fourRounds = (await total(4)) - none;
  const count = 4 * Math.max(1, Math.round(wanted / fourRounds));
  return { count, instructions: (await total(count)) - none };
}

/** Runs all columns in turn, so that a slow minute of the machine meets all of them. */
async function repeat(
  columns: readonly Column[],
  work: string,
  count: number,
  repetitions: number,
): Promise<void> {
  const checksums = new Set<string>();
  for (let repetition = 0; repetition < repetitions; repetition++) {
    for (const { emulator, level, seconds } of columns) {
      const run = await timedRun(emulator.start(`${level} ${work} ${count}`));
      seconds.set(work, [...(seconds.get(work) ?? []), run.seconds]);
      checksums.add(run.checksum);
    }
  }
  if (checksums.size !== 1) throw new Error(`${work}: checksums differ: ${[...checksums].join(', ')}`);
}

function printKernels(
  columns: readonly Column[],
  mips: Map<Column, Map<string, number>>,
  kernels: readonly string[],
) {
  const rows = kernels.map((name) => [name, (column: Column) => mips.get(column)!.get(name)!] as const);
  const integer = rows.filter(([name]) => INTEGER_KERNELS.includes(name));
  const mean = (column: Column) => geometricMean(integer.map(([, value]) => value(column)));
  const means = integer.length === 0 ? [] : [['integer mean', mean] as const];
  const width = Math.max(...columns.map(({ title }) => title.length)) + 2;
  console.log(`${'guest MIPS'.padEnd(16)}${columns.map(({ title }) => title.padStart(width)).join('')}`);
  for (const [name, value] of [...rows, ...means])
    console.log(name.padEnd(16) + columns.map((column) => value(column).toFixed(0).padStart(width)).join(''));

  if (new Set(columns.map(({ emulator }) => emulator)).size === 1) return;
  console.log('\nratios: each kernel, then the geometric mean of the integer kernels');
  for (const level of ['l1', 'l2'] as const) {
    const [ours, ...others] = columns.filter((column) => column.level === level);
    for (const other of others) {
      const ratios = [...rows, ...means].map(([name, value]) => {
        return `${name} ${(value(ours!) / value(other)).toFixed(2)}`;
      });
      console.log(`  ${ours!.title} / ${other.title}: ${ratios.join(', ')}`);
    }
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

void main().then(
  (status) => (process.exitCode = status),
  (error: unknown) => {
    console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
    // Not exitCode: opening the serial pipe of an emulator that never started waits for ever.
    process.exit(1);
  },
);
