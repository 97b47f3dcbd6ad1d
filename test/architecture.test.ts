/**
 * Holds the floors of ARCHITECTURE.md: every import in src/ is read and must be an arrow the table allows, external
 * packages included; there is no circle of imports; no file has one of the names that say nothing.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';

const root = resolve(__dirname, '..', 'src');

/** Room -> rooms it may import. A file at the top of src/ is a room of its own, named after the file. */
const floors: Record<string, readonly string[]> = {
  isa: [],
  abi: [],
  protocol: [],
  symbols: [],
  platform: [],
  host: [],
  core: ['abi'],
  cpu: ['isa', 'abi', 'host/host'],
  l0: ['isa', 'kvm', 'abi', 'cpu', 'platform/device', 'platform/boot/boot-image'],
  kvm: ['isa'],
  machine: ['l0', 'cpu', 'platform', 'isa', 'abi', 'protocol/closest-name', 'host/host'],
  decode: ['isa', 'protocol'],
  debugger: ['machine', 'symbols', 'decode', 'isa', 'abi', 'protocol', 'host/host'],
  session: ['debugger', 'machine', 'protocol', 'host/host'],
  adapter: ['session', 'debugger', 'protocol', 'isa', 'host/node-host', 'host/listening'],
  language: ['decode', 'kvm', 'protocol', 'isa'],
  views: ['protocol', 'isa'],
  generate: ['isa', 'abi', 'protocol'],
  'extension.ts': ['views', 'protocol', 'isa'],
  'debug-adapter.ts': ['adapter', 'host'],
  'language-server.ts': ['language'],
  gdb: ['session', 'debugger', 'machine', 'isa', 'abi', 'host/listening'],
  cli: ['gdb', 'session', 'machine', 'debugger', 'isa', 'protocol', 'host/node-host', 'host/listening'],
  'cli.ts': ['cli', 'protocol', 'host'],
};

/** Package -> the only places that may see it: rooms, or a file or folder of one. Packages that are not listed may be imported by nobody. */
const packages: Record<string, readonly string[]> = {
  vscode: ['views', 'extension.ts'],
  'vscode-languageclient': ['extension.ts', 'views'],
  'vscode-languageserver': ['language/server'],
  '@vscode/debugadapter': ['adapter', 'debug-adapter.ts'],
  '@vscode/debugprotocol': ['adapter', 'views'],
  fflate: ['symbols/compression'],
  fzstd: ['symbols/compression'],
  'iced-x86': ['l0', 'machine', 'debugger', 'generate'],
  typescript: ['generate'],
};

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'gen' ? [] : sourceFiles(path);
    return entry.name.endsWith('.ts') ? [path] : [];
  });
}

/** Specifiers of every import and export-from, `import()` and `require()` included. */
function imports(file: string): string[] {
  return ts
    .preProcessFile(readFileSync(file, 'utf8'), true, true)
    .importedFiles.map((found) => found.fileName);
}

/** The file behind a relative specifier, or undefined for a package. */
function target(file: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  const base = resolve(dirname(file), specifier);
  const found = [base + '.ts', join(base, 'index.ts'), base].find(
    (path) => existsSync(path) && statSync(path).isFile(),
  );
  return found ?? base;
}

function room(file: string): string {
  return relative(root, file).split('/')[0]!;
}

function packageName(specifier: string): string {
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0]!;
}

describe('architecture', () => {
  const files = sourceFiles(root);

  it('every import is an arrow the table of floors allows', () => {
    const wrong: string[] = [];
    for (const file of files) {
      const from = room(file);
      for (const specifier of imports(file)) {
        const to = target(file, specifier);
        if (to === undefined) {
          const name = packageName(specifier);
          const builtin = specifier.startsWith('node:');
          const place = relative(root, file);
          const seen = packages[name]?.some(
            (allowed) => from === allowed || place === `${allowed}.ts` || place.startsWith(`${allowed}/`),
          );
          if (!builtin && !seen) wrong.push(`${relative(root, file)} -> ${specifier}`);
          continue;
        }
        const path = relative(root, to).replace(/\.ts$/, '');
        const allowed = floors[from] ?? [];
        if (room(to) !== from && !allowed.some((floor) => path === floor || path.startsWith(floor + '/')))
          wrong.push(`${relative(root, file)} -> ${path}`);
      }
    }
    assert.deepEqual(wrong, []);
  });

  it('what runs on any host imports nothing of Node: src/host/node-host is the only way to it', () => {
    const portable = readFileSync(join(root, '..', 'tsconfig.portable.json'), 'utf8');
    const { include } = JSON.parse(portable) as { include: string[] };
    const rooms = include.map((path) => path.slice('src/'.length));
    const wrong = files
      .map((file) => ({ file: relative(root, file), found: imports(file) }))
      .filter(({ file }) => rooms.some((path) => file === path || file.startsWith(`${path}/`)))
      .filter(({ found }) => found.some((specifier) => specifier.startsWith('node:')));
    assert.deepEqual(wrong, []);
    const besides = ['core', 'adapter', 'language', 'views', 'generate', 'cli', 'gdb'];
    assert.deepEqual(
      Object.keys(floors).filter(
        (name) =>
          !name.endsWith('.ts') && !besides.includes(name) && !rooms.includes(name) && name !== 'host',
      ),
      [],
    );
  });

  it('there is no circle of imports', () => {
    // Depth-first search; types count too, because a circle of types is a circle of ideas.
    const state = new Map<string, 'open' | 'done'>();
    const circles: string[] = [];
    const visit = (file: string, path: string[]): void => {
      if (state.get(file) === 'done' || !existsSync(file)) return;
      if (state.get(file) === 'open') {
        const circle = [...path.slice(path.indexOf(file)), file];
        circles.push(circle.map((f) => relative(root, f)).join(' -> '));
        return;
      }
      state.set(file, 'open');
      for (const specifier of imports(file)) {
        const to = target(file, specifier);
        if (to !== undefined) visit(to, [...path, file]);
      }
      state.set(file, 'done');
    };
    for (const file of files) visit(file, []);
    assert.deepEqual(circles, []);
  });

  it('no file has a name that says nothing', () => {
    const empty = /(^|\/)(utils?|common|types|helpers?|misc|shared)(\.ts|\/)/;
    assert.deepEqual(
      files.map((file) => relative(root, file)).filter((file) => empty.test(file)),
      [],
    );
  });

  it('every room of src/ stands in the table', () => {
    assert.deepEqual(
      [...new Set(files.map(room))].filter((name) => !(name in floors)),
      [],
    );
  });
});
