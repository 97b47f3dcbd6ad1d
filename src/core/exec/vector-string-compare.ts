// PCMPESTRI, PCMPESTRM, PCMPISTRI, PCMPISTRM: their operands. SDM Vol. 2, 4.1.
import { Gpr } from '../../abi/state-block';
import { faulted } from '../fault';
import { setArithmeticFlags } from '../flags';
import { gpr, setGpr } from '../state';
import { Next, Uop } from '../uop';
import { XMM, regVector, rmBytes, setVector, ymm } from './vector-operands';
import {
  comparedStrings,
  explicitLength,
  implicitLength,
  stringFlags,
  stringIndex,
  stringMask,
} from './vector-strings';

/** Lengths by a zero element or in RAX and RDX, 32 or with REX.W 64 bits of them; result in ECX or in XMM0. */
export const enum StringForm {
  EXPLICIT_INDEX = 0,
  IMPLICIT_INDEX = 1,
  EXPLICIT_MASK = 2,
  IMPLICIT_MASK = 3,
  WIDE_INDEX = 4,
  WIDE_MASK = 6,
}

const IMPLICIT: u32 = 1;
const MASK: u32 = 2;
const WIDE: u32 = 4;

/** Length in RAX or RDX. */
function registerLength(form: u32, index: u32, control: u32): u32 {
  const value = gpr(index);
  return explicitLength(form & WIDE ? <i64>value : <i64>(<i32>value), control);
}

/** PCMPESTRI, PCMPESTRM, PCMPISTRI, PCMPISTRM: reg is the first string, rm the second. Memory needs no alignment. */
export function execCompareStrings(u: usize, form: u32): i32 {
  const from = rmBytes(u, XMM);
  if (faulted()) return Next.FAULT;
  const control = <u32>load<u8>(u + Uop.IMMEDIATE);
  const a = v128.load(regVector(u));
  const b = v128.load(from);
  const implicit = (form & IMPLICIT) != 0;
  const length1 = implicit ? implicitLength(a, control) : registerLength(form, Gpr.RAX, control);
  const length2 = implicit ? implicitLength(b, control) : registerLength(form, Gpr.RDX, control);
  const bits = comparedStrings(a, b, length1, length2, control);
  setArithmeticFlags(stringFlags(bits, length1, length2, control));
  if (form & MASK) setVector(u, ymm(0), stringMask(bits, control));
  else setGpr(Gpr.RCX, <u64>stringIndex(bits, control));
  return Next.DONE;
}
