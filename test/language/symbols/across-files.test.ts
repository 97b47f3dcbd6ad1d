/** Names that several files define or none, what rename refuses, and the index of files on disk. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createSourceFile } from '../../../src/language/source-files';
import { definitionsAt } from '../../../src/language/symbols/references';
import { prepareRename, rename } from '../../../src/language/symbols/rename';
import { searchSymbols } from '../../../src/language/symbols/symbol-search';
import { WorkspaceTables } from '../../../src/language/symbols/workspace-tables';
import { uriOf } from '../../../src/language/workspace/places';
import { Workspace } from '../../../src/language/workspace/workspace';
import { openMarked, refresh, type MarkedSources } from './marked-sources';

/** Definitions of what the first mark of the sources is at. */
function definitions(sources: MarkedSources): string[] {
  const [mark] = sources.marks;
  const found = definitionsAt(sources.tables, sources.uri(mark!.file), {
    line: mark!.line,
    character: mark!.start,
  });
  return found.map(({ uri, line }) => `${sources.file(uri)}:${line}`);
}

describe('language: symbols: definitions in several files', () => {
  const is = (files: Record<string, string>, wanted: readonly string[]) =>
    assert.deepEqual(definitions(openMarked(files)), wanted);

  it('the file itself first, then its includes, then others that export the name', () =>
    is(
      {
        'z.S': '.globl f\n.include "y.S"\nf: call «f»\n',
        'a.S': '.globl f\nf: ret\n',
        'y.S': 'f: nop\n',
        'b.S': 'f: ret\n',
      },
      ['z.S:2', 'y.S:0', 'a.S:1'],
    ));
  it('a name that does not leave the file is not looked for in others', () =>
    is({ 'a.S': 'f: call «f»\n', 'b.S': '.globl f\nf: ret\n' }, ['a.S:0']));
  it('where nothing leads to it, what has the name anywhere is better than nothing', () =>
    is({ 'a.S': ' call «f»\n', 'b.S': 'f: ret\n', 'c.asm': 'f equ 5\n' }, ['b.S:0', 'c.asm:0']));
  it('where nobody defines it, the line that says it comes from outside', () =>
    is({ 'a.S': '.extern f\n call «f»\n', 'b.S': '.extern f\n' }, ['a.S:0']));
  it('numbered labels and local labels are looked for nowhere else', () => {
    is({ 'a.S': ' jmp «1b»\n', 'b.S': '1: nop\n' }, []);
    is({ 'a.asm': 'a: jmp «.x»\n', 'b.asm': 'b:\n.x: ret\n' }, []);
  });
  it('headers of C give names of the preprocessor and macros, and no labels', () => {
    is({ 'a.S': '#include "a.h"\n mov $«K», %eax\n', 'a.h': '#pragma once\n#define K 1\n' }, ['a.h:1']);
    is({ 'a.S': '#include "a.h"\n «m» 1\n', 'a.h': '#ifdef __ASSEMBLY__\n.macro m x\n.endm\n#endif\n' }, [
      'a.h:1',
    ]);
    is({ 'a.S': '#include "a.h"\n jmp «out»\n', 'a.h': 'static void f(void) {\nout:\n  return;\n}\n' }, []);
  });
  it('an included file is read as the assembler of the includer reads it', () =>
    is({ 'a.S': '.include "defs.inc"\n mov $«K», %eax\n', 'defs.inc': '.set K, 4\n' }, ['defs.inc:0']));
  it('a file sees what the file that includes it defines', () =>
    is({ 'part.inc': ' mov eax, «K»\n', 'a.asm': 'K equ 1\n%include "part.inc"\n', 'b.asm': 'K equ 2\n' }, [
      'a.asm:0',
    ]));
  it('files that include each other end', () =>
    is({ 'a.S': '.include "b.S"\n call «f»\n', 'b.S': '.include "a.S"\nf: ret\n' }, ['b.S:1']));
});

