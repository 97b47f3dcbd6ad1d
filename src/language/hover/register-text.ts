/** What a hover says of a register of an assembly source: its width, what it is a part of, where a VMCS keeps it. */
import { Register, RegisterExt } from 'iced-x86';
import { registerFormats, type RegisterFormat } from '../../isa/registers';
import { vmcsFields } from '../../isa/vmcs-fields';
import { registerFormatText } from './bits-text';
import { bullets, heading, listed, page } from './markdown';

/** Kinds of registers by the questions the decoder answers about them. */
const kinds: readonly (readonly [(register: Register) => boolean, string])[] = [
  [(register) => RegisterExt.isGPR(register), 'general register'],
  [(register) => RegisterExt.isSegmentRegister(register), 'segment register'],
  [(register) => RegisterExt.isIP(register), 'instruction pointer'],
  [(register) => RegisterExt.isCR(register), 'control register'],
  [(register) => RegisterExt.isDR(register), 'debug register'],
  [(register) => RegisterExt.isST(register), 'x87 register'],
  [(register) => RegisterExt.isMM(register), 'MMX register'],
  [(register) => RegisterExt.isK(register), 'mask register'],
  [(register) => RegisterExt.isVectorRegister(register), 'vector register'],
];

export function registerText(name: string): string | undefined {
  const upper = name.toUpperCase();
  const format = upper.toLowerCase() as RegisterFormat;
  if (Object.hasOwn(registerFormats, format)) return registerFormatText(format, placesOf(upper));
  // The decoder's tables know one of the two names of R8B to R15B.
  const register = Register[upper.replace(/^(R\d+)B$/, '$1L') as keyof typeof Register] as
    Register | undefined;
  if (register === undefined || register === Register.None) return undefined;
  const kind = kinds.find(([is]) => is(register))?.[1];
  if (kind === undefined) return undefined;
  return page(
    heading(upper, kind, `${RegisterExt.size(register) * 8} bits`),
    RegisterExt.isGPR(register) ? partText(register) : undefined,
    placesOf(upper),
  );
}

/** Bits of the 64-bit register that a part of it names. */
function bitsOf(register: Register): string {
  return /^[A-D]H$/.test(Register[register]) ? '15:8' : `${RegisterExt.size(register) * 8 - 1}:0`;
}

function partText(register: Register): string {
  const whole = RegisterExt.fullRegister(register);
  if (register === whole) {
    const parts = Object.values(Register).filter(
      (part): part is Register =>
        typeof part === 'number' &&
        part !== whole &&
        RegisterExt.isGPR(part) &&
        RegisterExt.fullRegister(part) === whole,
    );
    const sorted = parts.sort((a, b) => RegisterExt.size(b) - RegisterExt.size(a));
    return `Parts: ${sorted.map((part) => `${Register[part]} ${bitsOf(part)}`).join(', ')}.`;
  }
  const effect =
    RegisterExt.size(register) === 4
      ? 'Writing it clears bits 63:32.'
      : 'Writing it leaves the other bits as they are.';
  return `Bits ${bitsOf(register)} of ${Register[whole]}. ${effect}`;
}

/** VMCS fields that hold the register. */
function placesOf(name: string): string | undefined {
  const place = new RegExp(`^(GUEST|HOST)_${name.replace(/^[ER]?(IP|SP)$/, 'R$1')}(_|$)`);
  const fields = vmcsFields.filter((row) => place.test(row.name)).map((row) => row.name);
  return fields.length > 0 ? bullets([`In the VMCS: ${listed(fields)}`]) : undefined;
}
