/**
 * What holds at a place of the source: registers and code bits, through labels, conditions, macros and repetitions. A condition
 * that the assembler decides has several outcomes here; behind it holds what all of them agree on.
 */
import type { AssemblyDialect } from '../source/language-id';
import type { CodeBits } from '../source/source-file';
import { Registers } from './held';
import type { DirectiveStatement, Statement } from './statement';

type Way = { readonly registers: ReturnType<Registers['save']>; readonly codeBits: CodeBits | undefined };

interface Choice {
  readonly before: Way;
  /** How the finished branches end. */
  readonly ends: Way[];
  /** One of the branches is always taken. */
  complete: boolean;
}

/** What holds where no register is known and nothing stands open. */
export interface FlowState {
  readonly codeBits: CodeBits | undefined;
  /** Macros whose use leaves other code bits. */
  readonly switching: ReadonlySet<string>;
}

export class Flow {
  readonly registers = new Registers();
  codeBits: CodeBits | undefined;
  private readonly choices: Choice[] = [];
  /** Macros being defined around this place, with the code bits outside. */
  private readonly bodies: { readonly name: string; readonly outside: CodeBits | undefined }[] = [];
  private switching: ReadonlySet<string>;

  constructor(
    private readonly dialect: AssemblyDialect,
    { codeBits, switching }: FlowState,
  ) {
    this.codeBits = codeBits;
    this.switching = switching;
  }

  get state(): FlowState {
    return { codeBits: this.codeBits, switching: this.switching };
  }

  get inMacro(): boolean {
    return this.bodies.length > 0;
  }

  /** Neither a macro nor a condition stands open. */
  get quiet(): boolean {
    return !this.inMacro && this.choices.length === 0;
  }

  /** To be called for each statement, before anybody asks what holds at it. */
  enter(statement: Statement): void {
    if (statement.labels.length > 0) this.registers.forget();
    if (statement.kind === 'directive') this.directive(statement);
    else if (statement.kind === 'definition' && statement.what === 'macro') {
      this.bodies.push({ name: statement.name.text, outside: this.codeBits });
      this.registers.forget();
      // A body is assembled where it is used.
      this.codeBits = undefined;
    }
  }

  /** A macro of this file was used. */
  macro(name: string): void {
    this.registers.forget();
    if (this.switching.has(name)) this.codeBits = undefined;
  }

  private directive({ name, meaning, path }: DirectiveStatement): void {
    switch (meaning.what) {
      case 'code-bits': {
        this.codeBits = meaning.bits;
        const body = this.bodies[this.bodies.length - 1];
        if (body) this.switching = new Set([...this.switching, body.name]);
        break;
      }
      case 'include':
        // Headers have no code; other files may end in other code bits.
        if (this.dialect === 'gas' && path?.endsWith('.h')) break;
        this.registers.forget();
        this.codeBits = undefined;
        break;
      case 'section':
      case 'unknown':
        this.registers.forget();
        break;
      case 'control':
        if (meaning.block!.family === 'conditional') this.conditional(meaning.block!.edge, name.text);
        else this.border(meaning.block!.family === 'macro');
        break;
      case 'symbols':
      case 'define':
      case 'neutral':
        break;
    }
  }

  private border(endsMacro: boolean): void {
    this.registers.forget();
    if (endsMacro) this.codeBits = this.bodies.pop()?.outside;
  }

  private conditional(edge: 'open' | 'middle' | 'close', name: string): void {
    const choice = this.choices[this.choices.length - 1];
    if (edge === 'open') this.choices.push({ before: this.way(), ends: [], complete: false });
    else if (choice) {
      choice.ends.push(this.way());
      if (edge === 'middle') {
        if (/^[#.%]?else$/i.test(name)) choice.complete = true;
        this.registers.restore(choice.before.registers);
        this.codeBits = choice.before.codeBits;
      } else {
        this.choices.pop();
        this.meet(choice.complete ? choice.ends : [...choice.ends, choice.before]);
      }
    } else this.border(false);
  }

  private way(): Way {
    return { registers: this.registers.save(), codeBits: this.codeBits };
  }

  private meet(ways: readonly Way[]): void {
    this.registers.join(ways.map((way) => way.registers));
    const [first] = ways;
    this.codeBits = ways.every((way) => way.codeBits === first?.codeBits) ? first?.codeBits : undefined;
  }
}
