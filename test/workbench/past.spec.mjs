// Backwards through a run: the tour of samples/lost-event as a user does it, the slider, bookmarks and the map; and the question before a fork.
import assert from 'node:assert/strict';
import { onStage } from './stage.mjs';

/** Takes an entry of the context menu of a row. By key: a menu drops clicks for a moment after it has opened. */
async function choose(workbench, row, entry) {
  const item = workbench.page.locator('.monaco-menu .action-item', { hasText: entry }).first();
  await row.click({ button: 'right' });
  await item.hover();
  await workbench.page.locator('.monaco-menu .action-item.focused', { hasText: entry }).first().waitFor();
  await workbench.page.keyboard.press('Enter');
  await item.waitFor({ state: 'detached' });
}

/** Presses a button of the debug toolbar, which means something only at a stop. */
async function toolbar(workbench, icon) {
  await workbench.page.locator('.codicon-debug-continue').first().waitFor();
  await workbench.page.locator(`.codicon-debug-${icon}`).first().click();
}

describe('Find who wrote it: samples/lost-event', function () {
  this.bail(true);
  const on = onStage({ width: 1480, height: 1040 });
  const page = () => on.workbench.webviewOf('canvas');
  const slider = () => page().getByRole('slider', { name: 'Moment of the run' });

  it('1. F5 stops where nothing happens any more', async () => {
    const { workbench } = on;
    await workbench.showDebugView();
    await workbench.widen(520);
    await workbench.startConfiguration('lost-event: find where it was lost');
    await workbench.stopped('L1 halted at RIP');
    await workbench.command('Levels: Focus on Levels over Time View');
    await page()
      .getByText(/^the present, record/)
      .waitFor();
  });

  it('2. Reverse with "Event dropped at VM Entry" stops at the entry that lost the interrupt, and says that it is the past', async () => {
    const { workbench } = on;
    await workbench.show('Call Stack', 'Breakpoints');
    await workbench.checkBreakpoint('Event dropped at VM Entry', true);
    await toolbar(workbench, 'reverse-continue');
    await workbench.stopped('dropped: 0x41');
    await workbench.stopped('in the past');
    await page()
      .getByText(/^in the past, record/)
      .waitFor();
    await workbench.shot('past-dark');
  });

  it('3. Go to Last Write in the VMCS view stops at the exit that interrupted the delivery', async () => {
    const { workbench } = on;
    await workbench.show('Call Stack', 'VMCS');
    await workbench.command('Turtlescope: Filter VMCS Fields');
    await workbench.answer('IDT_VECTORING_INFO_FIELD');
    await workbench.expand('VMCS', 'vmcs12');
    const field = workbench.row('VMCS', 'IDT_VECTORING_INFO_FIELD').first();
    await field.waitFor();
    await choose(workbench, field, 'Go to Last Write');
    await workbench.stopped('L0 wrote vmcs12.IDT_VECTORING_INFO_FIELD');
  });

  it('4. Go to Last Write of a variable stops in the line that took the page away', async () => {
    const { workbench } = on;
    await workbench.show('Call Stack', 'Variables');
    await workbench.callStack('run_l2').first().click();
    await workbench.expand('Variables', 'Globals of this file');
    const variable = await workbench.reach('Variables', 'taken_page');
    await choose(workbench, variable, 'Go to Last Write');
    await workbench.stopped('L1 wrote');
    await workbench.callStack('take_page').first().waitFor();
    await workbench.tab('exits.c').waitFor();
  });

  it('keeps a bookmark, and goes to the start of the run by the slider', async () => {
    const { workbench } = on;
    await workbench.command('Turtlescope: Bookmark This Moment');
    await workbench.answer('page taken');
    await page().getByRole('button', { name: 'Go to bookmark page taken' }).waitFor();
    await slider().focus();
    await slider().press('Home');
    await workbench.stopped('instruction 0');
    await page()
      .getByText(/^in the past, record 0 of/)
      .waitFor();
    await page().getByRole('button', { name: 'Go to bookmark page taken' }).click();
    await workbench.stopped('page taken');
    await workbench.callStack('take_page').first().waitFor();
  });

  it('a click in VM Exits goes there', async () => {
    const { workbench } = on;
    await workbench.show('Call Stack', 'VM Exits');
    await workbench.command('Turtlescope: Filter VM Exits...');
    await workbench.answer('EPT_VIOLATION');
    await workbench.pane('VM Exits').getByText('filter: EPT_VIOLATION').waitFor();
    await (await workbench.reach('VM Exits', 'EPT_VIOLATION')).click();
    await workbench.stopped('record ');
    await workbench.pane('VM Exits').getByText('in the past').waitFor();
  });

  it('asks before a change drops the future, and keeps it when the answer is no', async () => {
    const { workbench } = on;
    await workbench.command('Debug Console: Focus on Debug Console View');
    await workbench.page.keyboard.type('vmcs12.GUEST_RSP = 1');
    await workbench.page.keyboard.press('Enter');
    const dialog = workbench.page.locator('.monaco-dialog-box');
    await dialog.getByText('This changes the past.').waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await workbench.page.locator('.repl').getByText('Nothing was changed').waitFor();
  });

  it('Back to the Present is where it began', async () => {
    const { workbench } = on;
    await workbench.command('Turtlescope: Back to the Present');
    await workbench.stopped('the present');
    await workbench.callStack('handle_hlt').first().waitFor();
  });

  it('wrote no error to the console or the extension host log', () => {
    assert.deepEqual(on.workbench.errors, []);
  });
});

describe('Step back from L1’s exit handler into L2', function () {
  this.bail(true);
  const on = onStage({ theme: 'Default Light Modern', width: 1480, height: 1040 });

  it('by the button of the toolbar: in L2, whose exit it was, or over all of L2 in L1', async () => {
    const { workbench } = on;
    await workbench.showDebugView();
    await workbench.widen(520);
    await workbench.start('hello-nested: L1 under L0');
    await workbench.stopped('L1 at its entry point');
    await workbench.command('Levels: Focus on Levels over Time View');
    await workbench.show('Call Stack', 'Breakpoints');
    await workbench.checkBreakpoint('VM Exit to L1', true);
    await workbench.atStop('F5');
    await workbench.stopped('L2 exited: CPUID, reflected to L1');
    await toolbar(workbench, 'step-back');
    await workbench.lineReached('vmx-run.S', 'vmlaunch');
    await workbench.atStop('F5');
    await workbench.stopped('L2 exited: CPUID, reflected to L1');
    await workbench.expand('Call Stack', 'L2 ·');
    await workbench.callStack('l2_main').first().click();
    await workbench.tab('l2.c').waitFor();
    await toolbar(workbench, 'step-back');
    await workbench.stopped('L2: step');
    await workbench.tab('x86.h').waitFor();
    await workbench.show('Call Stack', 'VM Exits');
    await workbench.row('VM Exits', 'L2 →').first().waitFor();
    await workbench
      .webviewOf('canvas')
      .getByText(/^in the past, record/)
      .waitFor();
    await workbench.shot('past-light');
  });

  it('and forwards again to the same exit', async () => {
    const { workbench } = on;
    await workbench.atStop('F5');
    await workbench.stopped('L2 exited: CPUID, reflected to L1');
  });

  it('wrote no error to the console or the extension host log', () => {
    assert.deepEqual(on.workbench.errors, []);
  });
});
