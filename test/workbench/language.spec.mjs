// Reading hypervisor code in the editor, as a user does it: what hovers, hints and colours say, and values while stopped.
import assert from 'node:assert/strict';
import { onStage } from './stage.mjs';

describe('reading hello-nested', function () {
  this.bail(true);
  const on = onStage({ width: 1480, height: 1040 });

  it('knows assembly sources as GNU as, with VMX instructions in a colour of their own', async () => {
    const { workbench } = on;
    await workbench.openFile('vmx-run.S');
    await workbench.page.locator('#status\\.editor\\.mode', { hasText: 'GNU Assembler (x86)' }).waitFor();
    await workbench.toLine('vmx-run.S', 'vmlaunch');
    const colour = async (text) => {
      const word = workbench.page.locator('.view-line span span', { hasText: new RegExp(`^\\s*${text}$`) });
      return word.first().evaluate((element) => getComputedStyle(element).color);
    };
    assert.notEqual(await colour('vmlaunch'), await colour('mov'));
  });

  it('while stopped shows registers at the ends of lines, and under the mouse', async () => {
    const { workbench } = on;
    await workbench.page.keyboard.press('F9');
    await workbench.page.locator('.monaco-editor .codicon-debug-breakpoint').first().waitFor();
    await workbench.showDebugView();
    await workbench.startConfiguration('hello-nested: L1 under L0');
    await workbench.stopped('L1 at its entry point');
    // Values of a frame that has gone are not to be had: wait for those of the first stop.
    await workbench.page.locator('.debug-inline-value').first().waitFor();
    await workbench.atStop('F5');
    await workbench.lineReached('vmx-run.S', 'vmlaunch');
    await workbench.page.locator('.debug-inline-value', { hasText: 'rdi = 0x' }).first().waitFor();
  });

  it('while stopped shows fields of the VMCS beside VMREAD and VMWRITE, and under the mouse', async () => {
    const { workbench } = on;
    await workbench.breakAt('exits.c', 'vmwrite');
    await workbench.atStop('F5');
    await workbench.lineReached('exits.c', 'vmwrite');
    const value = 'vmcs.GUEST_RIP = 0x0000000000400017';
    await workbench.page.locator('.debug-inline-value', { hasText: value }).first().waitFor();
    await workbench.page
      .locator('.view-line span span', { hasText: /^GUEST_RIP$/ })
      .first()
      .hover();
    await workbench.page.locator('.debug-hover-widget', { hasText: '0x0000000000400017' }).waitFor();
    await workbench.shot('values-dark', { hovering: true });
    await workbench.stop();
  });

  it('wrote no error to the console or the extension host log', () => {
    assert.deepEqual(on.workbench.errors, []);
  });
});
