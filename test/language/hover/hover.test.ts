import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hover } from '../../../src/language/hover/hover';
import { factMarkdown } from '../../../src/language/hover/fact-text';
import { factNumbered } from '../../../src/language/knowledge/lookup';
import { createSourceFile } from '../../../src/language/source-files';
import { vmcsFields } from '../../../src/isa/vmcs-fields';
import { exitReasons } from '../../../src/isa/exit-reasons';
import { vmxControls } from '../../../src/isa/vmx-controls';
import { msrs } from '../../../src/isa/msrs';
import { exitQualifications, type QualificationFormat } from '../../../src/isa/exit-qualifications';

/** `‸` in a source is the pointer. */
const POINTER = '‸';

function hoverAt(path: string, marked: string) {
  const at = marked.indexOf(POINTER);
  const before = marked.slice(0, at).split('\n');
  const file = createSourceFile('', path, marked.replace(POINTER, ''), { constant: () => undefined });
  assert.ok(file && at >= 0);
  return hover(file, { line: before.length - 1, character: before.at(-1)!.length });
}

/** The sources of the golden file, in its order; the line with the pointer is the title. */
const cases: readonly (readonly [path: string, source: string])[] = [
  ['guest.S', '.code64\nmov $‸0x681e, %rax\nvmread %rax, %rbx'],
  ['guest.S', '.code64\nmov $0x681e, %eax\n‸vmread %rax, %rbx'],
  ['guest.S', '.code64\nmov $0x401e, %edx\nmov $‸0x20082, %ecx\nvmwrite %rcx, %rdx'],
  ['guest.S', '.code64\nmov $‸0xc0000080, %ecx\nrdmsr'],
  ['guest.S', '.code64\nmov $‸1, %eax\ncpuid'],
  ['guest.S', '.code64\nmov $‸0, %eax\ncpuid'],
  ['guest.S', '.code64\nmov $‸0xd, %eax\ncpuid'],
  ['guest.S', '.code64\nmov $‸0xb, %eax\ncpuid'],
  ['guest.S', '.code64\nmov $‸0x40000000, %eax\ncpuid'],
  ['guest.S', '.code64\nmov $‸0x80000008, %eax\ncpuid'],
  ['guest.S', '.code64\nmov $‸0x80050033, %eax\nmov %rax, %cr0'],
  ['guest.S', '.code64\nmov %cr4, %rax\nor $‸0x2000, %rax\nmov %rax, %cr4'],
  ['guest.S', '.code64\nmov %‸cr4, %rax'],
  ['guest.S', '.code64\nmov %‸eax, %ebx'],
  ['guest.S', '.code64\n‸hlt'],
  ['guest.S', '.code64\nrep ‸movsb'],
  ['guest.asm', 'bits 64\n‸vmlaunch'],
  ['hypervisor.c', 'void f(void) { vmwrite(‸0x4000, 0x1f); }'],
  ['hypervisor.c', 'void f(void) { vmwrite(0x4000, ‸0x1f); }'],
  ['hypervisor.c', 'void f(void) { vmwrite(0x4000, ‸0x28); }'],
  ['hypervisor.c', 'void f(void) { vmwrite(GUEST_CS_AR_BYTES, x); } int ‸GUEST_CS_AR_BYTES;'],
  ['hypervisor.c', 'int x = VMCS_64BIT_CONTROL_‸EPTPTR_HI;'],
  ['hypervisor.c', 'int x = ‸EXIT_REASON_EPT_VIOLATION;'],
  ['hypervisor.c', 'int x = ‸SECONDARY_EXEC_UNRESTRICTED_GUEST;'],
  ['hypervisor.c', 'int x = ‸MSR_IA32_VMX_EPT_VPID_CAP;'],
  ['hypervisor.c', 'int x = ‸VMXERR_ENTRY_INVALID_CONTROL_FIELD;'],
  ['hypervisor.c', 'int x = ‸X86_CR4_VMXE;'],
  ['hypervisor.c', 'int x = ‸X86_TRAP_PF;'],
  ['hypervisor.c', 'int x = ‸X86_FEATURE_VMX;'],
  ['hypervisor.c', 'u32 x = vmcs12->‸exception_bitmap;'],
  ['hypervisor.c', 'int x = ‸GUEST_RIP;'],
  ['hypervisor.c', 'int x = ‸INTR_INFO_VALID_MASK;'],
  ['hypervisor.c', 'int x = ‸INTR_INFO_DELIVER_CODE_MASK;'],
  ['hypervisor.c', 'int x = ‸INTR_INFO_INTR_TYPE_MASK;'],
  ['hypervisor.c', 'int x = ‸VECTORING_INFO_VALID_MASK;'],
  ['hypervisor.c', 'int x = ‸INTR_TYPE_HARD_EXCEPTION;'],
  ['hypervisor.c', 'int x = ‸INTR_TYPE_SOFT_INTR;'],
  ['hypervisor.c', 'int x = ‸GUEST_INTR_STATE_MOV_SS;'],
  ['hypervisor.c', 'int x = ‸GUEST_ACTIVITY_HLT;'],
  ['hypervisor.c', 'int x = ‸FEAT_CTL_VMX_ENABLED_OUTSIDE_SMX;'],
  ['hypervisor.c', 'int x = ‸EFER_LME;'],
  ['hypervisor.c', 'int x = ‸CPU_BASED_VIRTUAL_INTR_PENDING;'],
  ['hypervisor.c', 'int x = ‸MSR_SYSCALL_MASK;'],
  ['hypervisor.rs', 'let x = vmcs::guest::‸INTERRUPTIBILITY_STATE;'],
];

