import assert from 'node:assert/strict';
import type { Fact } from '../../../src/language/knowledge/fact';
import { factsNamed } from '../../../src/language/knowledge/lookup';
import { nameOf, styleOf, type SpellingStyle } from '../../../src/language/knowledge/spelling';
import { exitReasons } from '../../../src/isa/exit-reasons';
import { msrs } from '../../../src/isa/msrs';
import { vmInstructionErrors } from '../../../src/isa/vm-instruction-errors';
import { vmcsField, vmcsFields } from '../../../src/isa/vmcs-fields';
import { vmxControls } from '../../../src/isa/vmx-controls';

const styles: readonly SpellingStyle[] = [
  'plain',
  'linux',
  'vmcs',
  'bochs',
  'rust',
  'camel',
  'k-camel',
  'snake',
];

function foundAgain(fact: Fact, style: SpellingStyle): void {
  const name = nameOf(fact, style);
  assert.deepEqual(
    factsNamed(name).filter((found) => found.kind === fact.kind),
    [fact],
    `${style} ${name}`,
  );
}

describe('spellings of facts', () => {
  const { GUEST_RIP, EPT_POINTER, PIN_BASED_VM_EXEC_CONTROL } = vmcsField;

  it('a field is written as the project writes its fields', () => {
    const fact = { kind: 'field', row: GUEST_RIP } as const;
    assert.deepEqual(
      styles.map((style) => nameOf(fact, style)),
      [
        'GUEST_RIP',
        'GUEST_RIP',
        'VMCS_GUEST_RIP',
        'VMCS_GUEST_RIP',
        'vmcs::guest::RIP',
        'GuestRip',
        'kGuestRip',
        'guest_rip',
      ],
    );
    assert.equal(
      nameOf({ kind: 'field', row: PIN_BASED_VM_EXEC_CONTROL }, 'bochs'),
      'VMCS_32BIT_CONTROL_PIN_BASED_VM_EXEC_CONTROL',
    );
    assert.equal(nameOf({ kind: 'field', row: EPT_POINTER, high: true }), 'EPT_POINTER_HIGH');
    assert.equal(
      nameOf({ kind: 'field', row: EPT_POINTER, high: true }, 'rust'),
      'vmcs::control::EPT_POINTER_HIGH',
    );
  });

  it('the style is read off a name', () => {
    const names: Record<string, SpellingStyle> = {
      GUEST_RIP: 'plain',
      EXIT_REASON_CPUID: 'linux',
      VMCS_GUEST_RIP: 'vmcs',
      VMCS_32BIT_GUEST_CS_LIMIT: 'bochs',
      'vmcs::guest::RIP': 'rust',
      GuestRip: 'camel',
      kGuestRip: 'k-camel',
      guest_rip: 'snake',
    };
    for (const [name, style] of Object.entries(names)) assert.equal(styleOf(name), style, name);
  });

  it('every field is found again by what it is called in the styles that say VMCS, and by its own name', () => {
    for (const row of vmcsFields)
      for (const style of ['plain', 'linux', 'vmcs', 'bochs', 'rust'] as const) {
        foundAgain({ kind: 'field', row }, style);
        if (row.high !== undefined) foundAgain({ kind: 'field', row, high: true }, style);
      }
  });

  it('every other row is found again by its name in the style of Linux', () => {
    for (const row of exitReasons) foundAgain({ kind: 'exit-reason', row }, 'linux');
    for (const row of exitReasons) foundAgain({ kind: 'exit-reason', row }, 'bochs');
    for (const row of vmxControls) foundAgain({ kind: 'control', row }, 'linux');
    for (const row of msrs) foundAgain({ kind: 'msr', row }, 'linux');
    for (const row of vmInstructionErrors) foundAgain({ kind: 'vm-instruction-error', row }, 'linux');
  });
});
