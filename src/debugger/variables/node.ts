/**
 * One line of the Variables view, of whatever origin. Children are made when somebody opens the line.
 */
import { hex } from '../../decode/word';
import type { StrandName } from '../../machine/strand';
import type { WatchTarget } from '../../machine/watch-request';
import type { DecodedRow } from '../../protocol/decoded-row';

export interface VariableNode {
  readonly name: string;
  readonly value: string;
  readonly type?: string | undefined;
  /** Expression that names it, for watches. */
  readonly evaluateName?: string | undefined;
  /** As DAP carries it: where the bytes are, or point to. */
  readonly memoryReference?: string | undefined;
  /** From index `start`, at most `count` when given. */
  readonly children?: ((start: number, count?: number) => VariableNode[]) | undefined;
  /** How many indexed children there are, when they are to be asked for in portions. */
  readonly indexed?: number | undefined;
  readonly named?: number | undefined;
  /** How a data breakpoint watches it. */
  readonly watch?: WatchTarget | undefined;
  /** The code it points to. */
  readonly code?: { readonly level: StrandName; readonly address: bigint } | undefined;
  /** Where it is declared, as the compiler wrote the path. */
  readonly declaration?: { readonly file: string; readonly line: number } | undefined;
  /** Its value costs something: a client should show it when somebody asks. It has one child, which is the value. */
  readonly lazy?: boolean | undefined;
  /** The number it shows, for clients that ask for hex. */
  readonly number?: bigint | undefined;
  /** Changes it. Answers undefined when done, otherwise a sentence for the user. */
  readonly set?: ((text: string) => string | undefined) | undefined;
}

/** A node whose children are already known. */
export function groupNode(name: string, value: string, children: readonly VariableNode[]): VariableNode {
  return { name, value, named: children.length, children: (start, count) => portion(children, start, count) };
}

/**
 * The same nodes, with children that are made anew whenever they are asked for: an edit shows in what is open already. Names among
 * siblings must differ.
 */
export function renewed(make: () => VariableNode[]): VariableNode[] {
  return make().map((node) => {
    if (!node.children) return node;
    const again = () =>
      make()
        .find(({ name }) => name === node.name)
        ?.children?.(0) ?? [];
    return { ...node, children: (start, count) => portion(renewed(again), start, count) };
  });
}

export function portion<T>(list: readonly T[], start: number, count?: number): T[] {
  return list.slice(start, count === undefined || count === 0 ? undefined : start + count);
}

/** A decoded row of a register or field, as a line that cannot be changed. */
export function rowNode(row: DecodedRow): VariableNode {
  const value = row.meaning === undefined ? row.value : `${row.value}  ${row.meaning}`;
  const children = row.children?.map(rowNode);
  return children && children.length > 0 ? groupNode(row.label, value, children) : { name: row.label, value };
}

/** A number in hex, with what it means in brackets. */
export function hexNode(name: string, value: bigint, bits = 64): VariableNode {
  return { name, value: hex(value, bits) };
}
