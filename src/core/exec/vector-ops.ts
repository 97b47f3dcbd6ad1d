// The operations on packed integers that take two vectors and give one: an MMX register, an XMM register, or a 128-bit lane of
// a YMM register each. The family is the value divided by 32, see vector-packed.ts. Where floating-point instructions move or
// mask bits alone, they are these too (ANDPS is PAND, UNPCKLPS is PUNPCKLDQ).

export const enum VectorOp {
  PADDB = 0,
  PADDW,
  PADDD,
  PADDQ,
  PADDSB,
  PADDSW,
  PADDUSB,
  PADDUSW,
  PSUBB,
  PSUBW,
  PSUBD,
  PSUBQ,
  PSUBSB,
  PSUBSW,
  PSUBUSB,
  PSUBUSW,
  PAVGB,
  PAVGW,
  PMINUB,
  PMINSB,
  PMINUW,
  PMINSW,
  PMINUD,
  PMINSD,
  PMAXUB,
  PMAXSB,
  PMAXUW,
  PMAXSW,
  PMAXUD,
  PMAXSD,

  PMULLW = 32,
  PMULHW,
  PMULHUW,
  PMULHRSW,
  PMULLD,
  PMULUDQ,
  PMULDQ,
  PMADDWD,
  PMADDUBSW,
  PSADBW,

  PAND = 64,
  PANDN,
  POR,
  PXOR,
  PCMPEQB,
  PCMPEQW,
  PCMPEQD,
  PCMPEQQ,
  PCMPGTB,
  PCMPGTW,
  PCMPGTD,
  PCMPGTQ,
  PSIGNB,
  PSIGNW,
  PSIGND,

  PACKSSWB = 96,
  PACKSSDW,
  PACKUSWB,
  PACKUSDW,
  PUNPCKLBW,
  PUNPCKLWD,
  PUNPCKLDQ,
  PUNPCKLQDQ,
  PUNPCKHBW,
  PUNPCKHWD,
  PUNPCKHDQ,
  PUNPCKHQDQ,
  PSHUFB,
  PHADDW,
  PHADDD,
  PHADDSW,
  PHSUBW,
  PHSUBD,
  PHSUBSW,
  /** The first source's 32-bit elements, or 64-bit ones, chosen by the second's. */
  VPERMILPS,
  VPERMILPD,
  /** Each element of the first source shifted by the count in the second's. */
  VPSLLVD,
  VPSLLVQ,
  VPSRLVD,
  VPSRLVQ,
  VPSRAVD,
}

/** With a control byte. */
export const enum ControlOp {
  SHUFPS = 0,
  SHUFPD,
  PALIGNR,
  PBLENDW,
  BLENDPS,
  BLENDPD,
  MPSADBW,
  PCLMULQDQ,
}

/** One vector to one vector, with a control byte where the instruction has one. */
export const enum UnaryOp {
  PABSB = 0,
  PABSW,
  PABSD,
  MOVSLDUP,
  MOVSHDUP,
  PHMINPOSUW,
  PSHUFD,
  PSHUFHW,
  PSHUFLW,
  VPERMILPD,
}

/** A count for all elements. */
export const enum ShiftOp {
  PSLLW = 0,
  PSLLD,
  PSLLQ,
  PSRLW,
  PSRLD,
  PSRLQ,
  PSRAW,
  PSRAD,
  PSLLDQ,
  PSRLDQ,
}

/** What Uop.HOT_VECTOR says: one of these, and in the low byte an operation of the enums above or a size in bytes. */
export const enum HotVector {
  NONE = 0,
  /** reg = op(first, rm), VectorOp. */
  PACKED = 0x100,
  /** reg = op(first, rm, imm8), ControlOp. */
  CONTROL = 0x200,
  /** reg = op(rm, imm8), UnaryOp. */
  UNARY = 0x300,
  /** Shift by an immediate, ShiftOp. */
  SHIFT = 0x400,
  /** Whole vectors; 1: memory must be aligned. */
  LOAD = 0x500,
  STORE = 0x600,
  /** MOVSS, MOVSD, from and to memory only; bytes. */
  SCALAR_LOAD = 0x700,
  SCALAR_STORE = 0x800,
  /** MOVQ of vectors, in register form too. */
  QUAD_LOAD = 0x900,
  QUAD_STORE = 0xa00,
  /** Between a vector and a general register; bytes. */
  FROM_GENERAL = 0xb00,
  TO_GENERAL = 0xc00,
  /** Sign bits of bytes into a general register. */
  BYTE_MASK = 0xd00,
  KIND = 0xff00,
}
