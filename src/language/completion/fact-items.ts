/**
 * VMCS fields, MSRs and control bits as completions. What is put in is a name that the file knows, or the number: a list that
 * makes the assembler complain would be worse than none.
 */
import { hex } from '../../decode/word';
import { msrs } from '../../isa/msrs';
import { vmcsFields } from '../../isa/vmcs-fields';
import { vmxControls, type ControlWord } from '../../isa/vmx-controls';
import { factMarkdown } from '../hover/fact-text';
import type { Fact } from '../knowledge/fact';
import type { FileNames } from '../meaning/file-names';
import type { Item } from './item';
import type { ValueUse } from './use-of-value';

export function factItems(use: ValueUse, names: FileNames): Item[] {
  switch (use.kind) {
    case 'field':
      return fieldItems(use.access, names);
    case 'msr':
      return msrs.map((row) => item({ kind: 'msr', row }, row.number, row.title, 'msr', names));
    case 'controls':
      return controlItems(use.word, names);
  }
}

function fieldItems(access: 'vmread' | 'vmwrite', names: FileNames): Item[] {
  // Most processors refuse VMWRITE to VM-exit information.
  const last = (type: string): boolean => access === 'vmwrite' && type === 'read-only';
  return [...vmcsFields]
    .sort((a, b) => Number(last(a.type)) - Number(last(b.type)))
    .map((row) => item({ kind: 'field', row }, row.encoding, row.title, 'field', names));
}

function controlItems(word: ControlWord, names: FileNames): Item[] {
  return vmxControls
    .filter((row) => row.word === word)
    .map((row) => item({ kind: 'control', row }, 1n << BigInt(row.bit), row.title, 'control', names));
}

function item(
  fact: Fact,
  number: number | bigint,
  title: string,
  kind: Item['kind'],
  names: FileNames,
): Item {
  const name = names.known(fact, BigInt(number));
  return {
    label: name ?? names.spelled(fact),
    kind,
    detail: `${hex(number)} ${title}`,
    text: name ?? hex(number),
    constant: true,
    documentation: () => factMarkdown(fact),
  };
}
