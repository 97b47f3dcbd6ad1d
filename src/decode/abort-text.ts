/** VMX aborts in words: what the indicator means, and the entry of an MSR list behind it. */
import type { RefusedListEntry } from '../isa/msr-lists';
import { vmxAborts } from '../isa/vm-instruction-errors';
import { causeText, msrText } from './fault-text';
import { hex } from './word';

const listNames: Readonly<Record<RefusedListEntry['list'], string>> = {
  VM_EXIT_MSR_STORE: 'VM-exit MSR-store list',
  VM_EXIT_MSR_LOAD: 'VM-exit MSR-load list',
  VM_ENTRY_MSR_LOAD: 'VM-entry MSR-load list',
};

/** "Entry 2 of the VM-exit MSR-load list, at 0x22b010, is IA32_LSTAR (0xc0000082) = 0x800000000000. ..." */
export function refusedEntryText(entry: RefusedListEntry): string {
  const { list, number, address, index, value, cause } = entry;
  const stored = list === 'VM_EXIT_MSR_STORE' ? '' : ` = ${hex(value)}`;
  const why = cause
    ? causeText(cause)
    : 'No list may have this MSR, or bits 63:32 of the entry are not 0, or it lies outside memory or beyond the longest list.';
  return `Entry ${number} of the ${listNames[list]}, at ${hex(address)}, is ${msrText(BigInt(index))}${stored}. ${why}`;
}

/** "VMX abort 4: Loading host MSRs failed (SDM 27.7). Entry ..." */
export function abortText(indicator: number, refused?: RefusedListEntry): string {
  const title = vmxAborts.find(({ number }) => number === indicator)?.title ?? 'reserved';
  return `VMX abort ${indicator}: ${title} (SDM 27.7).${refused ? ` ${refusedEntryText(refused)}` : ''}`;
}
