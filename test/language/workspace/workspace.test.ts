/** Constants across files, what edits do to them, and which files a workspace knows. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { uriOf } from '../../../src/language/workspace/places';
import { Workspace } from '../../../src/language/workspace/workspace';
import { ToySource } from './toy-source';

describe('language: workspace', () => {
  let root: string;
  let workspace: Workspace;
  /** How often a source was made, by path. */
  let made: Map<string, number>;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'workspace-'));
    made = new Map();
    workspace = new Workspace((_id, path, text, scope) => {
      made.set(path, (made.get(path) ?? 0) + 1);
      return path.endsWith('.txt') ? undefined : new ToySource(text, scope);
    });
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const write = (path: string, text = ''): string => {
    const full = join(root, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, text);
    return uriOf(full);
  };
  const open = (path: string, text: string, version = 1): string => {
    const uri = uriOf(join(root, path));
    workspace.didOpen(uri, 'c', version, text);
    return uri;
  };
  const value = (uri: string, name: string) => (workspace.document(uri)!.file as ToySource).value(name);
  const replaceLine = (uri: string, line: number, text: string) =>
    workspace.didChange(uri, 2, [
      { range: { start: { line, character: 0 }, end: { line, character: 1e6 } }, text },
    ]);
  const names = (word: string) =>
    [...workspace.mentioning(word)].map(({ uri }) => uri.slice(uriOf(root).length + 1)).sort();

  it('a constant comes through includes of includes, computed where it stands', () => {
    write('one.h', '#include "deep/two.h"\n#define ONE TWO\n');
    write('deep/two.h', '#define TWO 2\n');
    const uri = open('a.c', '#include "one.h"\n#define MINE ONE\n');
    assert.equal(value(uri, 'MINE'), 2n);
    assert.equal(value(uri, 'TWO'), 2n);
    assert.equal(value(uri, 'NONE'), undefined);
  });

  it('headers that include each other end, with the constants of both', () => {
    write('one.h', '#include "two.h"\n#define ONE 1\n');
    write('two.h', '#include "one.h"\n#define TWO ONE\n');
    const uri = open('a.c', '#include "one.h"\n');
    assert.equal(value(uri, 'ONE'), 1n);
    assert.equal(value(uri, 'TWO'), 1n);
  });

  it('a name with two values is not known', () => {
    write('one.h', '#define SAME 1\n#define OTHER 1\n');
    write('two.h', '#define SAME 1\n#define OTHER 2\n');
    const uri = open('a.c', '#include "one.h"\n#include "two.h"\n');
    assert.equal(value(uri, 'SAME'), 1n);
    assert.equal(value(uri, 'OTHER'), undefined);
  });

  it('an include is looked for beside the file, in the settings, and upwards with include/', async () => {
    write('arch/x86/include/asm/up.h', '#define UP 1\n');
    write('settings/by-setting.h', '#define SETTING 2\n');
    write('root.h', '#define ROOT 3\n');
    write('arch/x86/kvm/near.h', '#define NEAR 4\n');
    await workspace.setFolders([root], ['settings']);
    const text = ['asm/up.h', 'by-setting.h', 'root.h', 'near.h'].map((name) => `#include "${name}"\n`);
    const uri = open('arch/x86/kvm/a.c', text.join(''));
    const found = ['UP', 'SETTING', 'ROOT', 'NEAR'].map((name) => value(uri, name));
    assert.deepEqual(found, [1n, 2n, 3n, 4n]);
  });

  it('an edit of an open header reaches those who include it, also through a header on disk', () => {
    write('middle.h', '#include "top.h"\n');
    const top = open('top.h', '#define TOP 1\n');
    const uri = open('a.c', '#include "middle.h"\n');
    assert.equal(value(uri, 'TOP'), 1n);
    assert.equal(replaceLine(top, 0, '#define TOP 5'), true);
    assert.equal(value(uri, 'TOP'), 5n);
  });

  it('an edit of an include line changes what is known', () => {
    write('one.h', '#define ONE 1\n');
    const uri = open('a.c', '#include "none.h"\n');
    assert.equal(value(uri, 'ONE'), undefined);
    replaceLine(uri, 0, '#include "one.h"');
    assert.equal(value(uri, 'ONE'), 1n);
  });

  it('typing elsewhere reads nothing again', () => {
    write('one.h', '#define ONE 1\n');
    const uri = open('a.c', '#include "one.h"\n\n');
    value(uri, 'ONE');
    made.clear();
    for (let key = 0; key < 20; key++) {
      assert.equal(replaceLine(uri, 1, `x${key}`), false);
      assert.equal(value(uri, 'ONE'), 1n);
    }
    assert.deepEqual([...made], []);
  });

  it('a file that changes on disk is read again, one that comes is found, one that goes is not', () => {
    const header = write('one.h', '#define ONE 1\n');
    const uri = open('a.c', '#include "one.h"\n#include "late.h"\n');
    assert.equal(value(uri, 'ONE'), 1n);
    assert.equal(value(uri, 'LATE'), undefined);
    write('one.h', '#define ONE 7\n');
    const late = write('late.h', '#define LATE 8\n');
    const changes = [header, late].map((each) => ({ uri: each, gone: false }));
    assert.equal(workspace.filesChanged(changes), true);
    assert.equal(value(uri, 'ONE'), 7n);
    assert.equal(value(uri, 'LATE'), 8n);
    rmSync(join(root, 'late.h'));
    workspace.filesChanged([{ uri: late, gone: true }]);
    assert.equal(value(uri, 'LATE'), undefined);
  });

  it('an open document is what the editor shows; closed, what the disk has', () => {
    write('one.h', '#define ONE 1\n');
    const header = open('one.h', '#define ONE 2\n');
    const uri = open('a.c', '#include "one.h"\n');
    assert.equal(value(uri, 'ONE'), 2n);
    assert.equal(workspace.filesChanged([{ uri: header, gone: false }]), false);
    workspace.didClose(header);
    assert.equal(value(uri, 'ONE'), 1n);
    assert.equal(workspace.document(header), undefined);
  });

  it('finds assembly sources below its folders, and none in folders of tools', async () => {
    for (const path of ['a.S', 'deep/er/b.asm', 'c.nasm', 'd.inc', 'e.s']) write(path, 'Word');
    for (const path of ['main.c', 'node_modules/x.S', '.git/y.S', 'dist/z.asm', 'notes.txt'])
      write(path, 'Word');
    assert.deepEqual(await workspace.setFolders([root, join(root, 'nowhere')], []), {
      files: 5,
      limited: false,
    });
    assert.deepEqual(names('word'), ['a.S', 'c.nasm', 'd.inc', 'deep/er/b.asm', 'e.s']);
    assert.deepEqual(names('other'), []);
    workspace.filesChanged([{ uri: write('f.S', 'other'), gone: false }]);
    assert.deepEqual(names('other'), ['f.S']);
  });

  it('keeps documents only of languages that somebody reads', () => {
    const uri = open('notes.txt', '');
    assert.equal(workspace.document(uri), undefined);
    assert.equal(workspace.didChange(uri, 2, [{ text: 'x' }]), false);
    workspace.didOpen('untitled:Untitled-1', 'c', 1, '#include "x"\n#define A 1\n');
    assert.equal(value('untitled:Untitled-1', 'A'), 1n);
    assert.equal(value('untitled:Untitled-1', 'B'), undefined);
  });
});
