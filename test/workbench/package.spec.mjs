// What users download.
import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { packVsix, zipEntries } from './vsix.mjs';

describe('the .vsix', () => {
  let path;
  let names;

  before(() => {
    path = packVsix();
    names = zipEntries(path).map(({ name }) => name.replace(/^extension\//, ''));
  });

  it('has everything that runs', () => {
    const needed = [
      'package.json',
      'dist/extension.js',
      'dist/debug-adapter.js',
      'dist/language-server.js',
      'dist/gas.tmLanguage.json',
      'dist/nasm.tmLanguage.json',
      'dist/l0-traced.js',
      'dist/core.wasm',
      'dist/webview.js',
      'dist/levels.js',
      'dist/compare.js',
      'dist/screen.js',
      'dist/walk.js',
      'media/icon.png',
      'samples/hello-nested/hello-nested.elf',
      'samples/hello-nested/main.c',
      'samples/broken-entry/broken-entry.elf',
      'src/l0/nested/enter.ts',
    ];
    assert.deepEqual(
      needed.filter((name) => !names.includes(name)),
      [],
    );
  });

  it('has no other sources, tests, maps or dependencies', () => {
    const unwanted = names.filter(
      (name) =>
        /\.map$|node_modules|^test\/|^out\//.test(name) ||
        (/^src\//.test(name) && !name.startsWith('src/l0/')) ||
        name.endsWith('.o'),
    );
    assert.deepEqual(unwanted, []);
  });

  it('is small', () => {
    assert.ok(statSync(path).size < 5_000_000, `${statSync(path).size} bytes`);
  });
});
