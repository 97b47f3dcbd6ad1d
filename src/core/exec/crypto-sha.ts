// SHA-1 and SHA-256 steps (FIPS 180-4; SDM Vol. 2, SHA1RNDS4 and the six others). The first word of a message block, and A of
// the state, are in the highest element of SHA-1's vectors.

export const enum ShaOp {
  SHA1NEXTE = 0,
  SHA1MSG1,
  SHA1MSG2,
  SHA256MSG1,
  SHA256MSG2,
}

// @ts-ignore: decorator
@inline
function vector(e0: u32, e1: u32, e2: u32, e3: u32): v128 {
  const v = i32x4.replace_lane(i32x4.splat(e0), 1, e1);
  return i32x4.replace_lane(i32x4.replace_lane(v, 2, e2), 3, e3);
}

/** SHA-1's function and constant of rounds 0-19, 20-39, 40-59 and 60-79. */
function sha1Mix(rounds: u32, b: u32, c: u32, d: u32): u32 {
  if (rounds == 0) return ((b & c) ^ (~b & d)) + 0x5a827999;
  if (rounds == 1) return (b ^ c ^ d) + 0x6ed9eba1;
  if (rounds == 2) return ((b & c) ^ (b & d) ^ (c & d)) + 0x8f1bbcdc;
  return (b ^ c ^ d) + 0xca62c1d6;
}

/** Four rounds: A, B, C, D in `state`, E already added to the first word of `words`. */
export function sha1Rounds(state: v128, words: v128, rounds: u32): v128 {
  let a: u32 = i32x4.extract_lane(state, 3);
  let b: u32 = i32x4.extract_lane(state, 2);
  let c: u32 = i32x4.extract_lane(state, 1);
  let d: u32 = i32x4.extract_lane(state, 0);
  let e: u32 = 0;
  let reversed = v128.shuffle<i32>(words, words, 3, 2, 1, 0);
  for (let i = 0; i < 4; i++) {
    const t = sha1Mix(rounds, b, c, d) + rotl<u32>(a, 5) + <u32>i32x4.extract_lane(reversed, 0) + e;
    reversed = v128.shuffle<i32>(reversed, reversed, 1, 2, 3, 0);
    e = d;
    d = c;
    c = rotl<u32>(b, 30);
    b = a;
    a = t;
  }
  return vector(d, c, b, a);
}

// @ts-ignore: decorator
@inline
function bigSigma0(x: u32): u32 {
  return rotr<u32>(x, 2) ^ rotr<u32>(x, 13) ^ rotr<u32>(x, 22);
}

// @ts-ignore: decorator
@inline
function bigSigma1(x: u32): u32 {
  return rotr<u32>(x, 6) ^ rotr<u32>(x, 11) ^ rotr<u32>(x, 25);
}

// @ts-ignore: decorator
@inline
function smallSigma0(x: u32): u32 {
  return rotr<u32>(x, 7) ^ rotr<u32>(x, 18) ^ (x >> 3);
}

// @ts-ignore: decorator
@inline
function smallSigma1(x: u32): u32 {
  return rotr<u32>(x, 17) ^ rotr<u32>(x, 19) ^ (x >> 10);
}

/** Two rounds: C, D, G, H in `old`, A, B, E, F in `state`, words with their constants in the low half of `words`. */
export function sha256Rounds(old: v128, state: v128, words: v128): v128 {
  let a: u32 = i32x4.extract_lane(state, 3);
  let b: u32 = i32x4.extract_lane(state, 2);
  let c: u32 = i32x4.extract_lane(old, 3);
  let d: u32 = i32x4.extract_lane(old, 2);
  let e: u32 = i32x4.extract_lane(state, 1);
  let f: u32 = i32x4.extract_lane(state, 0);
  let g: u32 = i32x4.extract_lane(old, 1);
  let h: u32 = i32x4.extract_lane(old, 0);
  for (let i = 0; i < 2; i++) {
    const word: u32 = i == 0 ? i32x4.extract_lane(words, 0) : i32x4.extract_lane(words, 1);
    const t = h + bigSigma1(e) + ((e & f) ^ (~e & g)) + word;
    h = g;
    g = f;
    f = e;
    e = d + t;
    d = t + bigSigma0(a) + ((a & b) ^ (a & c) ^ (b & c));
    const next = d;
    d = c;
    c = b;
    b = a;
    a = next;
  }
  return vector(f, e, b, a);
}

/** dest[3] = b[3] + the rotated A of four rounds ago. */
function nextE(a: v128, b: v128): v128 {
  const e = rotl<u32>(i32x4.extract_lane(a, 3), 30);
  return i32x4.replace_lane(b, 3, i32x4.extract_lane(b, 3) + e);
}

function sha1Message2(a: v128, b: v128): v128 {
  const w16 = rotl<u32>(i32x4.extract_lane(a, 3) ^ i32x4.extract_lane(b, 2), 1);
  const w17 = rotl<u32>(i32x4.extract_lane(a, 2) ^ i32x4.extract_lane(b, 1), 1);
  const w18 = rotl<u32>(i32x4.extract_lane(a, 1) ^ i32x4.extract_lane(b, 0), 1);
  const w19 = rotl<u32>(i32x4.extract_lane(a, 0) ^ w16, 1);
  return vector(w19, w18, w17, w16);
}

function sha256Message1(a: v128, b: v128): v128 {
  const w = v128.shuffle<i32>(a, b, 1, 2, 3, 4);
  const sigma = vector(
    smallSigma0(i32x4.extract_lane(w, 0)),
    smallSigma0(i32x4.extract_lane(w, 1)),
    smallSigma0(i32x4.extract_lane(w, 2)),
    smallSigma0(i32x4.extract_lane(w, 3)),
  );
  return i32x4.add(a, sigma);
}

function sha256Message2(a: v128, b: v128): v128 {
  const w16 = <u32>i32x4.extract_lane(a, 0) + smallSigma1(i32x4.extract_lane(b, 2));
  const w17 = <u32>i32x4.extract_lane(a, 1) + smallSigma1(i32x4.extract_lane(b, 3));
  const w18 = <u32>i32x4.extract_lane(a, 2) + smallSigma1(w16);
  const w19 = <u32>i32x4.extract_lane(a, 3) + smallSigma1(w17);
  return vector(w16, w17, w18, w19);
}

export function shaMessage(op: u32, a: v128, b: v128): v128 {
  switch (op) {
    case ShaOp.SHA1NEXTE:
      return nextE(a, b);
    case ShaOp.SHA1MSG1:
      // W0 ^ W2, W1 ^ W3, W2 ^ W4, W3 ^ W5, the first highest.
      return v128.xor(a, v128.shuffle<i32>(a, b, 6, 7, 0, 1));
    case ShaOp.SHA1MSG2:
      return sha1Message2(a, b);
    case ShaOp.SHA256MSG1:
      return sha256Message1(a, b);
    default:
      return sha256Message2(a, b);
  }
}