function golden(): string {
  return cases
    .map(([path, source]) => {
      const line = source.split('\n').find((text) => text.includes(POINTER))!;
      return `# ${path}: ${line}\n\n${hoverAt(path, source)?.markdown ?? '(nothing)'}\n`;
    })
    .join('\n');
}

describe('hover', () => {
  it('says what test/golden/hover.txt says', () => {
    const path = join(__dirname, '../../golden/hover.txt');
    // The file is text for people to read: look at the difference before you accept it.
    if (process.env.UPDATE_GOLDEN) writeFileSync(path, golden());
    assert.equal(golden(), readFileSync(path, 'utf8'));
  });

  it('is silent where nothing is certain', () => {
    const sources = [
      'int x = ‸0x681e;',
      '// GUEST_‸RIP',
      'char *s = "GUEST_‸RIP";',
      'int ‸tsc_offset = 1;',
      '#define EXIT_REASON_CPUID 0x72\nint x = ‸EXIT_REASON_CPUID;',
      'void ‸f(void) {}',
      'void f(void) { vmwrite(GUEST_RIP‸, 0x1000); }',
      '‸',
    ];
    for (const source of sources) assert.equal(hoverAt('a.c', source), undefined, source);
    assert.equal(hoverAt('a.S', 'my_macro ‸0x681e'), undefined);
  });

  it('says the condition of a VM-entry check, once where all have it', () => {
    const text = (name: string): string => hoverAt('a.c', `int x = ‸${name};`)?.markdown ?? '';
    assert.match(text('GUEST_RIP'), /Bits 63:32 of guest RIP are 0, if the guest is not in 64-bit mode/);
    assert.match(
      text('TSC_MULTIPLIER'),
      /VM entry checks, if USE_TSC_SCALING is 1:\n\n- The TSC multiplier is not 0\./,
    );
    assert.doesNotMatch(text('GUEST_INTERRUPTIBILITY_INFO'), /blocks events.*, if an external/);
    assert.match(text('GUEST_CR0'), /checks:\n\n- Guest CR0 obeys/, 'checks about the field come first');
  });

  it('does not take bit 2 of the exception bitmap for NMIs', () => {
    assert.match(
      hoverAt('a.c', 'void f(void) { vmwrite(0x4004, ‸0x4004); }')!.markdown,
      /bit 2: no effect[^]*bit 14 PF.*mask and match/,
    );
  });

  it('knows masks that a header has for bits after they are moved down', () => {
    assert.ok(hoverAt('a.c', '#define IA32_EFER_LME_MASK 0x01\nint x = ‸IA32_EFER_LME_MASK;'));
    assert.equal(hoverAt('a.c', '#define IA32_EFER_LME 0x01\nint x = ‸IA32_EFER_LME;'), undefined);
    assert.equal(
      hoverAt('a.c', '#define INTR_TYPE_HARD_EXCEPTION 5\nint x = ‸INTR_TYPE_HARD_EXCEPTION;'),
      undefined,
    );
    assert.ok(
      hoverAt('a.c', '#define INTR_TYPE_HARD_EXCEPTION (3 << 8)\nint x = ‸INTR_TYPE_HARD_EXCEPTION;'),
    );
  });

  it('covers the operand or the word', () => {
    assert.deepEqual(hoverAt('a.c', 'int x = GUEST_‸RIP;')?.range, {
      start: { line: 0, character: 8 },
      end: { line: 0, character: 17 },
    });
  });

  it('has a text for every row', () => {
    const texts = [
      ...vmcsFields.map((row) => factMarkdown({ kind: 'field', row })),
      ...vmcsFields.map((row) => factMarkdown({ kind: 'field', row, high: true })),
      ...exitReasons.map((row) => factMarkdown({ kind: 'exit-reason', row })),
      ...vmxControls.map((row) => factMarkdown({ kind: 'control', row })),
      ...msrs.map((row) => factMarkdown({ kind: 'msr', row })),
      ...Object.keys(exitQualifications).map((format) =>
        factMarkdown({ kind: 'qualification', format: format as QualificationFormat }),
      ),
    ];
    for (const text of texts) {
      assert.doesNotMatch(text, /undefined|\[object|\n\n\n|NaN/);
      assert.match(text, /^\*\*/);
      assert.ok(text.length < 6000, text);
    }
  });

  it('shows the leaf of a CPUID query only when its rows are known', () => {
    assert.ok(factNumbered('cpuid-leaf', 7));
    assert.equal(factNumbered('cpuid-leaf', 0x12345), undefined);
  });
});
