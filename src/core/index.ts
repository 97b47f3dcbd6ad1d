// Entry of the core's Wasm module: everything the embedder may call, see `CoreExports` in src/cpu/core-module.ts.
export { run } from './run';
export { breakpointsChanged, cpuSelected, ramWritten, reset, stateReplaced, watchesChanged } from './reset';
export { beginEpoch, forgetDecoded, translationsRestored } from './epoch';
export { translateGuestPhysical, translateLinear, translateThroughEpt } from './debugger-translation';
export { physicalAddressWidth } from './physical-width';
export { loadPdptesForeign, walkEptForeign, walkForeign } from './foreign-walk';
export * from './vmx/embedder';
export { probeInstruction, probedRow } from './decode/probe';
