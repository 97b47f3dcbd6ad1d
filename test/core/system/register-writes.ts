// Instructions that write control registers and MSRs, as text.
import { msr, type MsrName } from '../../../src/isa/msrs';

export const toCr = (cr: number, value: string) => `mov rax, ${value}; mov cr${cr}, rax`;

export const wrmsr = (name: MsrName, low: string, high = '0') =>
  `mov ecx, ${msr[name].number}; mov eax, ${low}; mov edx, ${high}; wrmsr`;
