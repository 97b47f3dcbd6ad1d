/**
 * The core's decode map: opcode rows as numbers, with an index by map and opcode, and the enums that name their fields. Which row
 * of several matches is decided here, by their order. Pure: writes nothing.
 */
import { cpuidFeatures } from '../../isa/cpuid-features';
import type { OpcodeFamily, OpcodeRow, StateUse } from '../../isa/opcodes/row';
import { constEnum, header } from '../assembly-script';
import { maps, parseEncoding, type Encoding } from './encoding';
import { operationNumbers, type Operations } from './operations';
import {
  impliedRegister,
  type Operand,
  parseOperands,
  type Place,
  rmForms,
  stateUse,
  widths,
} from './operands';

/** Sizes an operand can have, in the order of the core's `Size`; the operand size comes first. */
const SIZES = ['', 'b', 'w', 'd', 'q', 'dq', 'qq', 't', 'v', 'y', 'z', 's', 'd64', 'f64', 'natural'];
const SIZE_NAMES = ['DEFAULT', ...SIZES.slice(1).map((size) => size.toUpperCase())];

const STATES: readonly StateUse[] = ['none', 'x87', 'x87-control', 'mmx', 'sse', 'sse-mmx', 'avx'];

/** Byte offsets inside a row of the map. */
const FIELDS = {
  SIZE: 12,
  /** Sets of accepted values: mandatory prefix in bits 3:0, VEX.L in 5:4, W in 7:6. */
  ACCEPTS: 0,
  /** MapModrm bits; ModRM.reg, if fixed, in bits 2:0. */
  MODRM: 1,
  /** MapFlag bits; ModRM.rm, if fixed, in bits 2:0. */
  FLAGS: 2,
  /** MapForm bits. */
  FORM: 3,
  /** Sizes of Uop.WIDTH, MapSize each: register form in bits 3:0, memory form in 7:4. */
  WIDTHS: 4,
  /** MapState. */
  STATE: 5,
  /** u16: the number dispatch.ts knows. */
  OPERATION: 6,
  /** Features it needs, NO_FEATURE when there is no (other) one. */
  FEATURE: 8,
  SECOND_FEATURE: 9,
  /** MapImmediate. */
  IMMEDIATE: 10,
  /** MapRegister: what takes the rm place without ModRM. */
  REGISTER: 11,
};

const MODRM = { PRESENT: 8, REG_FIXED: 16, MEMORY: 32, REGISTER: 64, MOD_IGNORED: 128 };
const FLAG = { RM_FIXED: 8, NOT_64: 16, ONLY_64: 32, LOCK: 64, ENDS: 128 };
/** Immediates by the code's words and the operands' letters: what the core reads for them. */
const IMMEDIATES = {
  '': 'NONE',
  'ib Ib': 'UNSIGNED_8',
  'ib sIb': 'SIGNED_8',
  'iw Iw': 'UNSIGNED_16',
  'id Iz': 'SIGNED_Z',
  'io Iv': 'FULL',
  'iw ib Iw Ib': 'FRAME',
  'mo Ob': 'OFFSET',
  'mo Ov': 'OFFSET',
  'cp Ap': 'FAR_POINTER',
  'cb Jb': 'RELATIVE_8',
  'cd Jz': 'RELATIVE_Z',
  '/is4 Ldq': 'REGISTER_4',
  '/is4 Lqq': 'REGISTER_4',
  '1': 'ONE',
} as const;
const IMMEDIATE_NAMES = [...new Set(Object.values(IMMEDIATES))];
const FORM = { VVVV: 1, VSIB: 2, EIGHT_REG: 4, EIGHT_RM: 8, PROBED: 16 };
const REGISTERS = ['none', 'opcode', 'accumulator', 'port'] as const;
const NO_FEATURE = 255;

interface Parsed {
  row: OpcodeRow;
  family: OpcodeFamily;
  encoding: Encoding;
  operands: Operand[];
}

