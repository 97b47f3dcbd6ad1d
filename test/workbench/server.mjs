// The workbench server: one run with user data, extensions and home in a temporary folder, so that nothing of the user's is read
// or changed and nothing outside is asked.
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serverNode, serverScript } from './install.mjs';

const quiet = {
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'workbench.startupEditor': 'none',
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.tips.enabled': false,
  'chat.disableAIFeatures': true,
  'git.enabled': false,
  'typescript.tsserver.enable': false,
  'debug.toolBarLocation': 'docked',
  'window.restoreWindows': 'none',
  'security.workspace.trust.enabled': false,
};

/**
 * Starts the server with one extension installed.
 * @param {{ vsix: string, settings?: object, stateFolder?: string }} options `stateFolder`: kept between runs; default: temporary
 */
export async function startServer({ vsix, settings = {}, stateFolder }) {
  const state = stateFolder ?? mkdtempSync(join(tmpdir(), 'turtlescope-'));
  const folder = (name) => {
    mkdirSync(join(state, name), { recursive: true });
    return join(state, name);
  };
  const userData = folder('user-data');
  mkdirSync(join(userData, 'User'), { recursive: true });
  const settingsFile = join(userData, 'User/settings.json');
  if (!existsSync(settingsFile))
    writeFileSync(settingsFile, JSON.stringify({ ...quiet, ...settings }, null, 2));
  writeFileSync(join(state, 'config.yaml'), 'auth: none\ncert: false\n');
  const env = {
    PATH: process.env.PATH,
    LANG: 'C.UTF-8',
    HOME: folder('home'),
    XDG_CONFIG_HOME: folder('home/config'),
    XDG_DATA_HOME: folder('home/data'),
    EXTENSIONS_GALLERY: '{"serviceUrl":"","itemUrl":""}',
  };
  const base = [serverScript, '--config', join(state, 'config.yaml'), '--user-data-dir', userData];
  base.push('--extensions-dir', folder('extensions'));
  const node = serverNode();
  const installed = spawnSync(node, [...base, '--install-extension', vsix, '--force'], {
    env,
    encoding: 'utf8',
  });
  if (installed.status !== 0)
    throw new Error(`the extension cannot be installed:\n${installed.stdout}${installed.stderr}`);

  const off = ['telemetry', 'update-check', 'workspace-trust', 'getting-started-override', 'proxy'];
  const args = [...base, '--bind-addr', '127.0.0.1:0', ...off.map((name) => `--disable-${name}`)];
  const server = spawn(node, args, { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const authority = await listening(server);

  return {
    authority,
    /** Address of a folder in the workbench. */
    url: (path) => `http://${authority}/?folder=${encodeURIComponent(path)}`,
    /** A copy of a folder that may be changed. */
    copyOf(path, name) {
      cpSync(path, join(state, name), { recursive: true });
      return join(state, name);
    },
    closed: new Promise((done) => server.once('exit', done)),
    async stop() {
      const exited = new Promise((done) => server.once('exit', done));
      // The server has children of its own; a detached child leads a process group.
      process.kill(-server.pid, 'SIGTERM');
      await Promise.race([exited, new Promise((done) => setTimeout(done, 5000).unref())]);
      if (!stateFolder) rmSync(state, { recursive: true, force: true, maxRetries: 5, retryDelay: 300 });
    },
  };
}

function listening(server) {
  let output = '';
  return new Promise((done, failed) => {
    const read = (data) => {
      output += data;
      const address = /listening on http:\/\/([\d.]+:\d+)\//.exec(output);
      if (address) done(address[1]);
    };
    server.stdout.on('data', read);
    server.stderr.on('data', read);
    server.once('exit', (code) => failed(new Error(`the workbench server ended with ${code}:\n${output}`)));
  });
}
