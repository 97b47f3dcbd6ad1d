// `npm start`: opens VS Code on the samples with the extension loaded. The VS Code of this computer where its `code` command is
// present, else the browser workbench from npm. `--no-open` (or TURTLESCOPE_NO_OPEN=1) prints the address and opens nothing.
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { installWorkbench } from './install.mjs';
import { startServer } from './server.mjs';
import { packVsix, root } from './vsix.mjs';

const samples = join(root, 'samples');
const browserOnly = process.argv.includes('--browser');
const openIt = !process.argv.includes('--no-open') && !process.env.TURTLESCOPE_NO_OPEN;
const windows = process.platform === 'win32';
const found = (command) =>
  spawnSync(windows ? 'where' : 'which', [command], { stdio: 'ignore' }).status === 0;

/** The desktop's way to open an address, or undefined where there is no desktop. */
function opener() {
  if (windows) return ['cmd', '/c', 'start', ''];
  if (process.platform === 'darwin') return ['open'];
  const desktop = process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
  return desktop && found('xdg-open') ? ['xdg-open'] : undefined;
}

async function main() {
  if (!browserOnly && found('code')) {
    spawn('code', [`--extensionDevelopmentPath=${root}`, samples], {
      stdio: 'inherit',
      detached: true,
      shell: windows,
    }).unref();
    console.log('VS Code opens on samples/. Press F5.');
    return;
  }
  installWorkbench(console.log);
  const server = await startServer({ vsix: packVsix(), stateFolder: join(root, 'out/workbench') });
  const address = server.url(samples);
  console.log(`\n  Turtlescope: ${address}\n\nOpen the address in a browser and press F5. Ctrl+C ends it.`);
  const command = openIt ? opener() : undefined;
  if (command) spawn(command[0], [...command.slice(1), address], { stdio: 'ignore', detached: true }).unref();
  for (const signal of ['SIGINT', 'SIGTERM'])
    process.once(signal, () => void server.stop().then(() => process.exit(0)));
  await server.closed;
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
