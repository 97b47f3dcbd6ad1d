/**
 * What came into the machine from outside, with its moment: the one thing besides image and configuration that a run depends on,
 * so a run with the same log is the same run. Owner of its file format: a first line that names it, then one line an event,
 * `TICK SOURCE BYTES`, bytes in hexadecimal.
 */
import type { InputEvent, InputSource } from '../platform/device';
import { bytesOf, hexOf } from './recording/plain-data';

export type { InputEvent, InputSource };

/** First line of the file; the number rises when the lines below change their meaning. */
const HEADING = 'turtlescope input 1';
const SOURCES: readonly InputSource[] = ['serial', 'keys'];
const LINE = /^(\d+) (\w+) ((?:[0-9a-f]{2})+)$/;

/** The text is no input log; the message says which line, and why. */
export class InputLogError extends Error {
  override readonly name = 'InputLogError';
}

export function inputLogHeading(): string {
  return `${HEADING}\n`;
}

export function inputLogLine({ at, source, bytes }: InputEvent): string {
  return `${at} ${source} ${hexOf(bytes)}\n`;
}

/** @throws InputLogError */
export function readInputLog(text: string): InputEvent[] {
  const [heading, ...lines] = text.split('\n');
  if (heading !== HEADING) throw new InputLogError(`its first line is not "${HEADING}"`);
  if (lines.at(-1) === '') lines.pop();
  let last = 0;
  return lines.map((line, index) => {
    const event = readInputLine(line);
    const place = `line ${index + 2}`;
    if (!event) throw new InputLogError(`${place} is not "TICK serial|keys BYTES" but "${line}"`);
    if (event.at < last) throw new InputLogError(`${place} comes before the one above it`);
    last = event.at;
    return event;
  });
}

/** Undefined: it is no such line. */
export function readInputLine(line: string): InputEvent | undefined {
  const [, tick, name, hex] = LINE.exec(line) ?? [];
  const source = SOURCES.find((known) => known === name);
  const at = Number(tick);
  if (hex === undefined || source === undefined || !Number.isSafeInteger(at)) return undefined;
  return { at, source, bytes: bytesOf(hex) };
}
