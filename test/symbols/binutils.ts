/**
 * What GNU binutils say about a program: the truth our readers are held against.
 */
import { run } from './toolchain';

/** A row of a decoded line table. `line` 0 stands for the end of a sequence. */
export interface OracleRow {
  readonly file: string;
  readonly line: number;
  readonly address: bigint;
  readonly view: number;
  readonly isStmt: boolean;
}

/** All rows of `readelf --debug-dump=decodedline`, in file order. */
export function readelfLines(path: string): OracleRow[] {
  const rows: OracleRow[] = [];
  for (const line of run('readelf', '-W', '--debug-dump=decodedline', path).split('\n')) {
    const match = /^(\S.*?)\s+(\d+|-)\s+(0x[0-9a-f]+|0)(?:\s+(\d+))?(\s+x)?(\s+END)?\s*$/.exec(line);
    if (!match) continue;
    rows.push({
      file: match[1]!,
      line: match[2] === '-' ? 0 : Number(match[2]),
      address: BigInt(match[3]!),
      view: Number(match[4] ?? 0),
      isStmt: match[5] !== undefined,
    });
  }
  return rows;
}

/**
 * The line of an address where a row begins, as gdb tells it: of several rows the last statement, else the last one.
 * addr2line takes the last one always.
 */
export function lineOfRows(rows: readonly OracleRow[], address: bigint): number {
  const here = rows.filter((row) => row.address === address && row.line > 0);
  return (here.filter((row) => row.isStmt).at(-1) ?? here.at(-1))?.line ?? 0;
}

/** `addr2line -f -i`: functions and positions, innermost first. */
export function addr2line(
  path: string,
  addresses: readonly bigint[],
): { name: string; file: string; line: number }[][] {
  if (addresses.length === 0) return [];
  const list = addresses.map((a) => `0x${a.toString(16)}`);
  const output = run('addr2line', '-a', '-f', '-i', '-e', path, ...list)
    .trim()
    .split('\n');
  const answers: { name: string; file: string; line: number }[][] = [];
  for (let i = 0; i < output.length;) {
    if (output[i]!.startsWith('0x')) {
      answers.push([]);
      i++;
      continue;
    }
    const [, file, line] = /^(.*):(\d+|\?)/.exec(output[i + 1]!)!;
    answers[answers.length - 1]!.push({ name: output[i]!, file: file!, line: Number(line) || 0 });
    i += 2;
  }
  return answers;
}

/** Function symbols by `nm`. */
export function nm(path: string): { name: string; address: bigint; kind: string }[] {
  return run('nm', path)
    .trim()
    .split('\n')
    .flatMap((line) => {
      const match = /^([0-9a-f]+) (\w) (.*)$/.exec(line);
      return match ? [{ address: BigInt(`0x${match[1]}`), kind: match[2]!, name: match[3]! }] : [];
    });
}
