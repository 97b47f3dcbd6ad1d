/**
 * Bits of registers by name. A bit's own name (`PE`, `IF`) is too short to mean anything; it counts behind the name of its
 * register: `CR0_PE`, `X86_CR0_PE`, `EFER.LME`.
 */
import type { BitRange } from '../../isa/bit-ranges';
import { registerFormats, type RegisterFormat } from '../../isa/registers';
import { BitNames, withoutManner } from './bit-names';
import type { Fact } from './fact';
import { allNames } from './names';

/** What the register is called in front of its bits. */
const registerWords: Readonly<Record<string, RegisterFormat>> = {
  CR0: 'cr0',
  CR3: 'cr3',
  CR4: 'cr4',
  EFER: 'efer',
  RFLAGS: 'rflags',
  EFLAGS: 'rflags',
  DR6: 'dr6',
  DR7: 'dr7',
  XCR0: 'xcr0',
  DEBUGCTL: 'debugctl',
  DEBUGCTLMSR: 'debugctl',
  PAT: 'pat',
  VMFUNC: 'vm-function-controls',
};

/** Projects put their own mark or that of the register's kind in front. */
const form = /^(?:VMX_(?=VMFUNC_)|(?:_|BX_|X86_|IA32_|MSR_|K[68]_)*)([A-Z]+[0-9]?)[_.]([A-Z0-9_]+)$/;

const bitNames = new Map<RegisterFormat, BitNames>();

export function registerBitNamed(word: string): Extract<Fact, { kind: 'register-bit' }> | undefined {
  const [, register, bit] = form.exec(word) ?? [];
  const format = register === undefined ? undefined : registerWords[register];
  if (format === undefined || bit === undefined) return undefined;
  const name = withoutManner(bit);
  const ranges: readonly BitRange[] = registerFormats[format].ranges;
  const { tokens } = allNames();
  let index = bitNames.get(format);
  if (!index) bitNames.set(format, (index = new BitNames(ranges, tokens)));
  const range = ranges.find((candidate) => candidate.name === name) ?? index.find(tokens.of(name));
  return range && { kind: 'register-bit', format, range };
}
