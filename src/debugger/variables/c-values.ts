/**
 * Variables of the program as lines: the symbol reader's value tree, with where each value lies in memory.
 */
import type { StrandName } from '../../machine/strand';
import type { Machine } from '../../machine/machine';
import type { ProgramSymbols } from '../../symbols/program-symbols';
import type { Value } from '../../symbols/values';
import type { Variable } from '../../symbols/variables';
import { MOST_BYTES } from '../breakpoints/data-breakpoint';
import type { GuestFrame } from '../frames';
import { linear } from '../level-memory';
import { memoryReference } from '../memory-reference';
import { writingContext } from '../session-scope';
import type { VariableNode } from './node';

/** Makes lines of values of one frame. */
export class ValueNodes {
  private readonly symbols: ProgramSymbols;

  constructor(
    private readonly machine: Machine,
    private readonly level: StrandName,
    private readonly guest: GuestFrame,
  ) {
    this.symbols = guest.program!.symbols;
  }

  /** Variables with the ones that others of their name hide left out. */
  variables(list: readonly Variable[]): VariableNode[] {
    const context = writingContext(this.machine, this.level, this.guest);
    const seen = new Set<string>();
    return list
      .filter(({ name }) => !seen.has(name) && seen.add(name))
      .map((variable) => ({
        ...this.node(this.symbols.readVariable(variable, context)),
        declaration: this.symbols.declarationOf(variable),
      }));
  }

  node(value: Value): VariableNode {
    const address = value.pointee ?? value.address;
    const { childCount } = value;
    return {
      name: value.name,
      value: value.text,
      type: value.type,
      evaluateName: value.expression,
      number: value.number,
      ...(value.type.includes('(*') &&
        value.pointee && { code: { level: this.level, address: value.pointee } }),
      watch: this.watchOf(value),
      memoryReference: address === undefined ? undefined : memoryReference(linear(this.level), address),
      ...(childCount > 0 && {
        children: (start, count) => value.children(start, count).map((child) => this.node(child)),
        ...(value.isArray ? { indexed: childCount } : { named: childCount }),
      }),
      ...(value.writable && { set: (text) => this.set(value, text) }),
    };
  }

  private watchOf({ address, size }: Value): VariableNode['watch'] {
    if (address === undefined || !size || size > MOST_BYTES) return undefined;
    return { kind: 'memory', space: linear(this.level), address, bytes: size };
  }

  private set(value: Value, text: string): string | undefined {
    return this.symbols.writeVariable(value, text, writingContext(this.machine, this.level, this.guest));
  }
}
