// Entry of the core's Wasm module: everything the embedder may call.
export { run } from './run';
import { execSlow } from './exec/slow';
export { execSlow };
