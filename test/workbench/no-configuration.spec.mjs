// A folder with an image, its sources, and no launch.json.
import assert from 'node:assert/strict';
import { copyWithoutConfiguration, onStage } from './stage.mjs';

describe('F5 without launch.json', function () {
  this.bail(true);
  const on = onStage({ prepare: copyWithoutConfiguration });

  it('Debug Image on an open ELF file debugs that file', async () => {
    const { workbench } = on;
    await workbench.showDebugView();
    await workbench.openFile('broken-entry.elf');
    await workbench.page.locator('.editor-actions [aria-label^="Debug Image"]').first().click();
    await workbench
      .callStack(/entry.*failed/i)
      .first()
      .waitFor();
    await workbench.stop();
  });

  it('on a source offers the images of the folder, the nearest first', async () => {
    const { workbench } = on;
    await workbench.openSource('hello-nested/exits.c');
    await workbench.page.keyboard.press('F5');
    const offered = workbench.page.locator('.quick-input-list .monaco-list-row.focused', { hasText: '.elf' });
    assert.match(await offered.innerText(), /hello-nested\.elf/);
    await workbench.boxInput.press('Enter');
    await workbench.page.locator('.repl', { hasText: 'hello-nested: success' }).waitFor();
  });

  it('wrote no error to the console or the extension host log', () => {
    assert.deepEqual(on.workbench.errors, []);
  });
});
