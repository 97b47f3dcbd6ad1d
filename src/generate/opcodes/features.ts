/** CPUID features as the core asks for them: by number, with the place of their bit in CPUID's answers. Pure: writes nothing. */
import { CpuidTable } from '../../abi/tables';
import { cpuidFeatures, type CpuidRegister } from '../../isa/cpuid-features';
import { constEnum, header } from '../assembly-script';

const REGISTERS: Record<CpuidRegister, CpuidTable> = {
  eax: CpuidTable.EAX,
  ebx: CpuidTable.EBX,
  ecx: CpuidTable.ECX,
  edx: CpuidTable.EDX,
};

/** `src/core/gen/features.ts`. */
export function features(): string {
  const places = cpuidFeatures.map(
    ({ name, leaf, subleaf, register, bit }) =>
      `  ${leaf}, ${subleaf}, ${REGISTERS[register]}, ${bit}, // ${name}`,
  );
  return [
    header('CPUID features: the place of each row of isa/cpuid-features, and where its bit stands in CPUID.'),
    constEnum(
      'Feature',
      cpuidFeatures.map(({ name }, number): [string, number] => [name, number]),
    ),
    `export const FEATURE_COUNT: u32 = ${cpuidFeatures.length};\n`,
    '/** For each feature u32 leaf, subleaf, register (CpuidTable.EAX ...), bit. */',
    `export const FEATURE_PLACES: usize = memory.data<u32>([\n${places.join('\n')}\n]);\n`,
  ].join('\n');
}
