// What the opcode rows of SSE and AVX call, but floating point: the handlers by shape, and the operations they are given.
export { execMovdq2q, execMovq2dq } from './mmx-move';
export { execBlendVariable, execTest } from './vector-blend';
export { execExtract, execExtractWord, execInsert, execInsertps, execMoveMask } from './vector-element';
export { Extension, execBroadcast, execExtend } from './vector-extend';
export { Gather, execGather } from './vector-gather';
export {
  execPacked,
  execPackedControl,
  execPackedShift,
  execPackedShiftImmediate,
  execPackedUnary,
} from './vector-integer';
export {
  execExtractHalf,
  execInsertHalf,
  execPermuteDwords,
  execPermuteHalves,
  execPermuteQwords,
} from './vector-lanes';
export { execMaskLoad, execMaskStore, execMaskmovdqu } from './vector-mask';
export { execMoveVectorLoad, execMoveVectorStore, execVzeroall, execVzeroupper } from './vector-move';
export {
  execMovdLoad,
  execMovdStore,
  execMovddup,
  execMoveHighLoad,
  execMoveHighStore,
  execMoveLowLoad,
  execMoveLowStore,
  execMoveQuadLoad,
  execMoveQuadStore,
  execMoveScalarLoad,
  execMoveScalarStore,
} from './vector-move-part';
export { ControlOp, ShiftOp, UnaryOp, VectorOp } from './vector-ops';
export { StringForm, execCompareStrings } from './vector-string-compare';
