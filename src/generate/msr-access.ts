/** The core's RDMSR, WRMSR and RESET of single MSRs, from the rows of isa/msr-access. Pure: writes nothing. */
import { msrAccess, type MsrAccessRow, type MsrWrite } from '../isa/msr-access';
import { msr, type MsrName } from '../isa/msrs';
import { registerFormats } from '../isa/registers';
import { header } from './assembly-script';
import { maskOf } from './bit-masks';

/** The file below src/core that has the functions the rows call. */
const FUNCTIONS = 'exec/msr-values';

const rows = Object.entries(msrAccess) as [MsrName, MsrAccessRow][];

/** `src/core/gen/msr-access.ts`. */
export function msrAccessors(): string {
  const body = [
    '/** Value of the MSR; #GP(0) when it does not exist or cannot be read. Check `faulted()`. */',
    'export function readMsrRow(index: u32): u64 {',
    '  switch (index) {',
    ...rows.flatMap(([name, row]) => entry(name, read(row))),
    '    default:',
    '      return refuseRead();',
    '  }',
    '}',
    '',
    '/** Writes the MSR; #GP(0) when it does not exist, cannot be written, or the value is invalid. Check `faulted()`. */',
    'export function writeMsrRow(index: u32, value: u64): void {',
    '  switch (index) {',
    ...rows.flatMap(([name, row]) => entry(name, write(name, row))),
    '    default:',
    '      return refuseWrite();',
    '  }',
    '}',
    '',
    '/** RESET: the values that are not 0. */',
    'export function resetMsrs(): void {',
    ...rows.flatMap(([, row]) =>
      row.reset === undefined ? [] : [`  set64(State.${row.slot ?? ''}, 0x${row.reset.toString(16)});`],
    ),
    '}',
    '',
  ].join('\n');
  return [
    header('RDMSR, WRMSR and RESET of the MSRs that stand in isa/msr-access.'),
    ...imports(body),
    '',
    body,
  ].join('\n');
}

function entry(name: MsrName, statement: string): string[] {
  return [`    case Msr.${name}:`, `      return ${statement};`];
}

/** What reading an MSR does that has no value, writing one that is kept: both exist, so the sentence is another. */
function refusals(row: MsrAccessRow): { readonly read: string; readonly write: string } {
  return {
    read: guarded(row, 'refuseCommand()', 'refuseRead()'),
    write: guarded(row, 'refuseReadOnly(value)', 'refuseWrite()'),
  };
}

function guarded(row: MsrAccessRow, value: string, refusal: string): string {
  return row.feature ? `claimsFeature(Feature.${row.feature}) ? ${value} : ${refusal}` : value;
}

function read(row: MsrAccessRow): string {
  const value =
    typeof row.read === 'bigint'
      ? String(row.read)
      : (row.read?.call ?? (row.slot && `get64(State.${row.slot})`));
  return value === undefined ? refusals(row).read : guarded(row, value, 'refuseRead()');
}

function write(name: MsrName, row: MsrAccessRow): string {
  if (row.write === undefined) return refusals(row).write;
  return guarded(row, writer(name, row.write, `State.${row.slot ?? ''}`), 'refuseWrite()');
}

/** The call that does what the row says of WRMSR. */
function writer(name: MsrName, rule: MsrWrite, slot: string): string {
  if (typeof rule === 'object' && 'call' in rule) return rule.call;
  switch (rule) {
    case 'any':
      return `set64(${slot}, value)`;
    case 'canonical':
      return `writeCanonical(${slot}, value)`;
    case 'low-32':
      return `writeDefined(${slot}, value, 0xffffffff)`;
    case 'truncated':
      return `set64(${slot}, value & 0xffffffff)`;
    case 'memory-types':
      return `writeMemoryTypes(${slot}, value)`;
    case 'zero':
      return 'writeZero(value)';
    case 'ignored':
      return 'writeNothing()';
    default:
      return `writeDefined(${slot}, value, 0x${bitsOf(name, rule).toString(16)})`;
  }
}

/**
 * Mask of named bits of an MSR.
 * @throws Error when the MSR has no bit of this name
 */
function bitsOf(name: MsrName, bits: readonly string[]): bigint {
  const { format, ranges } = msr[name];
  const named = format ? registerFormats[format].ranges : (ranges ?? []);
  return bits.reduce((mask, bit) => {
    const range = named.find((candidate) => candidate.name === bit);
    if (!range) throw new Error(`isa/msrs has no ${bit} in ${name}`);
    return mask | maskOf(range);
  }, 0n);
}

/** Where names of the generated body come from; all other functions are of FUNCTIONS. */
const SOURCES: Record<string, string> = {
  State: '../../abi/state-block',
  Seg: '../../abi/state-block',
  claimsFeature: '../claims',
  Msr: './constants',
  Feature: './features',
  get64: '../state',
  set64: '../state',
  segmentBase: '../state',
  timeStamp: '../exec/time',
  writeTimeStamp: '../exec/time',
  mtrrCapabilities: '../exec/mtrr',
};

function imports(body: string): string[] {
  const byFile = new Map<string, Set<string>>();
  const own = /^(readMsrRow|writeMsrRow|resetMsrs|switch)$/;
  const code = body.replace(/^\/\*\*.*$/gm, '');
  for (const [, name] of code.matchAll(/\b([A-Za-z]\w*)(?=\(|\.[A-Z])/g)) {
    if (name === undefined || own.test(name)) continue;
    const file = SOURCES[name] ?? (/^[a-z]/.test(name) ? `../${FUNCTIONS}` : undefined);
    if (file) byFile.set(file, (byFile.get(file) ?? new Set()).add(name));
  }
  return [...byFile].map(([file, names]) => `import { ${[...names].sort().join(', ')} } from '${file}';`);
}
