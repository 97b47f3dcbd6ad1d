/** Colours: each word of a line with its type. */
import assert from 'node:assert/strict';
import { type AssemblyFile } from '../../../src/language/assembly/assembly-file';
import { semanticTokens } from '../../../src/language/symbols/semantic-tokens';
import { openMarked, refresh, type MarkedSources } from './marked-sources';

function tokens(sources: MarkedSources, file: string, first = 0, last = Infinity): string[] {
  const source = sources.workspace.at(sources.uri(file)) as AssemblyFile;
  const found: string[] = [];
  let before = { line: 0, end: 0 };
  semanticTokens(
    sources.tables,
    sources.uri(file),
    source,
    first,
    last,
    (line, start, end, type, modifier) => {
      assert.ok(line > before.line || start >= before.end, 'in order, none over another');
      before = { line, end };
      found.push(
        `${line} ${source.lineText(line).slice(start, end)} ${type}${modifier ? `.${modifier}` : ''}`,
      );
    },
  );
  return found;
}

const one = (file: string, text: string): string[] => tokens(openMarked({ [file]: text }), file);

describe('language: symbols: semantic tokens', () => {
  it('gas: every kind of word', () =>
    assert.deepEqual(
      one(
        'a.S',
        'main: rep movsb # go\n.set K, 5\n.long K, main, unknown, "x"\n vmwrite %rax, %rbx\n1: jmp 1b\n.Lx: mov $K, %ecx\n',
      ),
      [
        '0 main function.declaration',
        '0 rep mnemonic',
        '0 movsb mnemonic',
        '0 # go comment',
        '1 .set directive',
        '1 K enumMember.declaration',
        '1 5 number',
        '2 .long directive',
        '2 K enumMember',
        '2 main function',
        '2 "x" string',
        '3 vmwrite mnemonic.vmx',
        '3 %rax register',
        '3 %rbx register',
        '4 1 label.declaration',
        '4 jmp mnemonic',
        '4 1b label',
        '5 .Lx label.declaration',
        '5 mov mnemonic',
        '5 K enumMember',
        '5 %ecx register',
      ],
    ));
  it('gas: macros and parameters', () =>
    assert.deepEqual(one('a.S', '.macro m a\n push \\a\n.endm\n m 1\n unknown 2\n#define F(x) x + 1\n'), [
      '0 .macro directive',
      '0 m macro.declaration',
      '0 a parameter.declaration',
      '1 push mnemonic',
      '1 \\a parameter',
      '2 .endm directive',
      '3 m macro',
      '3 1 number',
      '4 unknown macro',
      '4 2 number',
      '5 #define directive',
      '5 F enumMember.declaration',
      '5 x parameter.declaration',
      '5 x parameter',
      '5 1 number',
    ]));
  it('NASM: every kind of word', () =>
    assert.deepEqual(
      one(
        'a.asm',
        'main: mov eax, [rdi + rec.a]\n.l: jmp main.l ; x\nstruc rec\n.a: resd 1\nendstruc\n%macro m 1\n push %1\n%endmacro\nK equ 5\n m K',
      ),
      [
        '0 main function.declaration',
        '0 mov mnemonic',
        '0 eax register',
        '0 rdi register',
        '0 rec struct',
        '0 .a property',
        '1 .l label.declaration',
        '1 jmp mnemonic',
        '1 main function',
        '1 .l label',
        '1 ; x comment',
        '2 struc directive',
        '2 rec struct.declaration',
        '3 .a property.declaration',
        '3 resd directive',
        '3 1 number',
        '4 endstruc directive',
        '5 %macro directive',
        '5 m macro.declaration',
        '5 1 number',
        '6 push mnemonic',
        '6 %1 parameter',
        '7 %endmacro directive',
        '8 K enumMember.declaration',
        '8 equ directive',
        '8 5 number',
        '9 m macro',
        '9 K enumMember',
      ],
    ));
  it('names of other files, and a range of lines', () => {
    const sources = openMarked({
      'a.S': '.include "b.S"\n.extern far\n call far\n mov $LIMIT, %eax\n two 1\n',
      'b.S': '.equ LIMIT, 4\n.macro two x\n.endm\n',
      'c.S': '.globl far\nfar: ret\n',
    });
    assert.deepEqual(tokens(sources, 'a.S', 2, 3), [
      '2 call mnemonic',
      '2 far function',
      '3 mov mnemonic',
      '3 LIMIT enumMember',
      '3 %eax register',
    ]);
  });
  it('after an edit of another file a name is what it is there', () => {
    const sources = openMarked({ 'a.S': '.include "b.S"\n .long X\n', 'b.S': '.equ X, 4\n' });
    assert.equal(tokens(sources, 'a.S').at(-1), '1 X enumMember');
    sources.workspace.didChange(sources.uri('b.S'), 2, [{ text: 'X: nop\n' }]);
    refresh(sources.tables);
    assert.equal(tokens(sources, 'a.S').at(-1), '1 X function');
  });
});
