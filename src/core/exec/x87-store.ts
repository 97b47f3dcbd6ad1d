// What stores ST(0): FST, FIST, FISTTP, FBSTP to memory, FST to a register (SDM Vol. 1, 8.3.3, 8.5; Vol. 2A). An unmasked
// invalid operation, overflow or underflow leaves memory and stack as they are.
import { packBinary } from '../float/binary';
import {
  Exception,
  Rounding,
  raised,
  rounding,
  setRaised,
  setRoundedUp,
  unmasked,
} from '../float/environment';
import { decimalOfA, integerOfA } from '../float/integer';
import { resultOfA } from '../float/move';
import { signA } from '../float/operand';
import { faulted } from '../fault';
import { probeWrite } from '../memory';
import { checkedOperandLinear, writeOperand } from '../operands';
import { Next, Uop } from '../uop';
import { stackToA, writeExtended } from './x87-operands';
import { DEFAULT_NAN, DEFAULT_NAN_HEAD, isEmpty, pop, stackRegister, writeStack } from './x87-stack';
import { begin, finish, underflow, underflowInto } from './x87-status';

/** Formats in memory. */
export const enum Stored {
  SINGLE,
  DOUBLE,
  INTEGER_16,
  INTEGER_32,
  INTEGER_64,
}

/** Of the extended format and of packed decimals. */
const EXTENDED_BYTES: u32 = 10;
const KEEPS: u32 = Exception.INVALID | Exception.OVERFLOW | Exception.UNDERFLOW;
/** Largest magnitude of 18 decimal digits. */
const LARGEST_DECIMAL: u64 = 999_999_999_999_999_999;
/** The indefinite packed decimal. */
const INDEFINITE_DECIMAL: u64 = 0xc000_0000_0000_0000;
const INDEFINITE_DECIMAL_HEAD: u32 = 0xffff;

function bytesOf(format: u32): u32 {
  if (format == Stored.INTEGER_16) return 2;
  return format == Stored.DOUBLE || format == Stored.INTEGER_64 ? 8 : 4;
}

/** What an empty register stores when that is masked: the default NaN or the integer indefinite. */
function indefinite(format: u32): u64 {
  switch (format) {
    case Stored.SINGLE:
      return 0xffc0_0000;
    case Stored.DOUBLE:
      return 0xfff8_0000_0000_0000;
    case Stored.INTEGER_16:
      return 0x8000;
    case Stored.INTEGER_32:
      return 0x8000_0000;
    default:
      return 0x8000_0000_0000_0000;
  }
}

function converted(format: u32, mode: u32): u64 {
  stackToA(0);
  if (format >= <u32>Stored.INTEGER_16) return <u64>integerOfA(bytesOf(format) << 3, mode);
  resultOfA();
  // An unmasked invalid operand is not rounded.
  if (raised & unmasked) return 0;
  return format == Stored.SINGLE ? <u64>packBinary<u32>() : packBinary<u64>();
}

function storeAs(u: usize, format: u32, mode: u32, pops: u32): i32 {
  let value: u64;
  if (isEmpty(0)) {
    underflow();
    value = indefinite(format);
  } else value = converted(format, mode);
  const bytes = bytesOf(format);
  if (raised & unmasked & KEEPS) return refuse(u, bytes);
  writeOperand(u, bytes, value);
  if (faulted()) return Next.FAULT;
  if (pops) pop();
  return finish(u);
}

/** Nothing is stored, but memory faults as if it were; what rounding would have done is not reported. */
function refuse(u: usize, bytes: u32): i32 {
  const linear = checkedOperandLinear(u, bytes, true);
  if (!faulted()) probeWrite(linear, bytes);
  if (faulted()) return Next.FAULT;
  setRaised(raised & ~Exception.PRECISION);
  setRoundedUp(false);
  return finish(u);
}

/** FST, FSTP, FIST, FISTP. */
export function execStore(u: usize, format: u32, pops: u32): i32 {
  begin();
  return storeAs(u, format, rounding, pops);
}

/** FISTTP: truncates, whatever the rounding control. */
export function execStoreTruncated(u: usize, format: u32): i32 {
  begin();
  return storeAs(u, format, Rounding.ZERO, 1);
}

/** FSTP m80: as it is. */
export function execStoreExtended(u: usize): i32 {
  begin();
  let significand = DEFAULT_NAN;
  let head = DEFAULT_NAN_HEAD;
  if (!isEmpty(0)) {
    const at = stackRegister(0);
    significand = load<u64>(at);
    head = load<u16>(at, 8);
  } else if (!underflow()) return refuse(u, EXTENDED_BYTES);
  writeExtended(u, significand, head);
  if (faulted()) return Next.FAULT;
  pop();
  return finish(u);
}

/** FST ST(i): as it is. */
export function execStoreStack(u: usize, pops: u32): i32 {
  const i = (<u32>load<u8>(u + Uop.RM)) & 7;
  begin();
  if (isEmpty(0)) return underflowInto(u, i, pops);
  const at = stackRegister(0);
  writeStack(i, load<u64>(at), load<u16>(at, 8));
  if (pops) pop();
  return finish(u);
}

/** FSTPNCE: FSTP ST(i) that raises nothing. An empty register counts as the default NaN. */
export function execStoreUnchecked(u: usize): i32 {
  const i = (<u32>load<u8>(u + Uop.RM)) & 7;
  begin();
  const at = stackRegister(0);
  if (isEmpty(0)) writeStack(i, DEFAULT_NAN, DEFAULT_NAN_HEAD);
  else writeStack(i, load<u64>(at), load<u16>(at, 8));
  pop();
  return finish(u);
}

/** FBSTP: 18 decimal digits and a sign. */
export function execFbstp(u: usize): i32 {
  begin();
  let low = INDEFINITE_DECIMAL;
  let head = INDEFINITE_DECIMAL_HEAD;
  if (isEmpty(0)) underflow();
  else {
    stackToA(0);
    let whole = decimalOfA(LARGEST_DECIMAL, rounding);
    if (whole <= LARGEST_DECIMAL) {
      low = 0;
      for (let shift: u64 = 0; shift < 64; shift += 4) {
        low |= (whole % 10) << shift;
        whole /= 10;
      }
      head = (<u32>(whole % 10)) | ((<u32>(whole / 10)) << 4) | (signA << 15);
    }
  }
  if (raised & unmasked & Exception.INVALID) return refuse(u, EXTENDED_BYTES);
  writeExtended(u, low, head);
  if (faulted()) return Next.FAULT;
  pop();
  return finish(u);
}
