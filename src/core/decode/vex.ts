// The VEX prefix (SDM Vol. 2, 2.3): C5 with one byte, C4 with two. Outside 64-bit mode the same bytes are LES and LDS when a memory
// operand follows; real and virtual-8086 mode know only these.
import { Mode } from '../../abi/state-block';
import { OpcodeMap } from '../gen/decode-map';
import * as cursor from './cursor';
import { decodeByRow, decodeUnclaimed, vexPrefix } from './rows';

/** True when the byte before the cursor starts a VEX prefix. */
export function isVex(opcode: u32): bool {
  if (opcode != 0xc4 && opcode != 0xc5) return false;
  if (cursor.mode == Mode.REAL || cursor.mode == Mode.VIRTUAL_8086) return false;
  return cursor.isLong() || cursor.peek8() >= 0xc0;
}

/** Decodes what follows C4 or C5. */
export function decodeVex(u: usize, opcode: u32): void {
  // Before it, REX and the prefixes that it holds itself are undefined.
  const forbidden = cursor.prefix66 || cursor.repeat != 0 || cursor.rex != 0 || cursor.lock;
  const first = cursor.next8();
  const last = opcode == 0xc4 ? cursor.next8() : first;
  // R, X, B and vvvv are stored inverted.
  let bits: u32 = (~first >> 5) & 4;
  let map: u32 = 1;
  if (opcode == 0xc4) {
    bits |= ((~first >> 5) & 3) | ((last >> 4) & 8);
    map = first & 31;
  }
  const operation = cursor.next8();
  if (cursor.overrun) return;
  if (forbidden || map == 0 || map > 3) return cursor.setUndefined(u);
  cursor.setVexBits(cursor.isLong() ? bits : bits & 8);
  vexPrefix((last >> 2) & 1, (~last >> 3) & 15, last & 3);
  const table = OpcodeMap.VEX_0F + map - 1;
  if (decodeByRow(u, table, operation) || cursor.overrun) return;
  decodeUnclaimed(u, table, operation);
}
