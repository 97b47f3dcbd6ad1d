/** Macros and repetitions that are open at a line, with their parameters. */
import type { Definition } from './symbol';

/** Lines between `.macro` and `.endm`, or of a repetition. */
export interface MacroBlock {
  readonly macro: boolean;
  readonly id: number;
  /** Where the macro has its name: what `%1` leads to. */
  readonly definition: Definition | undefined;
  readonly parameters: Set<string>;
  /** What local labels outside of the block belong to. */
  readonly parent: string | number;
}

export class MacroBlocks {
  private readonly blocks: MacroBlock[] = [];

  /** `count`: how many numbers are taken already. */
  constructor(private count: number) {}

  get taken(): number {
    return this.count;
  }

  get none(): boolean {
    return this.blocks.length === 0;
  }

  /** For scopes, each another number. */
  nextId(): number {
    return this.count++;
  }

  open(parent: string | number, macro: boolean, definition: Definition | undefined): void {
    this.blocks.push({ macro, id: this.nextId(), definition, parameters: new Set(), parent });
  }

  /** What the end of a macro or of a repetition ends, and all that was left open in it. */
  close(macro: boolean): MacroBlock | undefined {
    const at = this.blocks.findLastIndex((block) => block.macro === macro);
    return at < 0 ? undefined : this.blocks.splice(at)[0];
  }

  get innermost(): MacroBlock | undefined {
    return this.blocks[this.blocks.length - 1];
  }

  get macro(): MacroBlock | undefined {
    return this.blocks.findLast((block) => block.macro);
  }

  /** The innermost that has the parameter. */
  having(parameter: string): MacroBlock | undefined {
    return this.blocks.findLast((block) => block.parameters.has(parameter));
  }
}
