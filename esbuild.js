// The build, in order: tables generated from isa and the decoder, the core (AssemblyScript -> Wasm), L0's traced twin, then
// one bundle for each process. `node esbuild.js --only=core|traced|bundles` runs one step, `--watch` rebuilds the bundles;
// `--fast` builds the core in a quarter of the time, for a slower core.
const { execFileSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const esbuild = require('esbuild');

const only = process.argv.find((a) => a.startsWith('--only='))?.slice('--only='.length);
const watch = process.argv.includes('--watch');
const wants = (step) => !only || only === step;
const run = (tool, args) =>
  execFileSync(process.execPath, [tool, ...args], { stdio: 'inherit', cwd: __dirname });
const tsx = join(__dirname, 'node_modules/tsx/dist/cli.mjs');
const asc = join(__dirname, 'node_modules/assemblyscript/bin/asc.js');

/**
 * Options every bundle for Node shares. `vscode` exists only inside the extension host. V8 keeps the whole text of a script, and in
 * twice the space if one character is not Latin: bundles have no comments and blanks. Names stay, for traces of the stack.
 */
const node = {
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  external: ['vscode'],
  sourcemap: true,
  sourcesContent: false,
  minifyWhitespace: true,
  minifySyntax: true,
  logLevel: 'warning',
  outdir: 'dist',
};

/** One bundle a process; entries are the files at the top of src/. */
const bundles = [
  {
    ...node,
    entryPoints: ['src/extension.ts', 'src/debug-adapter.ts', 'src/cli.ts', 'src/language-server.ts'],
  },
  {
    bundle: true,
    format: 'iife',
    target: 'es2022',
    logLevel: 'warning',
    entryPoints: {
      webview: 'src/views/webview/main.ts',
      compare: 'src/views/webview/compare/main.ts',
      levels: 'src/views/webview/levels/main.ts',
      screen: 'src/views/webview/screen/main.ts',
      walk: 'src/views/webview/walk/main.ts',
    },
    outdir: 'dist',
  },
];

/** Rooms whose sources decide how a machine runs: a recording of it names them by their hash. */
const MACHINE_ROOMS = ['abi', 'core', 'cpu', 'isa', 'kvm', 'l0', 'machine', 'platform'];

function machineBuild() {
  const hash = createHash('sha256');
  for (const room of MACHINE_ROOMS)
    for (const file of readdirSync(join('src', room), { recursive: true }).sort())
      if (file.endsWith('.ts') && !file.startsWith('gen'))
        hash
          .update(file)
          .update('\0')
          .update(readFileSync(join('src', room, file)))
          .update('\0');
  return `${require('./package.json').version} (build ${hash.digest('hex').slice(0, 12)})`;
}

async function main() {
  mkdirSync('dist', { recursive: true });
  writeFileSync(join('dist', 'machine-build.txt'), `${machineBuild()}\n`);
  if (wants('core') || wants('bundles')) run(tsx, ['src/generate/main.ts']);
  if (wants('core')) run(asc, ['--target', process.argv.includes('--fast') ? 'fast' : 'release']);
  if (wants('traced')) {
    run(tsx, ['src/generate/traced-l0.ts', 'out/l0-traced']);
    await esbuild.build({ ...node, entryPoints: { 'l0-traced': 'out/l0-traced/index.js' } });
  }
  if (!wants('bundles')) return;
  run(tsx, ['src/generate/grammars.ts', 'dist']);
  // iced-x86 reads its Wasm from beside the script it is bundled into.
  cpSync('node_modules/iced-x86/iced_x86_bg.wasm', 'dist/iced_x86_bg.wasm');
  for (const options of bundles) {
    if (watch) await (await esbuild.context(options)).watch();
    else await esbuild.build(options);
  }
}

main().catch((error) => {
  console.error(error.message ?? error);
  process.exitCode = 1;
});
