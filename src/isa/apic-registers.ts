// The registers of a virtual-APIC page, by their offset, and which guest accesses the processor virtualizes (SDM volume 3, 29.4.2,
// 29.4.3.1). An xAPIC page has the same offsets; the x2APIC MSR of a register is 800H plus a sixteenth of it. Rows only.

/**
 * Which control makes the processor answer from the page: 'TPR' always under "use TPR shadow"; 'DELIVERY' with virtual-interrupt
 * delivery or APIC-register virtualization; 'REGISTERS' with APIC-register virtualization; undefined: no control.
 */
export type ApicVirtualization = 'TPR' | 'DELIVERY' | 'REGISTERS' | undefined;

export interface ApicRegisterRow<Name extends string = string> {
  offset: number;
  name: Name;
  title: string;
  read: ApicVirtualization;
  write: ApicVirtualization;
}

/** Eight words of 32 vectors each, the first at `offset`; guests only read them. */
function vectors<Name extends string>(offset: number, name: Name, title: string) {
  return ([0, 1, 2, 3, 4, 5, 6, 7] as const).map((word) => ({
    offset: offset + word * 0x10,
    name: `${name}${word}` as const,
    title: `${title}, vectors ${word * 32} to ${word * 32 + 31}`,
    read: 'REGISTERS' as const,
    write: undefined,
  }));
}

const both = { read: 'REGISTERS', write: 'REGISTERS' } as const;

export const apicRegisters = [
  { offset: 0x20, name: 'ID', title: 'Local APIC ID', ...both },
  { offset: 0x30, name: 'VERSION', title: 'Local APIC version', read: 'REGISTERS', write: undefined },
  { offset: 0x80, name: 'TPR', title: 'Task priority', read: 'TPR', write: 'TPR' },
  { offset: 0xa0, name: 'PPR', title: 'Processor priority', read: undefined, write: undefined },
  { offset: 0xb0, name: 'EOI', title: 'End of interrupt', read: 'REGISTERS', write: 'DELIVERY' },
  { offset: 0xd0, name: 'LDR', title: 'Logical destination', ...both },
  { offset: 0xe0, name: 'DFR', title: 'Destination format', ...both },
  { offset: 0xf0, name: 'SIVR', title: 'Spurious-interrupt vector', ...both },
  ...vectors(0x100, 'ISR', 'In service'),
  ...vectors(0x180, 'TMR', 'Trigger mode'),
  ...vectors(0x200, 'IRR', 'Interrupt request'),
  { offset: 0x280, name: 'ESR', title: 'Error status', ...both },
  {
    offset: 0x2f0,
    name: 'LVT_CMCI',
    title: 'LVT corrected machine check',
    read: undefined,
    write: undefined,
  },
  { offset: 0x300, name: 'ICR_LOW', title: 'Interrupt command, low', read: 'REGISTERS', write: 'DELIVERY' },
  { offset: 0x310, name: 'ICR_HIGH', title: 'Interrupt command, high', ...both },
  { offset: 0x320, name: 'LVT_TIMER', title: 'LVT timer', ...both },
  { offset: 0x330, name: 'LVT_THERMAL', title: 'LVT thermal sensor', ...both },
  { offset: 0x340, name: 'LVT_PMI', title: 'LVT performance monitoring', ...both },
  { offset: 0x350, name: 'LVT_LINT0', title: 'LVT LINT0', ...both },
  { offset: 0x360, name: 'LVT_LINT1', title: 'LVT LINT1', ...both },
  { offset: 0x370, name: 'LVT_ERROR', title: 'LVT error', ...both },
  { offset: 0x380, name: 'INIT_COUNT', title: 'Initial count', ...both },
  { offset: 0x390, name: 'CUR_COUNT', title: 'Current count', read: undefined, write: undefined },
  { offset: 0x3e0, name: 'DIV_CONF', title: 'Divide configuration', ...both },
  { offset: 0x3f0, name: 'SELF_IPI', title: 'Self IPI', read: undefined, write: undefined },
] as const satisfies readonly ApicRegisterRow[];

export type ApicRegisterName = (typeof apicRegisters)[number]['name'];
