// A VM entry that fails: every failing check is told, in the light theme.
import assert from 'node:assert/strict';
import { onStage } from './stage.mjs';

describe('F5 on broken-entry', function () {
  this.bail(true);
  const on = onStage({ theme: 'Default Light Modern', width: 1480, height: 1040 });

  it('stops at the failed entry', async () => {
    const { workbench } = on;
    await workbench.showDebugView();
    await workbench.widen(580);
    await workbench.startConfiguration('broken-entry: four mistakes in vmcs12');
    await workbench
      .callStack(/entry.*failed/i)
      .first()
      .waitFor();
  });

  it('the VMCS view names every failing check with its section and fields', async () => {
    const { workbench } = on;
    await workbench.show('VMCS');
    const root = await workbench.expand('VMCS', 'VM entry would fail');
    const checks = Number(/(\d+) check/.exec(await root.innerText())[1]);
    assert.ok(checks >= 4, `${checks} checks`);
    await workbench.row('VMCS', 'SDM').nth(3).waitFor();
    await workbench.shot('vmcs-light');
  });

  it('Check VM Entry shows them as a page', async () => {
    const { workbench } = on;
    await workbench.command('Turtlescope: Check VM Entry');
    const page = workbench.webviewOf('.markdown-body');
    await page.getByRole('heading', { name: 'VM entry would fail' }).waitFor();
    assert.ok((await page.getByRole('table').count()) >= 4);
    await workbench.shot('entry-check-light');
  });

  it('wrote no error to the console or the extension host log', () => {
    assert.deepEqual(on.workbench.errors, []);
  });
});
