/** What can start a statement: mnemonics as the assembler spells them, and directives. */
import { instructions, type Instruction, type InstructionFamily } from '../../isa/instructions';
import { directiveNames } from '../assembly/directives';
import { instructionText } from '../hover/instruction-text';
import type { AssemblyDialect } from '../source/language-id';
import type { Item } from './item';

/** What systems code is made of. The other families have hundreds of names, shown to who has begun to type one. */
const FIRST: ReadonlySet<InstructionFamily> = new Set([
  'integer',
  'conditional',
  'control-flow',
  'string',
  'prefix',
  'system',
  'vmx',
]);

export function mnemonicItems(dialect: AssemblyDialect, typed: string): Item[] {
  const start = typed.toUpperCase();
  const items = new Map<string, Item>();
  for (const row of instructions) {
    if (start === '' && !FIRST.has(row.family)) continue;
    for (const name of spellings(row, dialect))
      if (name.startsWith(start) && !items.has(name))
        items.set(name, mnemonicItem(row, name, dialect, typed));
  }
  return [...items.values()];
}

function spellings(row: Instruction, dialect: AssemblyDialect): readonly string[] {
  const names = [row.name, ...(row.aliases ?? [])];
  return dialect === 'gas' && row.attNames ? [...names, ...row.attNames] : names;
}

function mnemonicItem(row: Instruction, name: string, dialect: AssemblyDialect, typed: string): Item {
  return {
    // Who shouts gets shouted answers.
    label: /^[A-Z]+$/.test(typed) ? name.toUpperCase() : name.toLowerCase(),
    kind: 'mnemonic',
    detail: row.title,
    documentation: () => instructionText(name, dialect, '', undefined),
  };
}

/** @param sign with which they start; none offers all */
export function directiveItems(dialect: AssemblyDialect, sign = ''): Item[] {
  return [...directiveNames(dialect)]
    .filter((label) => label.startsWith(sign))
    .map((label) => ({ label, kind: 'directive' }));
}
