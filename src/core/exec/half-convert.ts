// F16C: half precision to and from single (SDM Vol. 1, 14.4).
import { packBinary, unpackA } from '../float/binary';
import { keepDenormals, overrideRounding, rounding } from '../float/environment';
import { noteDenormalA, resultOfA } from '../float/move';
import { faulted } from '../fault';
import { probeWrite, writeLinear64 } from '../memory';
import { Next, Uop } from '../uop';
import { beginSimd, deliver, endSimd, outcome } from './float-vector';
import { isRegister, regVector, rmBytes, rmVector, vectorBytes, vectorLinear } from './vector-operands';

/** VCVTPH2PS: denormal halves are numbers whatever MXCSR.DAZ, and raise nothing. */
export function execHalfToSingle(u: usize): i32 {
  const bytes = vectorBytes(u);
  const from = rmBytes(u, bytes >> 1);
  if (faulted()) return Next.FAULT;
  beginSimd();
  keepDenormals();
  for (let i: u32 = 0; i < bytes; i += 4) {
    unpackA<u16>(load<u16>(from + (i >> 1)));
    resultOfA();
    store<u32>(outcome + i, packBinary<u32>());
  }
  return deliver(u, regVector(u), bytes);
}

/** VCVTPS2PH: rounds as bits 1:0 of the control byte say, or MXCSR with bit 2; tiny halves are never flushed. */
export function execSingleToHalf(u: usize): i32 {
  const bytes = vectorBytes(u) >> 1;
  const control = <u32>load<u8>(u + Uop.IMMEDIATE);
  const linear: u64 = isRegister(u) ? 0 : vectorLinear(u, bytes, true, false);
  if (faulted()) return Next.FAULT;
  const from = regVector(u);
  beginSimd();
  overrideRounding(control & 4 ? rounding : control & 3);
  store<u64>(outcome, 0, 8);
  for (let i: u32 = 0; i < bytes; i += 2) {
    unpackA<u32>(load<u32>(from + (i << 1)));
    noteDenormalA();
    resultOfA();
    store<u16>(outcome + i, packBinary<u16>());
  }
  if (isRegister(u)) return deliver(u, rmVector(u), 16);
  probeWrite(linear, bytes);
  if (faulted() || !endSimd()) return Next.FAULT;
  writeLinear64(linear, load<u64>(outcome));
  if (bytes == 16) writeLinear64(linear + 8, load<u64>(outcome, 8));
  return Next.DONE;
}