/** All rows, in the order in which the core tries them. */
function parsedRows(families: readonly OpcodeFamily[]): Parsed[] {
  const rows = families.flatMap((family) =>
    family.rows.map((row) => ({ row, family, encoding: parseEncoding(row), operands: parseOperands(row) })),
  );
  return rows
    .map((parsed) => ({ ...parsed, encoding: widened(parsed) }))
    .sort((a, b) => a.encoding.map - b.encoding.map || specialty(b) - specialty(a));
}

/** Outside 64-bit mode VEX.W is ignored where it would choose the size of a general register. */
function widened({ row, encoding, operands }: Parsed): Encoding {
  const general = operands.some(({ place }) => 'EGRB'.includes(place));
  return row.code.startsWith('VEX.') && general && encoding.wide === 0b01
    ? { ...encoding, wide: 0b11 }
    : encoding;
}

/** The more of the bytes a row fixes, the earlier it is tried; what needs a feature goes before what is always there. */
function specialty({ row, encoding }: Parsed): number {
  const open = (set: number): number => set.toString(2).replace(/0/g, '').length;
  return (
    (encoding.modrm?.rm !== undefined || encoding.noRexB ? 64 : 0) +
    (encoding.modrm?.reg !== undefined ? 32 : 0) +
    4 * (4 - open(encoding.prefixes)) +
    2 * (2 - open(encoding.wide)) +
    (row.modes === 'o64' ? 1 : 0) +
    (row.feature === undefined ? 0 : 0.5)
  );
}

/** Rows by map and opcode, each as often as it has opcodes. */
function tables(families: readonly OpcodeFamily[]): Parsed[][] {
  const rows = parsedRows(families);
  return maps.flatMap((_, map) => {
    const ofMap = rows.filter(({ encoding }) => encoding.map === map);
    return Array.from({ length: 256 }, (__, opcode) =>
      ofMap.filter(({ encoding }) => opcode >= encoding.opcode && opcode < encoding.opcode + encoding.span),
    );
  });
}

/** The rows in the order of the decode map. */
export function mappedRows(families: readonly OpcodeFamily[]): OpcodeRow[] {
  return tables(families).flatMap((ofOpcode) => ofOpcode.map(({ row }) => row));
}

/** `src/core/gen/decode-map.ts`. */
export function decodeMap(families: readonly OpcodeFamily[]): string {
  const operations = operationNumbers(families);
  const index: number[] = [];
  const bytes: number[] = [];
  let count = 0;
  for (const ofOpcode of tables(families)) {
    index.push(count);
    count += ofOpcode.length;
    for (const parsed of ofOpcode) bytes.push(...rowBytes(parsed, operations));
  }
  index.push(count);
  return [
    header('The decode map: opcode rows as the reader in core/decode/rows.ts scans them.'),
    constEnum(
      'OpcodeMap',
      members(['ONE_BYTE', 'TWO_BYTE', 'MAP_0F38', 'MAP_0F3A', 'VEX_0F', 'VEX_0F38', 'VEX_0F3A']),
    ),
    constEnum('MapRow', Object.entries(FIELDS)),
    constEnum('MapModrm', Object.entries(MODRM)),
    constEnum('MapFlag', Object.entries(FLAG)),
    constEnum('MapForm', Object.entries(FORM)),
    constEnum('MapImmediate', members(IMMEDIATE_NAMES)),
    constEnum('MapRegister', members(REGISTERS.map((name) => name.toUpperCase()))),
    constEnum('MapSize', members(SIZE_NAMES)),
    constEnum('MapState', members(STATES.map((state) => state.toUpperCase().replace('-', '_')))),
    `export const NO_FEATURE: u32 = ${NO_FEATURE};\n`,
    `/** Number of the first row of each opcode, u16; the next opcode's is the end. */`,
    `export const FIRST_ROWS: usize = memory.data<u16>(${list(index)});\n`,
    `export const MAP_ROWS: usize = memory.data<u8>(${list(bytes)});\n`,
  ].join('\n');
}

const members = (names: readonly string[]): [string, number][] => names.map((name, i) => [name, i]);

/** Numbers in lines of a bearable length. */
function list(numbers: readonly number[]): string {
  const lines: string[] = [];
  for (let i = 0; i < numbers.length; i += 24) lines.push(`  ${numbers.slice(i, i + 24).join(', ')},`);
  return `[\n${lines.join('\n')}\n]`;
}

