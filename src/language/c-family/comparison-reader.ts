/**
 * Numbers that are compared with something the hardware reported: what a variable holds is told by its name, by the function
 * around it, or by the VMREAD that it got its value from.
 */
import { vmcsFieldByEncoding } from '../../isa/vmcs-fields';
import type { Comparison, Operation } from '../source/operation';
import { comparePositions } from '../text/position';
import { meaningOf, snake, type Subject } from './name-meaning';
import { alternatives, operandBefore, operandBehind } from './operand-bounds';
import type { OperandReader, Stretch } from './operand-reader';
import type { FunctionBlock, SwitchBlock } from './source-outline';
import type { Token } from './token';

type About = Comparison['with'];

/** What is left of an exit reason behind its name: `exit_reason.basic`, `ExitReason.Fields.Basic`. */
const PART =
  /^(?:basic|basic_reason|basic_exit_reason|reason|full|raw|value|number|fields|bits|code|u|all|as_u(?:16|32|int(?:16|32)?))$/;
const fieldsAbout: Readonly<Record<string, About>> = {
  VM_EXIT_REASON: 'exit-reason',
  VM_INSTRUCTION_ERROR: 'vm-instruction-error',
};
const within: Readonly<Record<NonNullable<Subject['within']>, RegExp>> = {
  msr: /msr/,
  'msr-access':
    /rdmsr|wrmsr|(?:read|write|get|set|handle|access)_.*msr|msr_.*(?:read|write|get|set|handle|access)/,
  vmcs: /vmcs|vm_?read|vm_?write/,
  // `amd_cpuid4(leaf)` emulates one leaf.
  cpuid: /cpuid(?!_?\d)/,
  exit: /exit/,
};
/** What names of such constants have in them. Whatever else is compared is of another kind, or of another processor. */
const NAMES: Readonly<Record<About, RegExp>> = {
  'exit-reason': /exit|reason|vmx|ept/i,
  'vm-instruction-error': /vm|err/i,
  msr: /[A-Z]{2}/,
  'cpuid-leaf': /cpuid|leaf|[A-Z]_/i,
  'vmcs-field': /[A-Za-z]{3}/,
};

export class ComparisonReader {
  /** Variables of a function that hold what a VMREAD read. */
  private readonly notes = new Map<FunctionBlock, Map<string, About | undefined>>();

  constructor(private readonly reader: OperandReader) {}

  /** Remembers where the value of a VMREAD went. */
  note(operation: Operation, block: FunctionBlock | undefined): void {
    if (!block || (operation.kind !== 'vmread' && operation.kind !== 'rdmsr')) return;
    const variable = operation.value?.expression;
    if (variable === undefined) return;
    let notes = this.notes.get(block);
    if (!notes) this.notes.set(block, (notes = new Map<string, About | undefined>()));
    const about =
      operation.kind === 'vmread' ? aboutField(operation.field.value, operation.field.name) : undefined;
    // A variable that takes one thing after another says nothing.
    notes.set(variable, notes.has(variable) && notes.get(variable) !== about ? undefined : about);
  }

  /** Labels of a switch or arms of a match. One label of another kind of hypervisor, and none is ours. */
  labels(block: SwitchBlock, read: ReadAt): Comparison[] {
    const about = this.about(block.subject, block.within, true, read);
    if (!about) return [];
    const stretches = block.labels.flatMap((label) => alternatives(this.reader.row, label, this.reader.rust));
    if (stretches.some((stretch) => this.isForeign(stretch))) return [];
    return stretches.flatMap((stretch) => this.comparison(about, stretch) ?? []);
  }

  /** `a == b` with its operator at a place. */
  equality(at: number, block: FunctionBlock | undefined, read: ReadAt): Comparison | undefined {
    const left = operandBefore(this.reader.row, at, this.reader.rust);
    const right = operandBehind(this.reader.row, at, this.reader.rust);
    for (const [subject, value] of [[left, right] as const, [right, left] as const]) {
      if (subject.end <= subject.start || value.end <= value.start || this.isForeign(value)) continue;
      const about = this.about(subject, block, false, read);
      const comparison = about && this.comparison(about, value);
      // Small numbers are flags, counts and "none" as often as they are MSRs.
      if (comparison && !(about === 'msr' && (comparison.value.value ?? 0n) < 16n)) return comparison;
    }
    return undefined;
  }

  /** `[N] = handler` in a table by exit reason. */
  designator(index: Stretch, array: string): Comparison | undefined {
    const name = snake(array);
    if (
      !/exit/.test(name) ||
      !/(?:handler|reason|dispatch|name|stat)/.test(name) ||
      meaningOf(array)?.foreign
    )
      return undefined;
    return this.isForeign(index) ? undefined : this.comparison('exit-reason', index);
  }

