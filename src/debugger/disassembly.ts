/**
 * Disassembly around an address: mode-aware, with symbols and source lines. Code before the address is decoded from where it
 * falls into step with it, because x86 cannot be read backwards.
 */
import { codeBits } from './code-mode';
import { decodeInstructions, type DecodedInstruction } from './instruction';
import { readMemory } from './level-memory';
import { memoryReference, type SpacedAddress } from './memory-reference';
import type { DebugSession } from './session';
import type { StrandName } from '../machine/strand';

export interface DisassemblyRow {
  /** As DAP carries it. */
  readonly address: string;
  readonly text: string;
  readonly bytes?: string;
  readonly symbol?: string;
  readonly source?: { readonly path: string; readonly line: number };
  /** There is no code here. */
  readonly invalid: boolean;
}

const LONGEST = 15;
export const MAXIMUM_ROWS = 10_000;

/** Exactly `count` rows, from `offset` instructions after the address on. */
export function disassemble(
  session: DebugSession,
  at: SpacedAddress,
  offset: number,
  count: number,
): DisassemblyRow[] {
  const before = offset < 0 ? backwards(session, at, -offset) : [];
  const behind = Math.max(0, offset + count);
  const forwards = decode(session, at.space, at.address, behind * LONGEST, behind);
  while (forwards.length < behind) forwards.push(missing(at.address, forwards));
  const rows = [...before, ...forwards].slice(offset < 0 ? 0 : offset);
  return describe(session, at, rows.slice(0, count));
}

type Row = Pick<DecodedInstruction, 'address' | 'length' | 'bytes' | 'text' | 'flow'>;

function decode(
  session: DebugSession,
  space: SpacedAddress['space'],
  address: bigint,
  length: number,
  limit: number,
): Row[] {
  if (limit <= 0) return [];
  const bytes = readMemory(session.machine, space, address, Math.min(length, MAXIMUM_ROWS * LONGEST));
  const level = 'level' in space ? space.level : session.currentLevel;
  const registers = session.machine.driver.registers(level);
  const symbol = (target: bigint) => symbolName(session, level, target);
  return decodeInstructions(bytes, address, registers ? codeBits(registers) : 64, { limit, symbol });
}

/** Rows that end exactly at the address, `count` of them; what cannot be decoded is filled up. */
function backwards(session: DebugSession, at: SpacedAddress, count: number): Row[] {
  const start = knownStart(session, at, count);
  const length = Number(at.address - start);
  const rows = decode(session, at.space, start, length, length).filter((row) => row.address < at.address);
  const found = rows.slice(-count);
  let first = found[0]?.address ?? at.address;
  while (found.length < count) {
    first = BigInt.asUintN(64, first - 1n);
    found.unshift(unreadable(first));
  }
  return found;
}

/** An address before, from which decoding falls into step: a statement of the line table, else a guess far enough away. */
function knownStart(session: DebugSession, at: SpacedAddress, count: number): bigint {
  const far = BigInt(Math.min(count, MAXIMUM_ROWS) * LONGEST);
  const lowest = at.address > far ? at.address - far : 0n;
  if (at.space.kind !== 'linear') return lowest;
  const program = session.programs.at(session.machine, at.space.level, at.address);
  const symbol = program?.symbols.symbolAt(at.address);
  if (!symbol) return lowest;
  // Functions stand one behind the other: their beginnings are instructions.
  let start = symbol.address;
  while (start > lowest) {
    const previous = program!.symbols.symbolAt(start - 1n);
    if (!previous || previous.address >= start) break;
    start = previous.address;
  }
  return start;
}

function unreadable(address: bigint): Row {
  return { address, length: 1, bytes: new Uint8Array(), text: '(no memory here)', flow: 'invalid' };
}

function missing(start: bigint, rows: readonly Row[]): Row {
  const last = rows.at(-1);
  return unreadable(last ? BigInt.asUintN(64, last.address + BigInt(last.length)) : start);
}

function describe(session: DebugSession, at: SpacedAddress, rows: readonly Row[]): DisassemblyRow[] {
  const level = at.space.kind === 'linear' ? at.space.level : undefined;
  let shown = '';
  return rows.map((row) => {
    const symbol = level && symbolName(session, level, row.address);
    const place = level && session.programs.at(session.machine, level, row.address);
    const location = place?.symbols.locate(row.address);
    const key = `${location?.file}:${location?.line}`;
    // A line is named where it begins, as the view draws it above the instruction.
    const named = location && key !== shown;
    shown = key;
    return {
      address: memoryReference(at.space, row.address),
      text: row.text,
      ...(row.bytes.length > 0 && { bytes: hexBytes(row.bytes) }),
      ...(symbol !== undefined && !symbol.includes('+') && { symbol }),
      ...(named && { source: { path: session.paths.toLocal(location.file), line: location.line } }),
      invalid: row.flow === 'invalid',
    };
  });
}

function hexBytes(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}

/** `name` or `name+0x10`; undefined where no program has code. */
export function symbolName(session: DebugSession, level: StrandName, address: bigint): string | undefined {
  const symbol = session.programs.at(session.machine, level, address)?.symbols.symbolAt(address);
  if (!symbol) return undefined;
  return symbol.offset === 0 ? symbol.name : `${symbol.name}+0x${symbol.offset.toString(16)}`;
}
