/**
 * Makes L0's traced twin: the same source, stepped statement by statement (`traced-source.ts`).
 * `tsx src/generate/traced-l0.ts OUT` writes OUT/l0/**.js and OUT/index.js; esbuild bundles them.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { RUNTIME, tracedSource } from './traced-source';

const source = resolve(__dirname, '..', 'l0');

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sourceFiles(path);
    return entry.name.endsWith('.ts') ? [path] : [];
  });
}

/** Lines with a reported statement, by file: where a breakpoint in L0's source can stand. */
const reported: Record<string, readonly number[]> = {};

/** Imports that leave src/l0 are pointed back to src/. */
function relocate(code: string, from: string, to: string): string {
  return code.replace(
    /(from\s+['"])(\.[^'"]*)(['"])/g,
    (all, head: string, specifier: string, tail: string) => {
      const target = resolve(dirname(from), specifier);
      const inside = target === source || target.startsWith(source + '/');
      return inside ? all : head + relative(dirname(to), target) + tail;
    },
  );
}

const out = resolve(process.argv[2] ?? 'out/l0-traced');
rmSync(out, { recursive: true, force: true });
mkdirSync(join(out, 'l0'), { recursive: true });
writeFileSync(join(out, 'runtime.js'), RUNTIME);
for (const path of sourceFiles(source)) {
  const file = relative(source, path);
  const target = join(out, 'l0', file.replace(/\.ts$/, '.js'));
  const { code, lines } = tracedSource(readFileSync(path, 'utf8'), file);
  reported[file] = lines;
  const runtime = relative(dirname(target), join(out, 'runtime.js'));
  const prefix = runtime.startsWith('.') ? runtime : `./${runtime}`;
  const header = `import { $enter, $leave, $at, $call, $sync } from '${prefix}';\n`;
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, header + relocate(code, path, target));
}
// What the debugger imports: L0's public functions, traced, the frames they keep, and the lines it can stop at.
writeFileSync(
  join(out, 'index.js'),
  "export * from './l0/index.js';\nexport { frames } from './runtime.js';\n" +
    `export const lines = ${JSON.stringify(reported)};\n`,
);