describe('language: symbols: rename refuses', () => {
  const refused = (files: Record<string, string>, newName: string, message: RegExp): void => {
    const { tables, workspace, marks, uri } = openMarked(files);
    const [mark] = marks;
    const at = uri(mark!.file);
    const position = { line: mark!.line, character: mark!.start };
    const found = rename(tables, at, workspace.at(at)!, position, newName);
    assert.ok('refused' in found, 'refused');
    assert.match(found.refused, message);
    const prepared = prepareRename(tables, at, workspace.at(at)!, position);
    // What can be said before there is a new name is said before.
    if (newName === '') assert.deepEqual(prepared, found);
  };
  const gas = (title: string, text: string, newName: string, message: RegExp) =>
    it(`gas: ${title}`, () => refused({ 'a.S': text }, newName, message));
  const nasm = (title: string, text: string, newName: string, message: RegExp) =>
    it(`NASM: ${title}`, () => refused({ 'a.asm': text }, newName, message));

  gas('a register', ' mov %«rax», %rbx', '', /^rax is a register, not a symbol/);
  gas('an instruction', ' «mov» %rax, %rbx', '', /^mov is an instruction/);
  gas('a number', ' mov $«5», %rbx', '', /^5 is a number/);
  gas('a directive', '«.align» 4', '', /^\.align is a directive/);
  gas('a comment', 'a: nop # «a»', '', /^There is no symbol here/);
  gas('a name that nobody defines', ' call «printk»', '', /^printk is not defined/);
  gas('an unknown word', ' «frob» 1', '', /^frob is not defined/);
  gas('a label in quotes', '"«a»": jmp a', '', /quotes/);
  gas('no name', '«a»: nop', '1a', /"1a" is not a name/);
  gas('a register as a name', '«a»: nop', 'rax', /"rax" is a register/);
  gas('a directive as a name', '«a»: nop', '.text', /"\.text" is a directive/);
  gas('an instruction as a name of a macro', '.macro «m»\n.endm', 'nop', /"nop" is an instruction/);
  gas('a name that the file has', '«a»: nop\n\nb: nop', 'b', /^b is already defined in a\.S, line 3/);
  gas('a parameter that the macro has', '.macro m «a», b\n.endm', 'b', /^b is already defined/);
  gas(
    'a name that the file takes from outside',
    '«a»: call printk',
    'printk',
    /^printk is used in a\.S, line 1/,
  );
  gas('a name of the file alone for what is exported', '.globl a\n«a»: nop', '.La', /^a is exported/);
  gas('a dot in a name of the preprocessor', '#define «A» 1', 'a.b', /letters, digits/);
  gas(
    'a label that a macro puts together',
    '.macro m n\n jmp do_\\n\n.endm\n«do_it»: nop',
    'made',
    /line 2, may put do_it together from do_\*/,
  );
  gas(
    'a text of which a macro makes another',
    '#define F(x) x ## _1\n#define «A» 1\n#define A_1 2',
    'B',
    /may put A together from \*_1/,
  );
  gas('a text that a macro puts together', '#define F(x) RA ## x\n#define «RA0» 1', 'B', /from RA\*/);
  nasm(
    'a text that a macro puts together',
    '%macro m 1\n mov eax, x%1\n%endmacro\n%define «x0» 1',
    'made',
    /from x\*/,
  );
  nasm('a name that is joined', '%define «size» 1\n dd size %+ x', 'made', /from size\*/);
  nasm('a name with another in brackets', '«foo1» equ 1\n dd foo%[n]', 'made', /from foo\*/);
  nasm('a word of the assembler', '%define «YMMWORD» 1', 'made', /^YMMWORD is a word of the assembler too/);
  nasm('a parameter without a name', '%macro m 1\n push «%1»\n%endmacro', '', /^%1 is known by its number/);
  nasm('a register', ' mov «eax», 5', '', /^eax is a register/);
  nasm('a local label without its dot', 'a:\n«.b»: nop', 'b', /"b" has no dot/);
  nasm('a label with a dot in front', '«a»: nop', '.a', /local label/);
  nasm('a dot inside', '«a»: nop', 'b.c', /dot inside/);
  nasm('an instruction as a label', '«a»: nop', 'nop', /"nop" is an instruction/);
  nasm('a directive as a label', '«a»: nop', 'section', /"section" is a directive/);
  nasm(
    'a local name that the label has',
    'a:\n«.b»: nop\n.c: nop\nd:\n.e: nop',
    '.c',
    /^\.c is already defined in a\.asm, line 3/,
  );

  it('a name of a header, which C uses too', () =>
    refused(
      { 'a.S': '#include "a.h"\n mov $«K», %eax', 'a.h': '#define K 1\n' },
      '',
      /^K is defined in a\.h, which/,
    ));
  it('a name that an included file has', () =>
    refused(
      { 'a.S': '.include "b.S"\n«a»: nop', 'b.S': '.set b, 1\n' },
      'b',
      /^b is already defined in b\.S/,
    ));
  it('a name that another file exports, for one that is exported', () =>
    refused(
      { 'a.S': '.globl a\n«a»: nop', 'b.S': '.globl b\nb: nop' },
      'b',
      /^b is already defined in b\.S/,
    ));
  it('a symbol of two files, where a third may mean either', () =>
    refused(
      { 'a.S': '.globl f\n«f»: nop', 'b.S': '.globl f\nf: nop', 'c.S': ' call f' },
      'g',
      /^f is defined in a\.S and in b\.S, and c\.S may mean either/,
    ));
  it('but not a local name that another label has, nor a name of another file alone', () => {
    const { tables, workspace, uri } = openMarked({
      'a.asm': 'a:\n.b: nop\nd:\n.e: nop',
      'b.asm': 'z:\n.e: nop',
    });
    const at = uri('a.asm');
    const found = rename(tables, at, workspace.at(at)!, { line: 1, character: 1 }, '.e');
    assert.ok(!('refused' in found));
    const label = rename(tables, at, workspace.at(at)!, { line: 0, character: 0 }, 'z');
    assert.ok(!('refused' in label));
  });
});

