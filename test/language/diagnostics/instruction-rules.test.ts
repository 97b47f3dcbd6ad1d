/** The rule `instruction-mode`, on real assembly. */
import assert from 'node:assert/strict';
import { AssemblyFile } from '../../../src/language/assembly/assembly-file';
import { diagnose } from '../../../src/language/diagnostics/diagnose';
import type { AssemblyDialect } from '../../../src/language/source/language-id';

function found(dialect: AssemblyDialect, ...lines: string[]): string[] {
  const file = new AssemblyFile(dialect, lines.join('\n'), { constant: () => undefined });
  return diagnose(file).map(({ range, rule }) => `${rule}: ${lines[range.start.line]?.trim()}`);
}

describe('language: instructions that fault where they stand', () => {
  it('raises: VMX instructions in 16-bit code', () => {
    assert.deepEqual(found('gas', '.code16', 'vmlaunch', 'vmxon (%eax)'), [
      'instruction-mode: vmlaunch',
      'instruction-mode: vmxon (%eax)',
    ]);
    assert.deepEqual(found('nasm', 'bits 16', 'vmxon [eax]'), ['instruction-mode: vmxon [eax]']);
  });

  it('raises: instructions of one code size in another', () => {
    assert.deepEqual(found('gas', '.code64', 'pusha', 'aaa', 'into', '.code32', 'swapgs', 'sysretq'), [
      'instruction-mode: pusha',
      'instruction-mode: aaa',
      'instruction-mode: into',
      'instruction-mode: swapgs',
      'instruction-mode: sysretq',
    ]);
  });

  it('is silent: instructions that have a form there', () => {
    assert.deepEqual(
      found(
        'gas',
        '.code32',
        'vmlaunch',
        'pushal',
        'sysenter',
        '.code64',
        'syscall',
        'ljmp *(%rax)',
        'jecxz 1f',
      ),
      [],
    );
  });

  it('is silent: where nothing says the code size, and about unknown words', () => {
    assert.deepEqual(found('gas', 'vmlaunch', 'pusha', 'swapgs'), []);
    assert.deepEqual(found('gas', '.code16', 'my_macro 1', 'frobnicate %eax'), []);
  });
});
