/**
 * The target description that gdb reads first: which registers there are, and the bits of those that have names, from isa's rows.
 */
import { registerFormats, type RegisterFormat } from '../isa/registers';
import { features, type GdbFeature } from './features';

/** What gdb's own description of SSE calls a vector of 128 bits. */
const VECTORS = `
    <vector id="v4f" type="ieee_single" count="4"/>
    <vector id="v2d" type="ieee_double" count="2"/>
    <vector id="v16i8" type="int8" count="16"/>
    <vector id="v8i16" type="int16" count="8"/>
    <vector id="v4i32" type="int32" count="4"/>
    <vector id="v2i64" type="int64" count="2"/>
    <union id="vec128">
      <field name="v4_float" type="v4f"/>
      <field name="v2_double" type="v2d"/>
      <field name="v16_int8" type="v16i8"/>
      <field name="v8_int16" type="v8i16"/>
      <field name="v4_int32" type="v4i32"/>
      <field name="v2_int64" type="v2i64"/>
      <field name="uint128" type="uint128"/>
    </union>`;

function flagsXml(id: string, format: RegisterFormat, bits: number): string {
  const fields = registerFormats[format].ranges
    .filter(({ high }) => high < bits)
    .map(({ name, low, high }) => `\n      <field name="${name}" start="${low}" end="${high}"/>`);
  return `\n    <flags id="${id}" size="${bits / 8}">${fields.join('')}\n    </flags>`;
}

function featureXml({ name, flags, vectors, registers }: GdbFeature): string {
  const types = Object.entries(flags).map(([id, { format, bits }]) => flagsXml(id, format, bits));
  const rows = registers.map(
    (row) =>
      `\n    <reg name="${row.name}" bitsize="${row.bits}" type="${row.type}"` +
      `${row.group === undefined ? '' : ` group="${row.group}"`}/>`,
  );
  return `\n  <feature name="${name}">${vectors ? VECTORS : ''}${types.join('')}${rows.join('')}\n  </feature>`;
}

export const targetDescription = `<?xml version="1.0"?>
<!DOCTYPE target SYSTEM "gdb-target.dtd">
<target>
  <architecture>i386:x86-64</architecture>${features.map(featureXml).join('')}
</target>
`;
