// What the embedder may call of VMX; index.ts exports all of it.
export { collectFailedChecksThrough } from './checks';
export { vmEnterByEmbedder } from './entry';
export { inveptByEmbedder, invvpidByEmbedder } from './invalidate';
export { implementedChecks } from './implemented-checks';
export { vmclearByEmbedder, vmptrldByEmbedder, vmxonByEmbedder } from './pointer-instructions';
export { raisesExit, raisesVmError } from './implemented-exits';
