// Levels over Time: the picture of a run, from the whole of it down to one exit, and its link to VM Exits.
import assert from 'node:assert/strict';
import { onStage } from './stage.mjs';

describe('Levels over Time', function () {
  this.bail(true);
  const on = onStage({ width: 1480, height: 1040 });
  const page = () => on.workbench.webviewOf('canvas');

  it('is empty before anything has happened', async () => {
    const { workbench } = on;
    await workbench.showDebugView();
    await workbench.start('hello-nested: L1 under L0');
    await workbench.stopped('L1 at its entry point');
    await workbench.command('Levels: Focus on Levels over Time View');
    await page().getByText('Nothing has happened').waitFor();
  });

  it('draws the run with the levels as lanes, and says that its records stand too close to be told apart', async () => {
    const { workbench } = on;
    await workbench.show('Call Stack', 'Breakpoints');
    await workbench.checkBreakpoint('VM Exit to L1', true);
    await workbench.atStop('F5');
    await workbench.stopped('L2 exited: CPUID, reflected to L1');
    await page().locator('canvas[aria-label^="Levels over time"]').waitFor();
    await page()
      .getByText(/^[\d,]+ records; zoom in/)
      .waitFor();
  });

  it('comes closer by keys, and says where it is', async () => {
    const canvas = page().locator('canvas');
    await canvas.focus();
    for (let i = 0; i < 2; i++) await canvas.press('ArrowUp');
    await canvas.press('End');
    await page()
      .getByText(/^records [\d,]+ to [\d,]+ of/)
      .waitFor();
  });

  it('tells a record under the mouse, and a click selects it in VM Exits', async () => {
    const { workbench } = on;
    await workbench.show('VM Exits');
    const canvas = page().locator('canvas');
    const { width, height } = await canvas.boundingBox();
    // The last records of the run stand at the right: the mouse feels its way from there.
    for (let x = width - 10; x > width / 2; x -= 5) {
      await canvas.hover({ position: { x, y: height / 2 } });
      if (await page().locator('.tip dl').isVisible()) break;
    }
    await page().locator('.tip dl').waitFor();
    await workbench.shot('levels-dark', { hovering: true });
    await page().locator('canvas[style*="pointer"]').waitFor();
    await workbench.page.mouse.down();
    await workbench.page.mouse.up();
    await workbench.pane('VM Exits').locator('.monaco-list-row.selected').waitFor();
  });

  it('shows the whole run again, and lengths as instructions', async () => {
    await page().getByRole('button', { name: 'Whole Run' }).click();
    await page().getByRole('button', { name: 'Scale: Events' }).click();
    await page()
      .getByText(/^[\d,]+ instructions, [\d,]+ records; zoom in/)
      .waitFor();
  });

  it('wrote no error to the console or the extension host log', () => {
    assert.deepEqual(on.workbench.errors, []);
  });
});
