/**
 * A source whose operations the test gives: rules, hints and actions are tested against the model, not against a front end.
 * Words are cut by a rule good enough for both families.
 */
import type { Language } from '../../../src/language/source/language-id';
import type { Operand, Operation, VmcsAccess } from '../../../src/language/source/operation';
import type {
  Analysis,
  InstructionUse,
  SourceFile,
  Word,
  WordRole,
} from '../../../src/language/source/source-file';
import { lineRange } from '../../../src/language/text/position';

const WORD =
  /(\/\/.*|\/\*.*?\*\/)|("[^"]*")|(#\s*\w+|\.[a-z]\w*)|([A-Za-z_][\w]*:(?!:))|(0x[0-9a-fA-F]+|\d\w*)|([A-Za-z_]\w*)|([^\s\w])/g;
const roles: readonly WordRole[] = [
  'comment',
  'string',
  'directive',
  'label',
  'number',
  'identifier',
  'operator',
];

export class StubFile implements SourceFile {
  private readonly lines: readonly string[];
  operations: Operation[] = [];
  instructions: InstructionUse[] = [];
  defined = new Map<string, bigint>();
  private kept: Analysis | undefined;

  constructor(
    readonly language: Language,
    text: string,
  ) {
    this.lines = text.split('\n');
  }

  get lineCount(): number {
    return this.lines.length;
  }

  lineText(line: number): string {
    return this.lines[line] ?? '';
  }

  words(line: number): readonly Word[] {
    return [...this.lineText(line).matchAll(WORD)].map((match) => ({
      range: lineRange(line, match.index, match.index + match[0].length),
      text: match[0],
      role: roles[match.slice(1).findIndex((group) => group !== undefined)]!,
      ...(match[5] !== undefined && { value: BigInt(match[5]) }),
    }));
  }

  analysis(): Analysis {
    return (this.kept ??= { operations: this.operations, instructions: this.instructions });
  }

  edit(): void {
    throw new Error('a stub is not edited');
  }

  constants(): ReadonlyMap<string, bigint> {
    return this.defined;
  }

  includes(): readonly string[] {
    return [];
  }

  /** The operand written as `text`, the `nth` time it stands in the file; its value is that of a number, or `value`. */
  operand(text: string, value?: bigint, nth = 0): Operand {
    let left = nth;
    for (const [line, content] of this.lines.entries())
      for (let at = content.indexOf(text); at >= 0; at = content.indexOf(text, at + 1))
        if (left-- === 0) return operand(text, line, at, value);
    throw new Error(`"${text}" does not stand in the source`);
  }
}

function operand(text: string, line: number, at: number, value: bigint | undefined): Operand {
  const literal = /^(0x[0-9a-f]+|\d+)$/i.test(text);
  const known = value ?? (literal ? BigInt(text) : undefined);
  return {
    range: lineRange(line, at, at + text.length),
    text,
    ...(known !== undefined && { value: known }),
    ...(literal && { literal: true }),
    ...(/^[A-Za-z_]\w*$/.test(text) && { name: text }),
  };
}

/** One VMWRITE of `value` to `field`, in a line of C. */
export function write(field: bigint, value?: bigint, bits?: VmcsAccess['bits']): StubFile {
  return access('vmwrite', field, value, bits);
}

export function read(field: bigint, bits?: VmcsAccess['bits']): StubFile {
  return access('vmread', field, undefined, bits);
}

function access(
  kind: VmcsAccess['kind'],
  field: bigint,
  value: bigint | undefined,
  bits: VmcsAccess['bits'],
): StubFile {
  const [fieldText, valueText] = [
    `0x${field.toString(16)}`,
    value === undefined ? 'x' : `0x${value.toString(16)}`,
  ];
  const file = new StubFile('c', `${kind}(${fieldText}, ${valueText});`);
  file.operations.push({
    kind,
    range: lineRange(0, 0, file.lineText(0).length),
    field: file.operand(fieldText),
    value: file.operand(valueText, value, fieldText === valueText ? 1 : 0),
    ...(bits && { bits }),
  });
  return file;
}
