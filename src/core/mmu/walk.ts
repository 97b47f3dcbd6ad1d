// The guest's page walk: 32-bit, PAE and 4-level paging (SDM Vol. 3, chapter 4). Physical addresses of the walk are
// guest-physical and go through `guestPhysical` (vmx) while EPT is on.

/** Host-physical address of `linear` for this access (bits of Access); raises #PF or an exit on failure. */
export function walk(linear: u64, access: u32): u64 {
  return 0;
}

/** Loads the PAE PDPTEs from CR3; false when a reserved bit is set in a present one (#GP at the caller), or faulted(). */
export function loadPdptes(cr3: u64): bool {
  return true;
}
