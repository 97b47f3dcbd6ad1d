/** What the chip tells of a VMX abort: the indicator, and the entry of an MSR list that it could not store or load. */
import type { Cpu } from '../cpu/cpu';
import { readFaultChain } from '../cpu/fault-chain';
import type { RefusedListEntry } from '../isa/msr-lists';
import { vmxAborts } from '../isa/vm-instruction-errors';

/** An entry: index, 32 reserved bits, value (SDM table 24-11). */
const ENTRY_BYTES = 16n;
const VALUE_AT = 8n;

/** The list each abort is about. */
const lists: Partial<Record<(typeof vmxAborts)[number]['name'], 'VM_EXIT_MSR_STORE' | 'VM_EXIT_MSR_LOAD'>> = {
  SAVE_GUEST_MSRS: 'VM_EXIT_MSR_STORE',
  LOAD_HOST_MSRS: 'VM_EXIT_MSR_LOAD',
};

export function chipAbort(cpu: Cpu): { abort: number; refused?: RefusedListEntry } {
  const abort = cpu.stopDetail;
  const name = vmxAborts.find((row) => row.number === abort)?.name;
  const list = name && lists[name];
  const number = Number(cpu.stopValue);
  if (!list || number === 0) return { abort };
  const address = cpu.vmread(`${list}_ADDR`) + BigInt(number - 1) * ENTRY_BYTES;
  const cause = readFaultChain(cpu.memory).links.at(-1)?.cause;
  return {
    abort,
    refused: {
      list,
      number,
      address,
      index: (cpu.physical.read32(address) ?? 0) >>> 0,
      value: cpu.physical.read64(address + VALUE_AT) ?? 0n,
      ...(cause && { cause }),
    },
  };
}
