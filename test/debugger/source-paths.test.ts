/** Compile-time paths and paths of this machine. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SourcePaths } from '../../src/debugger/source-paths';

describe('debugger: source paths', () => {
  it('uses the longest prefix of the sourceMap', () => {
    const paths = new SourcePaths({ '/build': '/src', '/build/lib': '/lib' }, '/x/a.elf');
    assert.equal(paths.toLocal('/build/main.c'), '/src/main.c');
    assert.equal(paths.toLocal('/build/lib/io.c'), '/lib/io.c');
    assert.equal(paths.toLocal('/builder/main.c'), '/builder/main.c');
  });

  it('maps relative paths by the prefix "."', () => {
    const paths = new SourcePaths({ '.': '/src' }, '/x/a.elf');
    assert.equal(paths.toLocal('main.c'), '/src/main.c');
    assert.equal(paths.toLocal('/abs/main.c'), '/abs/main.c');
  });

  it('looks for relative paths beside the program and in the folders above it', () => {
    const folder = mkdtempSync(join(tmpdir(), 'turtlescope-'));
    mkdirSync(join(folder, 'build'));
    writeFileSync(join(folder, 'main.c'), '');
    const paths = new SourcePaths({}, join(folder, 'build', 'a.elf'));
    assert.equal(paths.toLocal('main.c'), join(folder, 'main.c'));
    assert.equal(paths.toLocal('no-such-file.c'), join(folder, 'build', 'no-such-file.c'));
  });
});
