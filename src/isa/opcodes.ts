// Every encoding of every instruction that the core knows, by family (`opcodes/`, shape in `opcodes/row`). Rows only.

import { arithmetic } from './opcodes/arithmetic';
import { avxCompare } from './opcodes/avx-compare';
import { avxConvert } from './opcodes/avx-convert';
import { avxDot } from './opcodes/avx-dot';
import { avxExtend } from './opcodes/avx-extend';
import { avxFloat } from './opcodes/avx-float';
import { avxInteger } from './opcodes/avx-integer';
import { avxMemory } from './opcodes/avx-memory';
import { avxMove } from './opcodes/avx-move';
import { avxShift } from './opcodes/avx-shift';
import { avxShuffle } from './opcodes/avx-shuffle';
import { avxString } from './opcodes/avx-string';
import { bitManipulation } from './opcodes/bit-manipulation';
import { cache } from './opcodes/cache';
import { conditional } from './opcodes/conditional';
import { controlFlow } from './opcodes/control-flow';
import { crypto } from './opcodes/crypto';
import { extendedState } from './opcodes/extended-state';
import { farTransfer } from './opcodes/far-transfer';
import { fusedMultiply } from './opcodes/fused-multiply';
import { fusedMultiplyAlternating } from './opcodes/fused-multiply-alternating';
import { fusedMultiplyNegated } from './opcodes/fused-multiply-negated';
import { halfConvert } from './opcodes/half-convert';
import { hint } from './opcodes/hint';
import { mmx } from './opcodes/mmx';
import { mmxConvert } from './opcodes/mmx-convert';
import { move } from './opcodes/move';
import { noCoprocessor } from './opcodes/no-coprocessor';
import { random } from './opcodes/random';
import { segment } from './opcodes/segment';
import { shift } from './opcodes/shift';
import { sseCompare } from './opcodes/sse-compare';
import { sseConvert } from './opcodes/sse-convert';
import { sseDot } from './opcodes/sse-dot';
import { sseExtend } from './opcodes/sse-extend';
import { sseFloat } from './opcodes/sse-float';
import { sseInteger } from './opcodes/sse-integer';
import { sseMove } from './opcodes/sse-move';
import { sseShift } from './opcodes/sse-shift';
import { sseShuffle } from './opcodes/sse-shuffle';
import { sseString } from './opcodes/sse-string';
import { string } from './opcodes/string';
import { system } from './opcodes/system';
import { vmx } from './opcodes/vmx';
import { x87Arithmetic } from './opcodes/x87-arithmetic';
import { x87Compare } from './opcodes/x87-compare';
import { x87Control } from './opcodes/x87-control';
import { x87Environment } from './opcodes/x87-environment';
import { x87Load } from './opcodes/x87-load';
import { x87Remainder } from './opcodes/x87-remainder';
import { x87Store } from './opcodes/x87-store';
import { x87Transcendental } from './opcodes/x87-transcendental';
import type { OpcodeFamily } from './opcodes/row';

export type { OpcodeFamily, OpcodeRow, StateUse } from './opcodes/row';

export const opcodeFamilies: readonly OpcodeFamily[] = [
  ...arithmetic,
  ...shift,
  ...move,
  ...conditional,
  ...controlFlow,
  ...farTransfer,
  ...string,
  ...segment,
  ...system,
  ...vmx,
  ...hint,
  x87Control,
  x87Environment,
  x87Load,
  x87Store,
  x87Arithmetic,
  x87Compare,
  x87Remainder,
  x87Transcendental,
  mmx,
  sseMove,
  sseFloat,
  sseDot,
  sseCompare,
  sseConvert,
  mmxConvert,
  sseShuffle,
  sseInteger,
  sseShift,
  sseExtend,
  sseString,
  avxMove,
  avxMemory,
  avxFloat,
  avxDot,
  avxCompare,
  avxConvert,
  halfConvert,
  avxShuffle,
  avxInteger,
  avxShift,
  avxExtend,
  avxString,
  fusedMultiply,
  fusedMultiplyNegated,
  fusedMultiplyAlternating,
  crypto,
  bitManipulation,
  random,
  extendedState,
  cache,
  noCoprocessor,
];
