// The control words for the core: one namespace of u32 masks a word.

import { type ControlWord, default1, vmxControls } from '../isa/vmx-controls';
import { constants, header } from './assembly-script';

/** The namespace of each word. */
const namespaces: Record<ControlWord, string> = {
  pin: 'Pin',
  primary: 'Proc',
  secondary: 'Proc2',
  tertiary: 'Proc3',
  exit: 'ExitCtl',
  'secondary-exit': 'ExitCtl2',
  entry: 'EntryCtl',
};

export function controlMasks(): string {
  const words = (Object.keys(namespaces) as ControlWord[]).map((word) =>
    constants(namespaces[word], 'u32', [
      ...vmxControls
        .filter((control) => control.word === word)
        .map((control): [string, bigint] => [control.name, 1n << BigInt(control.bit)]),
      ['DEFAULT1', BigInt(default1[word].plain)],
      ['TRUE_DEFAULT1', BigInt(default1[word].true)],
    ]),
  );
  return [header('Masks of the VMX control bits, a namespace a word.'), ...words].join('\n');
}
