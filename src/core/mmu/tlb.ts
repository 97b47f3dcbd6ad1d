// The software TLB and its contexts. An entry is tagged with the context's number, so entering another context (VPID, EPT,
// user or supervisor) flushes nothing, and a flush is the assignment of a fresh number. SDM Vol. 3, 4.10 and 28.3.

/** What changed, for `translationChanged`. */
export const enum Changed {
  CR0 = 1,
  CR3 = 2,
  CR4 = 4,
  EFER = 8,
  PDPTE = 16,
}

/** Call after CR0.PG/WP/AM, CR3, CR4 paging bits, EFER.NXE or the PDPTEs changed. */
export function translationChanged(kind: u32): void {}

/** INVLPG: drops the translations of one linear page in the current context. */
export function invalidateLinear(linear: u64): void {}

/** Drops all translations of the current context, global ones too when asked. */
export function flushTlb(global: bool): void {}

/** VM entry and exit: from now on translations belong to this VPID (0: none) and EPT pointer (0: none). */
export function tlbEnterContext(vpid: u32, eptp: u64): void {}

/** INVVPID type 0. */
export function invalidateVpidLinear(vpid: u32, linear: u64): void {}

/** INVVPID types 1 and 3. */
export function invalidateVpid(vpid: u32): void {}

/** INVVPID type 2: every VPID but 0. */
export function invalidateVpidAll(): void {}

/** INVEPT type 1: mappings derived from this EPT pointer. */
export function invalidateEpt(eptp: u64): void {}

/** INVEPT type 2. */
export function invalidateEptAll(): void {}
