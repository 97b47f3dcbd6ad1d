// Writes AssemblyScript source: enums and typed constants, nothing else. Two forms, because an enum member is an i32 in
// AssemblyScript: numbers that count or index become a `const enum`; masks become constants of u32 or u64 in a namespace,
// so that bit 31 is never extended by its sign. Knows nothing of what the numbers mean.

/** The first lines of every generated file. */
export function header(content: string): string {
  return `// ${content}\n// Generated from src/isa by \`npm run generate\`: change the rows there, not this file.\n`;
}

/** A `const enum` of i32 members. Values must lie within 0 to 2^31 - 1. */
export function constEnum(name: string, members: readonly (readonly [string, number])[]): string {
  const lines = members.map(([member, value]) => `  ${member} = ${value},`);
  return `export const enum ${name} {\n${lines.join('\n')}\n}\n`;
}

/** A namespace of constants of one unsigned type, inlined by asc where they are used. */
export function constants(
  name: string,
  type: 'u32' | 'u64',
  members: readonly (readonly [string, bigint])[],
): string {
  const lines = members.map(
    ([member, value]) => `  export const ${member}: ${type} = 0x${value.toString(16)};`,
  );
  return `export namespace ${name} {\n${lines.join('\n')}\n}\n`;
}

/** `ept-violation` and `IA32_VMX_MISC` become `EptViolation` and `Ia32VmxMisc`. */
export function pascalCase(name: string): string {
  return name
    .toLowerCase()
    .split(/[-_]/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}
