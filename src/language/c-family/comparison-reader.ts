/**
 * Numbers that are compared with something the hardware reported: what a variable holds is told by its name, by the function
 * around it, or by the VMREAD that it got its value from.
 */
import { vmcsFieldByEncoding } from '../../isa/vmcs-fields';
import type { Comparison, Operation } from '../source/operation';
import { meaningOf, snake, type Subject } from './name-meaning';
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
  cpuid: /cpuid/,
  exit: /exit/,
};
/** Where a postfix expression may be longer than this, it is none of ours. */
const MAXIMUM_TOKENS = 40;

export class ComparisonReader {
  /** Variables of a function that hold what a VMREAD read. */
  private readonly held = new Map<FunctionBlock, Map<string, About | undefined>>();

  constructor(private readonly reader: OperandReader) {}

  /** Remembers where the value of a VMREAD went. */
  note(operation: Operation, block: FunctionBlock | undefined): void {
    if (!block || (operation.kind !== 'vmread' && operation.kind !== 'rdmsr')) return;
    const variable = operation.value?.expression;
    if (variable === undefined) return;
    let held = this.held.get(block);
    if (!held) this.held.set(block, (held = new Map<string, About | undefined>()));
    const about =
      operation.kind === 'vmread' ? aboutField(operation.field.value, operation.field.name) : undefined;
    // A variable that takes one thing after another says nothing.
    held.set(variable, held.has(variable) && held.get(variable) !== about ? undefined : about);
  }

  /** Labels of a switch or arms of a match. One label of another kind of hypervisor, and none is ours. */
  labels(block: SwitchBlock, read: ReadAt): Comparison[] {
    const about = this.about(block.subject, block.within, true, read);
    if (!about) return [];
    const stretches = block.labels.flatMap((label) => this.alternatives(label));
    if (stretches.some((stretch) => this.isForeign(stretch))) return [];
    return stretches.flatMap((stretch) => this.comparison(about, stretch) ?? []);
  }

  /** `a == b` with its operator at a place. */
  equality(at: number, block: FunctionBlock | undefined, read: ReadAt): Comparison | undefined {
    const left = this.before(at);
    const right = this.behind(at);
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
    return value.value === undefined && value.name === undefined
      ? undefined
      : { kind: 'comparison', range: value.range, with: about, value };
  }

  // --- what an expression is about ------------------------------------------------------------------------------------

  private about(
    given: Stretch,
    block: FunctionBlock | undefined,
    inSwitch: boolean,
    read: ReadAt,
  ): About | undefined {
    const stretch = this.masked(this.reader.core(given));
    const first = this.token(stretch.start);
    if (first?.kind !== 'identifier')
      return this.token(stretch.start)?.text === '*'
        ? this.about({ ...stretch, start: stretch.start + 1 }, block, inSwitch, read)
        : undefined;
    const call = read(stretch.start);
    if (call && call.range.end.character === this.reader.range(stretch).end.character)
      return call.kind === 'vmread' ? aboutField(call.field.value, call.field.name) : undefined;
    const path = this.path(stretch);
    if (!path || path.some((name) => meaningOf(name)?.foreign) || meaningOf(block?.name ?? '')?.foreign)
      return undefined;
    const held = block && this.held.get(block);
    const variable = this.reader.variable(stretch);
    if (variable !== undefined && held?.has(variable)) return held.get(variable);
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

  /** `x & 0xffff` is x: that takes the flags of an exit reason away. */
  private masked({ start, end }: Stretch): Stretch {
    const operator = this.token(end - 2);
    return end - start > 2 && operator?.text === '&'
      ? this.reader.core({ start, end: end - 2 })
      : { start, end };
  }

  // --- stretches of words ---------------------------------------------------------------------------------------------

  /** `1 | 2 if x` of Rust, `1 ... 5` of C: its parts. */
  private alternatives({ start, end }: Stretch): Stretch[] {
    const parts: Stretch[] = [];
    let from = start;
    let depth = 0;
    for (let at = start; at <= end; at++) {
      const text = at < end ? this.token(at)!.text : 'if';
      if (text === '(') depth++;
      else if (text === ')') depth--;
      if (depth > 0 && at < end) continue;
      const isRange = text === '...' || text === '..=' || text === '..';
      if (text !== '|' && text !== 'if' && !isRange) continue;
      // `1 | 2` as a label of C is one number.
      if (text === '|' && this.isC) continue;
      if (at > from) parts.push({ start: from, end: at });
      from = at + 1;
      if (text === 'if') break;
    }
    return parts;
  }

  private get isC(): boolean {
    return !this.reader.rust;
  }

  private isForeign({ start, end }: Stretch): boolean {
    for (let at = start; at < end; at++) if (this.token(at)?.meaning?.foreign) return true;
    return false;
  }

  /** The operand to the left of an operator. */
  private before(at: number): Stretch {
    let start = at;
    let depth = 0;
    while (start > 0 && at - start < MAXIMUM_TOKENS) {
      const { kind, text } = this.token(start - 1)!;
      if (kind === 'punctuator') {
        if (text === ')' || text === ']') depth++;
        else if (text === '(' || text === '[') {
          if (depth-- === 0) break;
        } else if (depth === 0 && text !== '.' && text !== '->' && text !== '::') break;
      } else if (kind === 'keyword' && depth === 0 && text !== 'as') break;
      start--;
    }
    return { start, end: at };
  }

  /** The operand to the right of an operator. */
  private behind(at: number): Stretch {
    let end = at + 1;
    let depth = 0;
    while (end - at < MAXIMUM_TOKENS) {
      const token = this.token(end);
      if (!token) break;
      const { kind, text } = token;
      if (kind === 'punctuator') {
        if (text === '(' || text === '[') depth++;
        else if (text === ')' || text === ']') {
          if (depth-- === 0) break;
        } else if (depth === 0 && text !== '.' && text !== '->' && text !== '::') break;
      } else if (kind === 'keyword' && depth === 0 && text !== 'as') break;
      end++;
    }
    return { start: at + 1, end };
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
