/** The packets about registers: all of them, or one by its number. What nobody knows is `x`, which gdb shows as unavailable. */
import type { DebugSession } from '../debugger/session';
import type { StrandName } from '../machine/strand';
import { registers as rows } from './features';
import type { Bearer, GdbRegister } from './gdb-register';
import { bytesOf, fromLittleEndian, littleEndian } from './hex';

function bearer({ machine }: DebugSession, strand: StrandName): Bearer | undefined {
  const registers = machine.driver.registers(strand);
  return registers && { machine, strand, registers };
}

function shown(row: GdbRegister, of: Bearer | undefined): string {
  const value = of && row.read(of);
  return value === undefined ? 'x'.repeat(row.bits / 4) : littleEndian(value, row.bits);
}

export function readRegisters(session: DebugSession, strand: StrandName): string {
  const of = bearer(session, strand);
  return rows.map((row) => shown(row, of)).join('');
}

/** Undefined for a number that no register has. */
export function readOne(session: DebugSession, strand: StrandName, number: number): string | undefined {
  const row = rows[number];
  return row && shown(row, bearer(session, strand));
}

/** False where it cannot be changed. */
export function writeOne(session: DebugSession, strand: StrandName, number: number, hex: string): boolean {
  const row = rows[number];
  const bytes = bytesOf(hex);
  const of = bearer(session, strand);
  if (!row || !of || bytes?.length !== row.bits / 8) return false;
  return row.write(of, fromLittleEndian(bytes));
}

/** Writes those that differ; registers the client does not know either stay. */
export function writeRegisters(session: DebugSession, strand: StrandName, hex: string): boolean {
  let at = 0;
  return rows.every((row, number) => {
    const digits = row.bits / 4;
    const piece = hex.slice(at, (at += digits)).toLowerCase();
    const of = bearer(session, strand);
    if (piece.includes('x') || piece === shown(row, of)) return true;
    return writeOne(session, strand, number, piece);
  });
}
