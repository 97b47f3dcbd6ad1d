// What people read and type: COM1 in a terminal, the VGA text screen in its view.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onStage } from './stage.mjs';
import { root } from './vsix.mjs';

/** Guests that live on what is typed, and their configurations. */
function typedGuests(server) {
  const folder = server.copyOf(join(root, 'samples/.vscode'), 'typed/.vscode').replace(/.\.vscode$/, '');
  mkdirSync(folder, { recursive: true });
  const script = join(root, 'test/support/write-typed-guests.ts');
  execFileSync(process.execPath, ['--import', 'tsx', script, folder], { cwd: root });
  const guest = (name, more) => ({
    type: 'turtlescope',
    request: 'launch',
    name,
    program: `\${workspaceFolder}/${name}.bin`,
    loadAddress: '0x7c00',
    memory: 16,
    ...more,
  });
  const configurations = [guest('echo', { serial: 'terminal' }), guest('typewriter', {})];
  writeFileSync(join(folder, '.vscode/launch.json'), JSON.stringify({ version: '0.2.0', configurations }));
  // The terminal draws elements then, which can be read.
  writeFileSync(
    join(folder, '.vscode/settings.json'),
    JSON.stringify({ 'terminal.integrated.gpuAcceleration': 'off' }),
  );
  return folder;
}

describe('what people read and type', function () {
  this.bail(true);
  const on = onStage({ width: 1480, height: 1040, prepare: typedGuests });
  const terminal = () => on.workbench.page.locator('.terminal-wrapper.active .xterm-rows');
  const screen = () => on.workbench.webviewOf('.screen').locator('.screen');

  it('COM1 is a terminal: what is typed the guest gets, and what it sends is shown', async () => {
    const { workbench } = on;
    await workbench.showDebugView();
    await workbench.startConfiguration('echo');
    await workbench.page.locator('.terminal-wrapper.active .xterm-screen').click();
    // The echo guest answers each key; the terminal itself shows none.
    await workbench.page.keyboard.type('hello');
    await terminal().getByText('hello').waitFor();
  });

  it('the terminal stays when its session ends, and says so', async () => {
    const { workbench } = on;
    await workbench.page.keyboard.type('q');
    await workbench.page.locator('.codicon-debug-stop').first().waitFor({ state: 'detached' });
    await terminal().getByText('The session has ended.').waitFor();
  });

  it('the next session of the same configuration goes on in it', async () => {
    const { workbench } = on;
    await workbench.startConfiguration('echo');
    await terminal().getByText('The session has ended.').waitFor({ state: 'detached' });
    await workbench.page.locator('.terminal-wrapper.active .xterm-screen').click();
    await workbench.page.keyboard.type('again');
    await terminal().getByText('again').waitFor();
    await workbench.page.keyboard.type('q');
    await workbench.page.locator('.codicon-debug-stop').first().waitFor({ state: 'detached' });
  });

  it('the screen opens when something is written to it, and keys go to the guest', async () => {
    const { workbench } = on;
    await workbench.startConfiguration('typewriter');
    await screen().getByText('Hi').waitFor();
    await screen().click();
    await workbench.page.keyboard.press('a');
    await screen().locator('.row', { hasText: 'HiA' }).waitFor();
    await workbench.shot('screen-dark');
    await workbench.page.keyboard.press('q');
    await workbench.page.locator('.codicon-debug-stop').first().waitFor({ state: 'detached' });
    await screen().locator('.row', { hasText: 'HiA' }).waitFor();
  });

  it('wrote no error to the console or the extension host log', () => {
    assert.deepEqual(on.workbench.errors, []);
  });
});
