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
  readonly constant: Operand | undefined;
}

/** A macro with more is no access with a name. */
const MOST = 4;

export class MacroAccesses {
  private readonly accesses = new Map<string, Access[]>();
  private parameters: readonly string[] = [];
  private body: Access[] = [];

  constructor(private readonly values: OperandValues) {}

  /** A body begins; what is read up to the next one belongs to it. */
  begin(macro: DefinitionStatement): void {
    const words = macro.parameters ?? [];
    // Behind an equals sign stands a default, behind a colon a qualifier (`field:req`).
    const named = words.filter(
      ({ kind }, index) => kind === 'name' && !/^[=:]$/.test(words[index - 1]?.text ?? ''),
    );
    this.parameters = named.map(({ text }) => text);
    this.body = [];
    // Of two macros with one name nobody knows which one is used.
    this.accesses.set(macro.name.text, this.accesses.has(macro.name.text) ? [] : this.body);
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
      constant: written?.kind === 'constant' ? written.source : undefined,
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
        const written = given ?? constant;
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
