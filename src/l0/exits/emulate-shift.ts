/**
 * Shifts and rotates of emulated instructions with their flags. SDM volume 2, SAL and RCL. Where the manual leaves OF undefined
 * (counts above 1) it follows the rule of one bit.
 */
import { rflags } from '../register-bits';
import { ARITHMETIC_FLAGS, arithmetic, type ArithmeticResult } from './emulate-arithmetic';

interface Step {
  value: bigint;
  carry: bigint;
}

/** One bit further; `top` is the position of the sign. */
function step(mnemonic: string, value: bigint, carry: bigint, top: bigint): Step | undefined {
  const sign = value >> top;
  const low = value & 1n;
  const left = value & ~(sign << top);
  switch (mnemonic) {
    case 'SHL':
    case 'SAL':
      return { value: left << 1n, carry: sign };
    case 'SHR':
      return { value: value >> 1n, carry: low };
    case 'SAR':
      return { value: (value >> 1n) | (sign << top), carry: low };
    case 'ROL':
      return { value: (left << 1n) | sign, carry: sign };
    case 'ROR':
      return { value: (value >> 1n) | (low << top), carry: low };
    case 'RCL':
      return { value: (left << 1n) | carry, carry: sign };
    case 'RCR':
      return { value: (value >> 1n) | (carry << top), carry: low };
    default:
      return undefined;
  }
}

/** `flags`: RFLAGS before; the answer has all arithmetic flags. Undefined when it is none of these. */
export function shift(
  mnemonic: string,
  operand: bigint,
  by: bigint,
  flags: bigint,
  bytes: number,
): ArithmeticResult | undefined {
  const top = BigInt(bytes * 8 - 1);
  const count = Number(by & (bytes === 8 ? 63n : 31n));
  let current: Step = { value: operand, carry: flags & rflags.CF };
  let before = operand;
  for (let i = 0; i < count; i++) {
    const next = step(mnemonic, current.value, current.carry, top);
    if (!next) return undefined;
    before = current.value;
    current = next;
  }
  if (count === 0) return { value: operand, flags: flags & ARITHMETIC_FLAGS };
  const overflow = (before ^ current.value) >> top ? rflags.OF : 0n;
  const carry = current.carry ? rflags.CF : 0n;
  const rotates = mnemonic.startsWith('R');
  const logical = arithmetic('OR', current.value, 0n, 0n, bytes)?.flags ?? 0n;
  const others = rotates ? flags & ARITHMETIC_FLAGS & ~(rflags.CF | rflags.OF) : logical;
  return { value: current.value, flags: others | carry | overflow };
}
