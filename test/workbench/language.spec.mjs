// Reading hypervisor code in the editor, as a user does it: what hovers, hints and colours say, and values while stopped.
import assert from 'node:assert/strict';
import { onStage } from './stage.mjs';

describe('reading hello-nested', function () {
  this.bail(true);
  const on = onStage({ width: 1480, height: 1040 });

  it('knows assembly sources as GNU as, with VMX instructions in colours of their own', async () => {
    const { workbench } = on;
    await workbench.openFile('vmx-run.S');
    await workbench.page.locator('#status\\.editor\\.mode', { hasText: 'GNU Assembler (x86)' }).waitFor();
    await workbench.toLine('vmx-run.S', 'vmlaunch');
    await workbench.shot('language-gas');
  });

  it('wrote no error to the console or the extension host log', () => {
    assert.deepEqual(on.workbench.errors, []);
  });
});