describe('language: symbols: files on disk', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'symbols-'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const write = (path: string, text: string): string => {
    const full = join(root, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, text);
    return uriOf(full);
  };

  it('are known without being open, and followed when they change, come and go', async () => {
    const a = write('a.S', ' call f\n');
    const b = write('deep/b.S', '.globl f\nf: ret\n');
    const workspace = new Workspace(createSourceFile);
    const tables = new WorkspaceTables(workspace);
    await workspace.setFolders([root], []);
    const found = () => {
      refresh(tables);
      return definitionsAt(tables, a, { line: 0, character: 6 }).map(
        ({ uri, line }) => `${uri.slice(uriOf(root).length)}:${line}`,
      );
    };
    const names = (query: string) => {
      refresh(tables);
      return searchSymbols(tables, query).map(({ definition }) => definition.name);
    };
    assert.deepEqual(found(), ['/deep/b.S:1']);
    write('deep/b.S', '.globl f\n\nf: ret\n');
    workspace.filesChanged([{ uri: b, gone: false }]);
    assert.deepEqual(found(), ['/deep/b.S:2']);
    workspace.didOpen(b, 'gas', 1, '.globl f\nlong_name: .globl other\nother: f: ret\n');
    assert.deepEqual(found(), ['/deep/b.S:2']);
    assert.deepEqual(names('o'), ['other', 'long_name']);
    assert.deepEqual(names('lnm'), ['long_name']);
    workspace.didChange(b, 2, [{ text: 'nothing: ret\n' }]);
    assert.deepEqual(found(), []);
    assert.deepEqual(names('o'), ['nothing']);
    workspace.didClose(b);
    assert.deepEqual(found(), ['/deep/b.S:2']);
    rmSync(join(root, 'deep/b.S'));
    workspace.filesChanged([{ uri: b, gone: true }]);
    assert.deepEqual(found(), []);
    assert.deepEqual(names(''), []);
    const c = write('c.S', '.globl f\nf: ret\n');
    workspace.filesChanged([{ uri: c, gone: false }]);
    assert.deepEqual(found(), ['/c.S:1']);
  });

  it('an include that comes later is found', async () => {
    const a = write('a.S', '.include "late.S"\n mov $K, %eax\n');
    const workspace = new Workspace(createSourceFile);
    const tables = new WorkspaceTables(workspace);
    await workspace.setFolders([root], []);
    const found = () => {
      refresh(tables);
      return definitionsAt(tables, a, { line: 1, character: 6 }).length;
    };
    assert.equal(found(), 0);
    const late = write('late.S', '.set K, 1\n');
    workspace.filesChanged([{ uri: late, gone: false }]);
    assert.equal(found(), 1);
  });
});