function rowBytes({ row, family, encoding, operands }: Parsed, operations: Operations): number[] {
  const operation = operations.of(row, family);
  const features = ([] as readonly string[]).concat(row.feature ?? []);
  const { register, memory } = widths(operands, row.size);
  const size = (letters: string): number => {
    // A far pointer is as wide as its offset.
    const at = SIZES.indexOf(letters === 'p' ? '' : letters);
    if (at < 0) throw new Error(`opcode row "${row.code}" (${row.name}): no size "${letters}"`);
    return at;
  };
  if (features.length > 2) throw new Error(`opcode row "${row.code}" (${row.name}): more than two features`);
  return [
    encoding.prefixes | (encoding.lengths << 4) | (encoding.wide << 6),
    modrmByte(encoding, operands),
    flagByte(row, encoding),
    formByte(family, operands),
    size(register) | (size(memory) << 4),
    STATES.indexOf(stateUse(row, operands)),
    operation & 0xff,
    operation >> 8,
    featureNumber(features[0]),
    featureNumber(features[1]),
    IMMEDIATE_NAMES.indexOf(immediateKind(row, encoding, operands)),
    REGISTERS.indexOf(encoding.modrm ? 'none' : impliedRegister(operands)),
  ];
}

function modrmByte({ modrm }: Encoding, operands: readonly Operand[]): number {
  if (!modrm) return 0;
  const ignored = operands.some(({ place }) => place === 'C' || place === 'D');
  const { memory, register } = modrm.registerOnly ? { memory: false, register: true } : rmForms(operands);
  return (
    MODRM.PRESENT |
    (modrm.reg !== undefined ? MODRM.REG_FIXED | modrm.reg : 0) |
    (memory || ignored ? MODRM.MEMORY : 0) |
    (register ? MODRM.REGISTER : 0) |
    (ignored ? MODRM.MOD_IGNORED : 0)
  );
}

function flagByte(row: OpcodeRow, { modrm, noRexB }: Encoding): number {
  return (
    // Without ModRM the opcode's register is fixed: REX.B would make it another one.
    (noRexB ? FLAG.RM_FIXED : 0) |
    (modrm?.rm !== undefined ? FLAG.RM_FIXED | modrm.rm : 0) |
    (row.modes === 'i64' ? FLAG.NOT_64 : 0) |
    (row.modes === 'o64' ? FLAG.ONLY_64 : 0) |
    (row.lock ? FLAG.LOCK : 0) |
    (row.ends ? FLAG.ENDS : 0)
  );
}

function formByte(family: OpcodeFamily, operands: readonly Operand[]): number {
  const has = (...places: Place[]): boolean => operands.some(({ place }) => places.includes(place));
  return (
    (has('H', 'B') ? FORM.VVVV : 0) |
    (has('vm') ? FORM.VSIB : 0) |
    // REX.R and REX.B do not reach MMX and segment registers.
    (has('P', 'S') ? FORM.EIGHT_REG : 0) |
    (has('Q', 'N') ? FORM.EIGHT_RM : 0) |
    (family.probed ? FORM.PROBED : 0)
  );
}

function immediateKind(
  row: OpcodeRow,
  { immediates }: Encoding,
  operands: readonly Operand[],
): (typeof IMMEDIATE_NAMES)[number] {
  const letters = operands.filter(({ place }) => ['I', 'sI', 'J', 'A', 'O', 'L', '1'].includes(place));
  const key = [...immediates, ...letters.map(({ place, size }) => place + size)].join(' ');
  if (!(key in IMMEDIATES))
    throw new Error(`opcode row "${row.code}" (${row.name}): immediates and operands disagree ("${key}")`);
  return IMMEDIATES[key as keyof typeof IMMEDIATES];
}

/** A feature's number is the place of its row in isa/cpuid-features. */
function featureNumber(name: string | undefined): number {
  return name === undefined ? NO_FEATURE : cpuidFeatures.findIndex((feature) => feature.name === name);
}
