// The AES operations on 16 bytes, byte i being row i % 4 of column i / 4 (FIPS 197; SDM Vol. 1, 12.13). Substitution goes by
// tables that are computed at first use.

export const enum AesOp {
  AESENC = 0,
  AESENCLAST,
  AESDEC,
  AESDECLAST,
}

const substitution = memory.data(256);
const inverseSubstitution = memory.data(256);
let tablesReady: bool = false;
const bytes = memory.data(16, 16);

/** Times x in GF(2^8) modulo x^8 + x^4 + x^3 + x + 1. */
function timesX(v: u32): u32 {
  return ((v << 1) ^ (v & 0x80 ? 0x1b : 0)) & 0xff;
}

function rotateByte(v: u32, count: u32): u32 {
  return ((v << count) | (v >> (8 - count))) & 0xff;
}

/** p runs through the powers of 3, q through their inverses; the affine map of FIPS 197, 5.1.1 follows. */
function makeTables(): void {
  let p: u32 = 1;
  let q: u32 = 1;
  do {
    p = p ^ timesX(p);
    // q divided by 3: times F6H.
    q ^= q << 1;
    q ^= q << 2;
    q ^= q << 4;
    q &= 0xff;
    if (q & 0x80) q ^= 0x09;
    const s: u32 = q ^ rotateByte(q, 1) ^ rotateByte(q, 2) ^ rotateByte(q, 3) ^ rotateByte(q, 4) ^ 0x63;
    store<u8>(substitution + p, s);
    store<u8>(inverseSubstitution + s, p);
  } while (p != 1);
  store<u8>(substitution, 0x63);
  store<u8>(inverseSubstitution + 0x63, 0);
  tablesReady = true;
}

function substitute(v: v128, table: usize): v128 {
  if (!tablesReady) makeTables();
  v128.store(bytes, v);
  for (let i = 0; i < 16; i++) store<u8>(bytes + i, load<u8>(table + load<u8>(bytes + i)));
  return v128.load(bytes);
}

function shiftRows(v: v128): v128 {
  return v128.shuffle<i8>(v, v, 0, 5, 10, 15, 4, 9, 14, 3, 8, 13, 2, 7, 12, 1, 6, 11);
}

function inverseShiftRows(v: v128): v128 {
  return v128.shuffle<i8>(v, v, 0, 13, 10, 7, 4, 1, 14, 11, 8, 5, 2, 15, 12, 9, 6, 3);
}

function timesXEach(v: v128): v128 {
  return v128.xor(i8x16.shl(v, 1), v128.and(i8x16.shr_s(v, 7), i8x16.splat(0x1b)));
}

/** Row r + 1 in the place of row r, in each column. */
function nextRow(v: v128): v128 {
  return v128.shuffle<i8>(v, v, 1, 2, 3, 0, 5, 6, 7, 4, 9, 10, 11, 8, 13, 14, 15, 12);
}

function mixColumns(v: v128): v128 {
  const next = nextRow(v);
  const second = nextRow(next);
  const others = v128.xor(v128.xor(next, second), nextRow(second));
  return v128.xor(timesXEach(v128.xor(v, next)), others);
}

export function inverseMixColumns(v: v128): v128 {
  const four = timesXEach(timesXEach(v128.xor(v, nextRow(nextRow(v)))));
  return mixColumns(v128.xor(v, four));
}

/** One round of `op` on the state with the round key. */
export function aesRound(op: u32, state: v128, key: v128): v128 {
  switch (op) {
    case AesOp.AESENC:
      return v128.xor(mixColumns(substitute(shiftRows(state), substitution)), key);
    case AesOp.AESENCLAST:
      return v128.xor(substitute(shiftRows(state), substitution), key);
    case AesOp.AESDEC:
      return v128.xor(inverseMixColumns(substitute(inverseShiftRows(state), inverseSubstitution)), key);
    default:
      return v128.xor(substitute(inverseShiftRows(state), inverseSubstitution), key);
  }
}

/** AESKEYGENASSIST: SubWord of dwords 1 and 3, and RotWord of them xor the round constant. */
export function aesKeyAssist(v: v128, constant: u32): v128 {
  const s = substitute(v, substitution);
  const first = i32x4.extract_lane(s, 1);
  const third = i32x4.extract_lane(s, 3);
  let result = i32x4.splat(first);
  result = i32x4.replace_lane(result, 1, rotr<u32>(first, 8) ^ constant);
  result = i32x4.replace_lane(result, 2, third);
  return i32x4.replace_lane(result, 3, rotr<u32>(third, 8) ^ constant);
}
