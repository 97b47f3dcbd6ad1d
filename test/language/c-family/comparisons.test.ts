import assert from 'node:assert/strict';
import type { CFamily } from '../../../src/language/source/language-id';
import { operations } from './shown-operations';

/** What a source compares; the file is one about VMX. */
function compared(language: CFamily, text: string): string[] {
  const header = language === 'rust' ? 'use x::vmx;\n' : '#include "vmx.h"\n';
  return operations(language, header + text).filter((each) => /^[a-z-]+: /.test(each));
}

const sources: readonly (readonly [string, CFamily, string, readonly string[]])[] = [
  [
    'a switch over exit_reason',
    'c',
    'switch (exit_reason) { case 10: f(); break; case EXIT_REASON_HLT: { } }',
    ['exit-reason: 10 =a literal', 'exit-reason: EXIT_REASON_HLT name'],
  ],
  [
    'masks, casts and members',
    'c',
    'switch ((u16)vmx->exit_reason.basic & 0xffff) { case 0x30: x; }',
    ['exit-reason: 0x30 =30 literal'],
  ],
  ['other masks are other things', 'c', 'switch (exit_reason & 0x10000) { case 1: x; }', []],
  [
    'the VMREAD itself',
    'c',
    'switch (vmread(VM_EXIT_REASON) & 0xffff) { case 1: case 2: x; case 5 ... 9: y; }',
    ['exit-reason: 1 =1 literal', 'exit-reason: 2 =2 literal'],
  ],
  [
    'a variable with the result of a VMREAD',
    'c',
    'void f(void) { u32 why = vmread(0x4402); if (why == 48 || 49 != why) g(); }',
    ['exit-reason: 48 =30 literal', 'exit-reason: 49 =31 literal'],
  ],
  [
    'a variable of two VMREADs',
    'c',
    'void f(void) { w = vmread(0x4402); w = vmread(0x6400); if (w == 48) g(); }',
    [],
  ],
  [
    '`reason` in a function about exits',
    'c',
    'int handle_exit(u32 reason) { switch (reason) { case 18: return 1; } }',
    ['exit-reason: 18 =12 literal'],
  ],
  ['`reason` elsewhere', 'c', 'int task_switch(u32 reason) { switch (reason) { case 3: return 1; } }', []],
  [
    'equality with an expression',
    'c',
    'void f(void) { if (exit_reason == 1 + 2 || exit_reason == FIRST_EXIT) g(); }',
    ['exit-reason: FIRST_EXIT name'],
  ],
  [
    'exits of KVM to its user',
    'c',
    'switch (run->exit_reason) { case 2: x; } switch (exit_reason) { case KVM_EXIT_IO: x; case 7: y; }',
    [],
  ],
  [
    'exits of AMD',
    'c',
    'void svm_handle(void) { if (exit_reason == 0x72) f(); if (vmcb->exit_reason == 3) g(); }',
    [],
  ],
  [
    'a table of handlers',
    'c',
    'static int (*const exit_handlers[])(void) = { [0] = f, [EXIT_REASON_CPUID] = g };',
    ['exit-reason: 0 =0 literal', 'exit-reason: EXIT_REASON_CPUID name'],
  ],
  ['a table of other things', 'c', 'static int names[] = { [0] = f, [1] = g };', []],
  [
    'VM-instruction errors',
    'c',
    'void f(void) { if (vm_instruction_error == 7) g(); switch (vmread(VM_INSTRUCTION_ERROR)) { case 8: x; } }',
    ['vm-instruction-error: 7 =7 literal', 'vm-instruction-error: 8 =8 literal'],
  ],
  [
    'MSRs where they are emulated',
    'c',
    'int emulate_rdmsr(u32 msr) { switch (msr) { case 0x174: return 1; case MSR_EFER: return 2; } }',
    ['msr: 0x174 =174 literal', 'msr: MSR_EFER name'],
  ],
  [
    'the index of an MSR',
    'c',
    'int set_msr(struct m *m) { switch (m->index) { case 0x10: return 1; } }',
    ['msr: 0x10 =10 literal'],
  ],
  ['the value of an MSR', 'c', 'void read_msr_value(void) { msr = rdmsr(0x3a); if (msr == 0x20) f(); }', []],
  [
    'fields where VMWRITE is emulated',
    'c',
    'int handle_vmwrite(u64 field) { switch (field) { case 0x681e: return 1; } }',
    ['vmcs-field: 0x681e =681e literal'],
  ],
  ['a part of a field', 'c', 'int vmcs_width(u64 field) { return (field & 0x6000) == 0x2000; }', []],
  [
    'CPUID leaves where CPUID is emulated',
    'c',
    'void do_cpuid(u32 leaf) { switch (leaf) { case 7: x; } if (leaf == 0xd) y(); }',
    ['cpuid-leaf: 7 =7 literal', 'cpuid-leaf: 0xd =d literal'],
  ],
  [
    'methods and scoped constants',
    'cpp',
    'bool Vm::handle_exit() { switch (exit_reason()) { case exit_reason::ept_violation: return true; case 2: return f(); } }',
    ['exit-reason: exit_reason::ept_violation name', 'exit-reason: 2 =2 literal'],
  ],
  [
    'match',
    'rust',
    'fn f() { match exit_reason { 10 | 12 => a(), 48 if x => { b() }, 1..=3 => d(), ExitReason::Hlt => {}, n => c(n), _ => {} } }',
    [
      'exit-reason: 10 =a literal',
      'exit-reason: 12 =c literal',
      'exit-reason: 48 =30 literal',
      'exit-reason: ExitReason::Hlt name',
    ],
  ],
  [
    'match inside of a match',
    'rust',
    'fn on_wrmsr(msr: u32) { match msr { 0x10 => match other { 1 => 2, _ => 3 }, 0x1b => 4, _ => 5 } }',
    ['msr: 0x10 =10 literal', 'msr: 0x1b =1b literal'],
  ],
];

describe('language: comparisons in C, C++ and Rust', () => {
  for (const [title, language, text, expected] of sources)
    it(title, () => assert.deepEqual(compared(language, text), expected));

  it('a file that never mentions VMX has other exits', () => {
    assert.deepEqual(operations('c', 'switch (exit_reason) { case 10: f(); }'), []);
    assert.deepEqual(operations('c', 'switch (exit_reason) { case 10: vmlaunch(); }'), [
      'exit-reason: 10 =a literal',
    ]);
  });
});
