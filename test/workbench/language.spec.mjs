// Reading hypervisor code in the editor, as a user does it: what hovers, hints and colours say, and values while stopped.
import assert from 'node:assert/strict';
import { onStage } from './stage.mjs';

/** The word itself among the pieces of the editor's lines. */
const word = ({ page }, text) =>
  page.locator('.view-line span span', { hasText: new RegExp(`^\\s*${text}$`) }).first();

/**
 * Puts the mouse on the first place of a text in the editor, wherever the colours cut it: on its first letter, then on its middle. The
 * debugger's hover does not come twice at one letter, when the mouse was on no other meanwhile.
 */
async function pointAt({ page }, text) {
  const place = () =>
    page.evaluate((wanted) => {
      for (const line of document.querySelectorAll('.monaco-editor .view-line')) {
        const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
        for (let node = walker.nextNode(); node; node = walker.nextNode()) {
          const at = node.data.indexOf(wanted);
          if (at < 0) continue;
          const range = document.createRange();
          range.setStart(node, at);
          range.setEnd(node, at + wanted.length);
          const { x, y, width, height } = range.getBoundingClientRect();
          return { first: x + 1, middle: x + width / 2, y: y + height / 2 };
        }
      }
      return undefined;
    }, text);
  for (let turns = 0; turns < 100; turns++) {
    const found = await place();
    if (found) {
      await page.mouse.move(found.first, found.y, { steps: 4 });
      return page.mouse.move(found.middle, found.y);
    }
    await page.waitForTimeout(200);
  }
  throw new Error(`the editor shows no ${text}`);
}

/**
 * Rests the mouse on a word until the editor explains it. The server may still be starting, and an empty answer is not asked for again
 * while the mouse rests. The debugger's hover goes when the editor scrolls, be it because a value at the end of a line made it wider,
 * and comes back only when the mouse does.
 */
async function hoverOver(workbench, text, explanation, kind = '.monaco-hover') {
  const hover = workbench.page.locator(kind, { hasText: explanation }).first();
  for (let attempt = 0; attempt < 7; attempt++) {
    await pointAt(workbench, text);
    const shown = await hover.waitFor({ timeout: 10_000 }).then(
      () => true,
      () => false,
    );
    if (shown) return hover;
    await workbench.restMouse();
  }
  throw new Error(`no hover over ${text} says ${explanation}`);
}

/** Text that the editor shows between the letters of the file. */
const hint = ({ page }, text) =>
  page.locator('.view-line span', { hasText: new RegExp(`^${text}$`) }).first();

const mistake = ({ page }) => page.locator('.squiggly-warning').first();

describe('reading hello-nested', function () {
  this.bail(true);
  const on = onStage({ width: 1280, height: 860 });

  it('knows assembly sources as GNU as, with VMX instructions in a colour of their own', async () => {
    const { workbench } = on;
    await workbench.openSource('vmx-run.S');
    await workbench.page.locator('#status\\.editor\\.mode', { hasText: 'GNU Assembler (x86)' }).waitFor();
    await workbench.toLine('vmx-run.S', 'vmlaunch');
    const colour = (text) => word(workbench, text).evaluate((element) => getComputedStyle(element).color);
    assert.notEqual(await colour('vmlaunch'), await colour('mov'));
  });

  it('explains an instruction under the mouse', async () => {
    const { workbench } = on;
    const hover = await hoverOver(workbench, 'vmlaunch', 'Launch virtual machine');
    assert.match(await hover.innerText(), /exits always: reason 20, VMLAUNCH/);
  });

  it('completes instructions', async () => {
    const { workbench } = on;
    const { page } = workbench;
    const offered = page.locator('.suggest-widget .monaco-list-row', { hasText: 'vmwrite' }).first();
    await workbench.typeLine('vmwr');
    await page.keyboard.press('Control+Space');
    await offered.waitFor();
    await page.keyboard.press('Escape');
    await workbench.deleteLine('vmwr');
  });

  it('names numbers in C, and explains fields', async () => {
    const { workbench } = on;
    await workbench.openSource('vmcs.c');
    await workbench.toLine('vmcs.c', 'GUEST_ACTIVITY_STATE');
    await hint(workbench, 'active').waitFor();
    await hoverOver(workbench, 'GUEST_ACTIVITY_STATE', 'VMCS field 0x4826');
  });

  it('reports a mistake while it is typed', async () => {
    const { workbench } = on;
    await workbench.hideSideBar();
    await workbench.typeLine('vmwrite(0x4402');
    await workbench.page.keyboard.type(', 0);');
    await mistake(workbench).waitFor();
    await hint(workbench, 'VM_EXIT_REASON').waitFor();
    await hoverOver(workbench, '0x4402', 'read-only');
    await workbench.shot('hover-dark', { hovering: true });
  });

  it('follows its settings at once', async () => {
    const { workbench } = on;
    const name = hint(workbench, 'VM_EXIT_REASON');
    const set = (setting, value) => workbench.changeSetting(`turtlescope.language.${setting}`, value);
    const gone = { state: 'detached' };
    set('inlayHints', false);
    await name.waitFor(gone);
    await mistake(workbench).waitFor();
    set('inlayHints', true);
    await name.waitFor();
    set('diagnostics', false);
    await mistake(workbench).waitFor(gone);
    await name.waitFor();
    set('diagnostics', true);
    await mistake(workbench).waitFor();
    set('enabled', false);
    await mistake(workbench).waitFor(gone);
    await name.waitFor(gone);
    set('enabled', true);
    await mistake(workbench).waitFor();
    await name.waitFor();
  });

  it('takes a report back with the mistake', async () => {
    const { workbench } = on;
    // The file is saved by itself, and what runs later was made from it.
    await workbench.deleteLine('vmwrite(0x4402');
    await mistake(workbench).waitFor({ state: 'detached' });
  });

  it('while stopped shows registers at the ends of lines', async () => {
    const { workbench } = on;
    await workbench.breakAt('vmx-run.S', 'vmlaunch');
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
    await workbench.breakAt('hello-nested/exits.c', 'vmwrite');
    await workbench.atStop('F5');
    await workbench.lineReached('hello-nested/exits.c', 'vmwrite');
    const value = 'vmcs.GUEST_RIP = 0x0000000000400017';
    await workbench.page.locator('.debug-inline-value', { hasText: value }).first().waitFor();
    await hoverOver(workbench, 'GUEST_RIP', '0x0000000000400017', '.debug-hover-widget');
    await workbench.shot('values-dark', { hovering: true });
    await workbench.stop();
  });

  it('wrote no error to the console or the extension host log', () => {
    assert.deepEqual(on.workbench.errors, []);
  });
});

describe('reading hello-nested in the light theme', function () {
  this.bail(true);
  const on = onStage({ theme: 'Default Light Modern', width: 1280, height: 860 });

  it('names numbers and explains fields', async () => {
    const { workbench } = on;
    await workbench.openSource('vmcs.c');
    await workbench.hideSideBar();
    await workbench.toLine('vmcs.c', 'GUEST_ACTIVITY_STATE');
    await hint(workbench, 'active').waitFor();
    await hoverOver(workbench, 'GUEST_INTERRUPTIBILITY_INFO', 'VMCS field 0x4824');
    await workbench.shot('hover-light', { hovering: true });
    assert.deepEqual(workbench.errors, []);
  });
});
