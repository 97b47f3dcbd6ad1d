/**
 * Documents and edits that nobody would write, from a seed: pieces of real code, half-typed lines, and characters from anywhere.
 * The same seed makes the same ones.
 */
import type { Position, Range } from '../../../src/language/text/position';

const pieces: Readonly<Record<string, readonly string[]>> = {
  gas: [
    '\tmov $0x681e, %edx',
    '\tvmread %rdx, %rax',
    '\tvmwrite %rax, %rdx\t# GUEST_RIP',
    '\tmov $0x48b, %ecx; rdmsr',
    '\tmov $0xc0000080, %ecx\n\twrmsr',
    '1:\tjmp 1b',
    'label:',
    '.code16',
    '\t.code64',
    '#define GUEST_RIP 0x681e',
    '#define TWICE (GUEST_RIP * 2)',
    '\t.set value, 0x401e + 2',
    'value = 3',
    '/* open comment',
    'closed */ nop',
    '\t.include "other.inc"',
    '#include "vmcs.h"',
    '\t.macro save register',
    '\tpush %\\register',
    '\t.endm',
    '\t.intel_syntax noprefix',
    '\tmov rax, [rbx+rcx*8+0x10]',
    '\t.att_syntax',
    '\tcmpl $48, %eax',
    '\tor $(CR0_PG | 1), %eax; mov %eax, %cr0',
    '\t.ascii "a \\" # string"',
    '\t.long 1, 2, -(3 + 4)',
    'lock cmpxchg16b (%rdi)',
    '\tmov $GUEST_RIP, %rdx',
    '\tvmw',
    '\tmov $0x, %',
    '#if defined(X) \\',
  ],
  nasm: [
    'bits 16',
    'BITS 64',
    'section .text',
    'global main',
    'main:',
    '.local:',
    '  mov edx, 0x681e',
    '  vmread rax, rdx',
    '  vmwrite rdx, rax ; GUEST_RIP',
    '  mov ecx, 48Bh',
    '  rdmsr',
    '%define GUEST_RIP 0x681e',
    '%assign count count+1',
    'FIELD equ 0x401e',
    '%include "vmcs.inc"',
    '%macro save 1-*',
    '  push %1',
    '%endmacro',
    'times 510-($-$$) db 0',
    'dw 0AA55h, 0b1010, 0o17, 1e3',
    "db 'text', 0, `esc\\n`",
    '  jmp .local',
    '  lea rax, [rel main + 8*rcx]',
    '  cmp eax, 48',
    'struc point',
    '.x: resd 1',
    'endstruc',
    '%if 0',
    '%endif',
    '  vmw',
    '  mov e',
  ],
  c: [
    'vmwrite(0x401e, 0x82);',
    'vmcs_write64(EPT_POINTER, eptp);',
    'u64 rip = vmread(GUEST_RIP);',
    'case 48:',
    'switch (vmread(0x4402) & 0xffff) {',
    '}',
    '#define GUEST_RIP 0x681e',
    '#define BITS (1 << 7 | \\',
    '\t1UL << 31)',
    '#include "vmcs.h"',
    'enum { ONE = 1, TWO, THREE = TWO * 8 };',
    'wrmsr(0x48b, value);',
    'if (reason == EXIT_REASON_EPT_VIOLATION)',
    '/* open',
    '*/ x = 5;',
    '// line',
    'asm volatile("vmread %1, %0" : "=r"(v) : "r"(0x681eUL));',
    "char c = '\\'', *s = \"a // b\";",
    'exec_controls_setbit(vmx, CPU_BASED_HLT_EXITING);',
    'vmcs->revision_id = 0;',
    'vmwrite(',
    'vmwrite(0x',
    'static const u32 field = VM_EXIT_CONTROLS;',
  ],
  rust: [
    'const GUEST_RIP: u32 = 0x681e;',
    'vmwrite(vmcs::guest::RIP, rip)?;',
    'unsafe { vmread(0x4402).unwrap() }',
    'match reason {',
    '48 => handle(),',
    '}',
    'let x = r#"raw " text"#;',
    '// comment',
    '/* nested /* comment */ */',
    'let msr = Msr::new(0x48b);',
    "let c = '\\u{1f600}'; let a: &'static str = \"x\";",
    'wrmsr(IA32_EFER, 1 << 8 | 1_000);',
    'vmwrite(',
  ],
};

export const documentLanguages = Object.keys(pieces);

export class Randomness {
  constructor(private state: number) {}

  /** From 0 up to below `limit`. */
  below(limit: number): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  }

  one<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }
}

/** A piece of a text: mostly code of the language, sometimes cut short, sometimes of another one, sometimes noise. */
export function piece(random: Randomness, language: string): string {
  const kind = random.below(20);
  if (kind === 0) return noise(random);
  const line = random.one(pieces[kind === 1 ? random.one(documentLanguages) : language]!);
  return kind < 5 ? line.slice(0, random.below(line.length + 1)) : line;
}

function noise(random: Randomness): string {
  const ranges = [0x20, 0x80, 0x100, 0x2100, 0x10000];
  const length = random.below(24);
  return Array.from({ length }, () => String.fromCharCode(random.below(random.one(ranges)))).join('');
}

export function documentText(random: Randomness, language: string): string {
  const breaks = random.one(['\n', '\n', '\n', '\r\n', '\r']);
  return Array.from({ length: random.below(30) }, () => piece(random, language)).join(breaks);
}

/** The text as lines, cut as the protocol cuts it. Apart from the code under test, because it is the measure. */
export function linesOf(text: string): string[] {
  return text.replaceAll('\r\n', '\n').replaceAll('\r', '\n').split('\n');
}

export function place(random: Randomness, lines: readonly string[]): Position {
  const line = random.below(lines.length);
  return { line, character: random.below(lines[line]!.length + 1) };
}

/** A stretch of the text, mostly short. */
export function stretch(random: Randomness, lines: readonly string[]): Range {
  const start = place(random, lines);
  const other = random.below(4) === 0 ? place(random, lines) : start;
  const ordered =
    other.line > start.line || (other.line === start.line && other.character >= start.character);
  return ordered ? { start, end: other } : { start: other, end: start };
}

/** What an edit makes of the lines. */
export function edited(lines: readonly string[], { start, end }: Range, text: string): string[] {
  const head = lines[start.line]!.slice(0, start.character);
  const tail = lines[end.line]!.slice(end.character);
  return [...lines.slice(0, start.line), ...linesOf(head + text + tail), ...lines.slice(end.line + 1)];
}
