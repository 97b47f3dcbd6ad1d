/**
 * Locals of L0's own frames as lines: plain JavaScript data, numbers in hex where they are wide. Objects open; the references
 * to the outside (chip, board) open too, but nothing here can be changed: L0 would not know.
 */
import type { L0Frame } from '../../machine/l0-runner';
import { groupNode, portion, type VariableNode } from './node';

const PREVIEW = 5;

/** The locals of a frame that are initialised now. */
export function l0Locals(frame: L0Frame): VariableNode[] {
  return Object.entries(frame.locals()).map(([name, value]) => l0Node(name, value));
}

export function l0Node(name: string, value: unknown): VariableNode {
  if (value === null || typeof value !== 'object')
    return { name, value: scalarText(value), type: typeof value };
  if (ArrayBuffer.isView(value)) {
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    return {
      name,
      value: `${value.byteLength} bytes`,
      indexed: bytes.length,
      children: (start, count) =>
        Array.from(bytes.subarray(start, count ? start + count : undefined), (byte, index) =>
          l0Node(`[${start + index}]`, byte),
        ),
    };
  }
  if (value instanceof Map)
    return groupNode(
      name,
      `${value.size} entries`,
      [...value].map(([key, entry]: [unknown, unknown]) => l0Node(scalarText(key), entry)),
    );
  const entries = Object.entries(value);
  const children = (start: number, count?: number) =>
    portion(entries, start, count).map(([key, entry]) =>
      l0Node(Array.isArray(value) ? `[${key}]` : key, entry),
    );
  if (Array.isArray(value)) return { name, value: `[${value.length}]`, indexed: value.length, children };
  return { name, value: preview(entries), type: value.constructor.name, named: entries.length, children };
}

function preview(entries: readonly (readonly [string, unknown])[]): string {
  const shown = entries
    .filter(([, value]) => value === null || typeof value !== 'object')
    .slice(0, PREVIEW)
    .map(([key, value]) => `${key}: ${scalarText(value)}`);
  return `{${shown.join(', ')}${entries.length > shown.length ? ', …' : ''}}`;
}

/** Small numbers as people count, large ones as addresses and words are written. */
function scalarText(value: unknown): string {
  if (typeof value === 'bigint')
    return value < 10n && value >= 0n ? `${value}` : `0x${BigInt.asUintN(64, value).toString(16)}`;
  if (typeof value === 'number' && Number.isInteger(value) && value > 0xffff)
    return `0x${value.toString(16)}`;
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'function') return `function ${value.name}`;
  return String(value);
}
