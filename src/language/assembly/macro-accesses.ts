/**
 * Macros of the source that access a field or an MSR they are given: `VMWRITE_CONST GUEST_CR3_FIELD, 0` is an access as much as
 * the instruction inside, and its constant stands where the macro is used.
 */
import type { MsrAccess, Operand, Operation, VmcsAccess } from '../source/operation';
import type { Range } from '../text/position';
import type { Held } from './held';
import type { OperandValues } from './operand-values';
import type { AssemblyOperand, DefinitionStatement, InstructionStatement } from './statement';

type Kind = VmcsAccess['kind'] | MsrAccess['kind'];

interface Access {
  readonly kind: Kind;
  /** Places of the parameters that say which field and what is written. */
  readonly which: number;
  readonly value: number | undefined;
  /** A constant that the body writes. */
  readonly constant: Pick<Operand, 'value' | 'text' | 'name'> | undefined;
}

/** What each macro so far does. */
export type AccessesByMacro = ReadonlyMap<string, readonly Access[]>;

/** Where it stands is of no use to who uses the macro, and another place after each edit above it. */
function constantOf({ value, text, name }: Operand): Access['constant'] {
  return { text, ...(value !== undefined && { value }), ...(name !== undefined && { name }) };
}

/** A macro with more is no access with a name. */
const MOST = 4;

export function sameAccesses(a: readonly Access[], b: readonly Access[]): boolean {
  return a.length === b.length && a.every((access, index) => sameAccess(access, b[index]!));
}

function sameAccess(a: Access, b: Access): boolean {
  const [one, other] = [a.constant, b.constant];
  return (
    a.kind === b.kind &&
    a.which === b.which &&
    a.value === b.value &&
    one?.value === other?.value &&
    one?.text === other?.text &&
    one?.name === other?.name
  );
}

export class MacroAccesses {
  private accesses: AccessesByMacro;
  private parameters: readonly string[] = [];
  private body: Access[] = [];

  constructor(
    private readonly values: OperandValues,
    known: AccessesByMacro,
  ) {
    this.accesses = known;
  }

  /** Not to be asked for inside of a body, which still grows. */
  get known(): AccessesByMacro {
    return this.accesses;
  }

  /** A body begins; what is read up to its end or to the next one belongs to it. */
  begin(macro: DefinitionStatement): void {
    const words = macro.parameters ?? [];
    // Behind an equals sign stands a default, behind a colon a qualifier (`field:req`).
    const named = words.filter(
      ({ kind }, index) => kind === 'name' && !/^[=:]$/.test(words[index - 1]?.text ?? ''),
    );
    this.parameters = named.map(({ text }) => text);
    this.body = [];
    // Of two macros with one name nobody knows which one is used.
    const { text } = macro.name;
    this.accesses = new Map([...this.accesses, [text, this.accesses.has(text) ? [] : this.body]]);
  }

  end(): void {
    this.parameters = [];
    this.body = [];
  }

  /** The parameter that an operand in a body is, alone and nothing else. */
  parameter(operand: AssemblyOperand | undefined): string | undefined {
    const [word, ...more] = operand?.tokens ?? [];
    if (word?.kind !== 'argument' || more.length > 0) return undefined;
    return this.place(word.text) === undefined ? undefined : word.text;
  }

  access(kind: Kind, which: string, written: Held | undefined): void {
    const place = this.place(which);
    if (place === undefined || this.body.length >= MOST) return;
    this.body.push({
      kind,
      which: place,
      value: written?.kind === 'parameter' ? this.place(written.name) : undefined,
      constant: written?.kind === 'constant' ? constantOf(written.source) : undefined,
    });
  }

  /** What a use of a macro does. */
  used({ mnemonic, operands }: InstructionStatement, line: number, range: Range): Operation[] {
    return (this.accesses.get(mnemonic.text) ?? []).flatMap(
      ({ kind, which, value, constant }): Operation[] => {
        const bits = kind === 'vmread' || kind === 'vmwrite' ? 64 : 32;
        const what = this.values.argument(operands[which], line, bits);
        if (what?.value === undefined && what?.name === undefined) return [];
        const given = value === undefined ? undefined : this.values.argument(operands[value], line, 64);
        const written = given ?? (constant && { ...constant, range, elsewhere: true as const });
        const withValue = written && { value: written };
        return [
          kind === 'vmread' || kind === 'vmwrite'
            ? { kind, range, field: what, ...withValue }
            : { kind, range, msr: what, ...withValue },
        ];
      },
    );
  }

  private place(argument: string): number | undefined {
    const numbered = /^%\{?([1-9])\}?$/.exec(argument);
    if (numbered) return Number(numbered[1]) - 1;
    const named = this.parameters.indexOf(argument.replace(/^\\/, ''));
    return argument.startsWith('\\') && named >= 0 ? named : undefined;
  }
}
