/** What a hover says of a register of an assembly source: its width, what it is a part of, where a VMCS keeps it. */
import { registerFormats, type RegisterFormat } from '../../isa/registers';
import { vmcsFields } from '../../isa/vmcs-fields';
import { decoderRegisters, type DecoderRegister } from '../gen/decoder-registers';
import { registerFormatText } from './bits-text';
import { bullets, heading, listed, page } from './markdown';

export function registerText(name: string): string | undefined {
  const upper = name.toUpperCase();
  const format = upper.toLowerCase() as RegisterFormat;
  if (Object.hasOwn(registerFormats, format)) return registerFormatText(format, placesOf(upper));
  // The decoder's tables know one of the two names of R8B to R15B.
  const known = upper.replace(/^(R\d+)B$/, '$1L');
  const register = decoderRegisters.find((row) => row.name === known);
  if (!register) return undefined;
  return page(heading(upper, register.kind, `${register.bits} bits`), partText(register), placesOf(upper));
}

/** Bits of the 64-bit register that a part of it names. */
function bitsOf({ name, bits }: DecoderRegister): string {
  return /^[A-D]H$/.test(name) ? '15:8' : `${bits - 1}:0`;
}

function partText(register: DecoderRegister): string | undefined {
  const { name, bits, whole } = register;
  if (whole === undefined) return undefined;
  if (name === whole) {
    const parts = decoderRegisters.filter((part) => part.whole === whole && part !== register);
    const sorted = parts.sort((a, b) => b.bits - a.bits);
    return `Parts: ${sorted.map((part) => `${part.name} ${bitsOf(part)}`).join(', ')}.`;
  }
  const effect =
    bits === 32 ? 'Writing it clears bits 63:32.' : 'Writing it leaves the other bits as they are.';
  return `Bits ${bitsOf(register)} of ${whole}. ${effect}`;
}

/** VMCS fields that hold the register. */
function placesOf(name: string): string | undefined {
  const place = new RegExp(`^(GUEST|HOST)_${name.replace(/^[ER]?(IP|SP)$/, 'R$1')}(_|$)`);
  const fields = vmcsFields.filter((row) => place.test(row.name)).map((row) => row.name);
  return fields.length > 0 ? bullets([`In the VMCS: ${listed(fields)}`]) : undefined;
}
