/**
 * `npm run bench:language`: how long the language server takes to answer while somebody types in an assembly source of 10,000
 * lines, or in a source of yours, over stdin and stdout as an editor speaks with it, and how much memory it has then. One number stands for the time
 * from a request to its answer; the edit before the request is part of it, because the server must digest it first.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { languageOf } from '../../src/language/source/language-id';
import { uriOf } from '../../src/language/workspace/places';
import { Client } from '../language/server/client';
import { assemblySource } from '../language/server/assembly-source';

const USAGE = `Usage: npm run bench:language -- [options]
  --lines N     lines of the source (default 10000)
  --rounds N    edits, each followed by one request of every kind (default 500)
  --file FILE   types in this source instead, in the language that its name tells`;

/** Half an instruction, in front of what stands on the line or, every second time, on a line of its own. */
const TYPED = ['\tvmwr', '\tvmwr\n'] as const;

interface Measured {
  readonly title: string;
  readonly milliseconds: number[];
}

async function main(): Promise<number> {
  const options = parse(process.argv.slice(2));
  if (!options) {
    console.error(USAGE);
    return 2;
  }
  const { file } = options;
  const source = file === undefined ? assemblySource(options.lines) : readFileSync(file, 'utf8');
  const started = performance.now();
  const client = await Client.start();
  const startUp = performance.now() - started;
  const lines = source.split('\n').length;
  const measured = await type(client, file ?? '/bench/large.S', source, options.rounds);
  console.log(`${lines} lines, ${options.rounds} edits; milliseconds from the edit to the answer`);
  console.log(row(['', 'p50', 'p95', 'max']));
  for (const { title, milliseconds } of measured) {
    const sorted = milliseconds.sort((a, b) => a - b);
    const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
    console.log(row([title, ...[at(0.5), at(0.95), at(1)].map((value) => value.toFixed(1))]));
  }
  console.log(`start to first answer: ${startUp.toFixed(0)} ms; memory: ${memory(client.process.pid)}`);
  await client.stop();
  return 0;
}

async function type(client: Client, path: string, source: string, rounds: number): Promise<Measured[]> {
  const uri = uriOf(resolve(path));
  const lines = source.split('\n').length;
  await client.open(uri, languageOf('', path) ?? '', source);
  const textDocument = { uri };
  const { capabilities } = client.initialized;
  const asks = [
    { title: 'hover', able: capabilities.hoverProvider, method: 'textDocument/hover' },
    { title: 'completion', able: capabilities.completionProvider, method: 'textDocument/completion' },
    { title: 'inlay hints', able: capabilities.inlayHintProvider, method: 'textDocument/inlayHint' },
    { title: 'diagnostics', able: capabilities.diagnosticProvider, method: 'textDocument/diagnostic' },
    { title: 'symbols', able: capabilities.documentSymbolProvider, method: 'textDocument/documentSymbol' },
    { title: 'definition', able: capabilities.definitionProvider, method: 'textDocument/definition' },
    {
      title: 'semantic tokens',
      able: capabilities.semanticTokensProvider,
      method: 'textDocument/semanticTokens/range',
    },
  ].filter(({ able }) => able);
  const measured = asks.map(({ title }): Measured => ({ title, milliseconds: [] }));
  let version = 1;
  for (let round = 0; round < rounds; round++) {
    const line = (round * 7919) % lines;
    const typed = TYPED[round % TYPED.length]!;
    const start = { line, character: 0 };
    const cursor = { line, character: typed.trimEnd().length };
    const end = typed.endsWith('\n') ? { line: line + 1, character: 0 } : cursor;
    const range = {
      start: { line: Math.max(0, line - 30), character: 0 },
      end: { line: line + 30, character: 0 },
    };
    for (const [index, { method }] of asks.entries()) {
      const before = performance.now();
      await client.change(uri, ++version, [{ range: { start, end: start }, text: typed }]);
      await client.request(method, { textDocument, position: cursor, range });
      measured[index]!.milliseconds.push(performance.now() - before);
      await client.change(uri, ++version, [{ range: { start, end }, text: '' }]);
    }
  }
  return measured;
}

interface Options {
  readonly lines: number;
  readonly rounds: number;
  readonly file: string | undefined;
}

function parse(args: string[]): Options | undefined {
  try {
    const { values } = parseArgs({
      args,
      options: {
        lines: { type: 'string', default: '10000' },
        rounds: { type: 'string', default: '500' },
        file: { type: 'string' },
      },
    });
    const [lines, rounds] = [Number(values.lines), Number(values.rounds)];
    return lines > 0 && rounds > 0 ? { lines, rounds, file: values.file } : undefined;
  } catch {
    return undefined;
  }
}

function row(cells: readonly string[]): string {
  return cells.map((cell, index) => (index === 0 ? cell.padEnd(18) : cell.padStart(9))).join('');
}

/** Resident memory, now and at most, as Linux tells it. */
function memory(pid: number | undefined): string {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const mebibytes = (name: string) =>
      (Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]) / 1024).toFixed(0);
    return `${mebibytes('VmRSS')} MiB, at most ${mebibytes('VmHWM')} MiB`;
  } catch {
    return 'not known on this system';
  }
}

main().then(
  (status) => (process.exitCode = status),
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