  private comparison(about: About, stretch: Stretch): Comparison | undefined {
    const value = this.reader.operand(stretch, 32);
    const { literal, name, range } = value;
    // A name in small letters is a variable, or what an arm of `match` calls its value.
    const named = name !== undefined && /[A-Z]|::/.test(name) && NAMES[about].test(name);
    if (!literal && !named) return undefined;
    return { kind: 'comparison', range, with: about, value };
  }

  // --- what an expression is about ------------------------------------------------------------------------------------

  private about(
    given: Stretch,
    block: FunctionBlock | undefined,
    inSwitch: boolean,
    read: ReadAt,
  ): About | undefined {
    const stretch = this.reader.core(given);
    const unflagged = this.unflagged(stretch);
    if (!unflagged) return this.held(stretch, block, inSwitch, read);
    const about = this.held(unflagged, block, inSwitch, read);
    return about === 'exit-reason' ? about : undefined;
  }

  /** What a call returns or a variable holds. */
  private held(
    given: Stretch,
    block: FunctionBlock | undefined,
    inSwitch: boolean,
    read: ReadAt,
  ): About | undefined {
    // `*msr`
    const pointer = this.token(given.start)?.text === '*';
    const stretch = pointer ? { start: given.start + 1, end: given.end } : given;
    const call = pointer ? undefined : read(stretch.start);
    if (call && comparePositions(call.range.end, this.reader.range(stretch).end) === 0)
      return call.kind === 'vmread' ? aboutField(call.field.value, call.field.name) : undefined;
    const path = this.path(stretch);
    if (!path || [...path, block?.name ?? ''].some((name) => meaningOf(name)?.foreign)) return undefined;
    const variable = this.reader.variable(stretch);
    const noted = block && this.notes.get(block);
    if (variable !== undefined && noted?.has(variable)) return noted.get(variable);
    return this.namedSubject(path, block, inSwitch);
  }

  private namedSubject(
    path: readonly string[],
    block: FunctionBlock | undefined,
    inSwitch: boolean,
  ): About | undefined {
    const last = path.at(-1)!;
    const subject = meaningOf(last)?.subject;
    if (subject && this.applies(subject, block, inSwitch)) return subject.about;
    if (!PART.test(snake(last))) return undefined;
    const owner = path.slice(0, -1).findLast((name) => !PART.test(snake(name)));
    const owned = owner === undefined ? undefined : meaningOf(owner)?.subject;
    return owned?.about === 'exit-reason' && this.applies(owned, block, inSwitch) ? owned.about : undefined;
  }

  private applies(
    { within: place, switchOnly }: Subject,
    block: FunctionBlock | undefined,
    inSwitch: boolean,
  ): boolean {
    if (switchOnly && !inSwitch) return false;
    return place === undefined || (block !== undefined && within[place].test(snake(block.name)));
  }

  /** Names of `a->b.c`, calls without arguments among them. */
  private path({ start, end }: Stretch): string[] | undefined {
    const names: string[] = [];
    let wantsName = true;
    for (let at = start; at < end; at++) {
      const { kind, text } = this.token(at)!;
      if (wantsName) {
        if (kind !== 'identifier') return undefined;
        names.push(text);
        wantsName = false;
      } else if (text === '.' || text === '->' || text === '::') wantsName = true;
      else if (text === '(' && this.token(at + 1)?.text === ')') at++;
      else if (text === '(' && names.length === 1 && this.token(at + 2)?.text === ')') at += 2;
      else return undefined;
    }
    return names.length === 0 || wantsName ? undefined : names;
  }

  /** `reason & 0xffff` is the reason without its flags; other masks leave less than the number. */
  private unflagged({ start, end }: Stretch): Stretch | undefined {
    if (end - start <= 2 || this.token(end - 2)?.text !== '&') return undefined;
    const mask = this.reader.constants.evaluate(this.reader.tokens({ start: end - 1, end }));
    if (mask && (mask.value & 0xffn) !== 0xffn) return undefined;
    return this.reader.core({ start, end: end - 2 });
  }

  private isForeign({ start, end }: Stretch): boolean {
    for (let at = start; at < end; at++) if (this.token(at)?.meaning?.foreign) return true;
    return false;
  }

  private token(at: number): Token | undefined {
    return this.reader.row.tokens[at];
  }
}

/** The operation of the call at a place, if there is one. */
export type ReadAt = (at: number) => Operation | undefined;

function aboutField(value: bigint | undefined, name: string | undefined): About | undefined {
  const field = value === undefined ? undefined : vmcsFieldByEncoding.get(Number(value));
  if (field) return Object.hasOwn(fieldsAbout, field.name) ? fieldsAbout[field.name] : undefined;
  // Its encoding stands in a header we do not see.
  if (name === undefined) return undefined;
  const words = snake(name);
  if (/(?:^|_)exit_?reason$/.test(words)) return 'exit-reason';
  return /instr(?:uction)?_?error$/.test(words) ? 'vm-instruction-error' : undefined;
}
