/**
 * A constant that a source writes into a field or a register, in words: which bits are on, which parts say what. Reserved bits
 * and bits that must be 1 are named; whether that is an error is for the diagnostics to say.
 */
import type { BitRange } from '../../isa/bit-ranges';
import { exceptions } from '../../isa/exceptions';
import type { Msr } from '../../isa/msrs';
import { registerFormats, type RegisterFormat } from '../../isa/registers';
import type { VmcsField } from '../../isa/vmcs-fields';
import { controlWords, default1, vmxControls, type Control, type ControlWord } from '../../isa/vmx-controls';
import { eventText, type EventWord } from '../../decode/event-word';
import { controlWordOf, rangesOf } from '../../decode/field-format';
import { hex, wordRows } from '../../decode/word';
import { bullets, heading, listed, manual, page } from './markdown';

export function fieldValueText(row: VmcsField, value: bigint): string | undefined {
  const lines = fieldValueLines(row, value);
  if (lines === undefined) return undefined;
  return page(
    heading(row.name, `value ${hex(value)}`),
    bullets(lines.length > 0 ? lines : ['no bit is 1']),
    manual(row.sdm),
  );
}

function fieldValueLines(row: VmcsField, value: bigint): string[] | undefined {
  const { format } = row;
  if (format === undefined) return undefined;
  const word = controlWordOf[format];
  if (word) return controlLines(word, value);
  if (format === 'exception-bitmap') {
    const named = exceptions.filter((exception) => isOn(value, exception.vector));
    return named.map(({ vector, name, title, kind, class: group }) =>
      kind === 'interrupt'
        ? `bit ${vector}: no effect, ${name}s exit by NMI_EXITING`
        : `bit ${vector} ${name}: ${title} exits${group === 'page-fault' ? ', as far as the error-code mask and match say' : ''}`,
    );
  }
  if (format === 'entry-interruption') return [eventText(format satisfies EventWord, Number(value))];
  const ranges = rangesOf[format];
  return ranges && rangeLines(ranges, value);
}

/** `verb` tells a whole value from bits that OR adds to what the register has. */
export function registerValueText(format: RegisterFormat, value: bigint, verb: 'value' | 'sets'): string {
  const row = registerFormats[format];
  return valuePage(row.title, row.ranges, value, row.sdm, verb);
}

/** An MSR whose bits have no names here has nothing to say about a value. */
export function msrValueText(row: Msr, value: bigint): string | undefined {
  const ranges = row.format ? registerFormats[row.format].ranges : row.ranges;
  return ranges && valuePage(row.name, ranges, value, row.sdm);
}

function valuePage(
  name: string,
  ranges: readonly BitRange[],
  value: bigint,
  sdm: string,
  verb = 'value',
): string {
  const lines = rangeLines(ranges, value);
  return page(
    heading(name, `${verb} ${hex(value)}`),
    bullets(lines.length > 0 ? lines : ['no bit is 1']),
    manual(sdm),
  );
}

function isOn(value: bigint, bit: number): boolean {
  return ((value >> BigInt(bit)) & 1n) === 1n;
}

/** Bits that are on and parts that are not zero; a part whose zero has a name is said too. */
function rangeLines(ranges: readonly BitRange[], value: bigint): string[] {
  return wordRows('', value, ranges).flatMap((row) => {
    if (row.kind === 'bit') return row.on === true ? [`bit ${row.bit} ${row.label}: ${row.meaning}`] : [];
    const named = ranges.find((range) => range.name === row.label)?.values !== undefined;
    return named || !/^(0x)?0+$/.test(row.value) ? [`${row.label} ${row.value}: ${row.meaning}`] : [];
  });
}

function controlLines(word: ControlWord, value: bigint): string[] {
  const rows: readonly Control[] = vmxControls.filter((row) => row.word === word);
  const fixed = default1[word];
  const lines: string[] = [];
  const width = word === 'tertiary' || word === 'secondary-exit' ? 64 : 32;
  for (let bit = 0; bit < width; bit++) {
    const row = rows.find((candidate) => candidate.bit === bit);
    const on = isOn(value, bit);
    if (row && on) lines.push(`bit ${bit} ${row.name}: ${row.title}${missing(row, rows, value)}`);
    else if (on)
      lines.push(`bit ${bit}: reserved, ${isOn(BigInt(fixed.plain), bit) ? 'must be 1' : 'must be 0'}`);
  }
  const absent = BigInt(fixed.true) & ~value;
  if (absent !== 0n)
    lines.push(`not set: ${hex(absent)}, reserved bits that must be 1 (${controlWords[word].msr})`);
  return lines;
}

/** Controls of the same word that this one needs and the value does not have. */
function missing(row: Control, rows: readonly Control[], value: bigint): string {
  const names = (row.requires ?? []).filter((name) =>
    rows.some((other) => other.name === name && !isOn(value, other.bit)),
  );
  return names.length > 0 ? ` (needs ${listed(names)}, not set here)` : '';
}
