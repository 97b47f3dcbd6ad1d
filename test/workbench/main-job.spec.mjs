// The main job, as a user does it: F5, a nested VM exit, vmcs12, a step into L2, a step in L0.
import assert from 'node:assert/strict';
import { onStage } from './stage.mjs';

describe('F5 on hello-nested', function () {
  this.bail(true);
  const on = onStage({ width: 1480, height: 1040 });

  it('boots the image as L1 and stops at its entry', async () => {
    const { workbench } = on;
    await workbench.showDebugView();
    await workbench.widen(580);
    await workbench.start('hello-nested: L1 under L0');
    await workbench.stopped('L1 at its entry point');
    await workbench.tab('boot.S').waitFor();
  });

  it('before L1 uses VMX the views say that nothing has happened', async () => {
    const { workbench } = on;
    await workbench.show('VMCS', 'VM Exits', 'Event in Flight');
    await workbench.pane('VM Exits').getByText('Nothing has happened').waitFor();
    await workbench.webview().getByText('No event was interrupted').waitFor();
    await workbench.reach('VMCS', 'vmcs01');
    assert.equal(await workbench.row('VMCS', 'vmcs12').count(), 0);
  });

  it('stops at the first exit of L2 that L1 gets, once the filter is on', async () => {
    const { workbench } = on;
    await workbench.show('Call Stack', 'Breakpoints');
    await workbench.checkBreakpoint('VM Exit to L1', true);
    await workbench.atStop('F5');
    await workbench.stopped('L2 exited: CPUID, reflected to L1');
  });

  it('shows L0, L1 and L2 as threads, with L1 in its sources', async () => {
    const { workbench } = on;
    await workbench.show('Call Stack');
    for (const level of ['L0', 'L1', 'L2']) await workbench.reach('Call Stack', level);
    await workbench.reach('Call Stack', 'vmx_run', 'vmx-run.S');
    await workbench.reach('Call Stack', 'l1_main', 'main.c');
  });

  it('decodes vmcs12 down to the bit', async () => {
    const { workbench } = on;
    await workbench.show('VMCS');
    await workbench.row('VMCS', 'vmcs12', 'what L1 wrote for L2').waitFor();
    await workbench.expand('VMCS', 'Exit information');
    const reason = await workbench.expand('VMCS', 'VM_EXIT_REASON');
    assert.match(await reason.innerText(), /CPUID/);
    await workbench.expand('VMCS', 'Execution controls');
    await workbench.expand('VMCS', 'SECONDARY_VM_EXEC_CONTROL');
    await workbench.reachSpoken('VMCS', 'ENABLE_EPT on');
    await workbench.reachSpoken('VMCS', 'UNRESTRICTED_GUEST off');
    await workbench.shot('vmcs-dark');
  });

  it('lists the exits with level, verdict and rule, and opens one', async () => {
    const { workbench } = on;
    await workbench.show('VM Exits');
    await workbench.row('VM Exits', 'CPUID', 'L2 \u2192 L1').first().waitFor();
    await workbench.reach('VM Exits', 'IO_INSTRUCTION', 'L2 \u2192 L0');
    await workbench.expand('VM Exits', 'CPUID', 'L2 \u2192 L1');
    await workbench.reach('VM Exits', 'exits unconditionally');
  });

  it('filters the exits', async () => {
    const { workbench } = on;
    await workbench.top('VM Exits');
    await workbench.command('Turtlescope: Filter VM Exits...');
    await workbench.answer('kind:reflected');
    await workbench.pane('VM Exits').getByText('filter: kind:reflected').waitFor();
    await workbench.others('VM Exits', 1, 'reflected').waitFor({ state: 'detached' });
    await workbench.reach('VM Exits', 'CPUID reflected');
    await workbench.command('Turtlescope: Show All VM Exits');
    await workbench.others('VM Exits', 1, 'reflected').waitFor();
  });

  it('edits a field of vmcs12, and refuses a value that cannot fit', async () => {
    const { workbench } = on;
    await workbench.show('VMCS');
    await workbench.top('VMCS');
    await workbench.command('Turtlescope: Filter VMCS Fields...');
    await workbench.answer('TSC_OFFSET');
    await workbench.pane('VMCS').getByText('Filter: TSC_OFFSET').waitFor();
    // The field and the control that uses it are in one group.
    await workbench.others('VMCS', 2, 'Execution controls').waitFor({ state: 'detached' });
    const row = await workbench.reachSpoken('VMCS', 'TSC_OFFSET ');
    await row.hover();
    await row.locator('[aria-label^="Edit VMCS Field"]').click();
    await workbench.boxInput.fill('0x10000000000000000');
    await workbench.page.locator('.quick-input-message', { hasText: '64 bits' }).waitFor();
    await workbench.answer('0x1234000');
    await workbench.row('VMCS', 'TSC_OFFSET', '0x1234000').first().waitFor();
    await workbench.command('Turtlescope: Show All VMCS Fields');
    await workbench.others('VMCS', 2, 'Execution controls').waitFor();
  });

  it('follows the exits of L1 to an event whose delivery was interrupted', async () => {
    const { workbench } = on;
    await workbench.show('Call Stack', 'VMCS', 'VM Exits', 'Event in Flight');
    await workbench.reach('VM Exits', 'CPUID reflected');
    const reasons = ['CPUID', 'IO_INSTRUCTION', 'IO_INSTRUCTION', 'MSR_WRITE', 'MSR_READ'];
    for (const reason of [...reasons, 'EPT_VIOLATION', 'EPT_VIOLATION'])
      await workbench.continueTo('VM Exits', `${reason} reflected`);
    await workbench.webview().locator('.words', { hasText: '#PF' }).first().waitFor();
    await workbench.shot('nested-exit-dark');
  });

  it('steps by source line', async () => {
    const { workbench } = on;
    const before = await workbench.place();
    await workbench.atStop('F10');
    await workbench.placeChanges(before);
  });

  it('steps into L2 through VMRESUME', async () => {
    const { workbench } = on;
    await workbench.breakAt('vmx-run.S', 'vmresume');
    await workbench.atStop('F5');
    await workbench.lineReached('vmx-run.S', 'vmresume');
    await workbench.atStop('F11');
    await workbench.fileReached('l2.c');
    await workbench.row('VMCS', 'vmcs02', 'what L0 made of it').waitFor();
    await workbench.shot('step-into-l2-dark');
  });

  it('steps in L0\u2019s own source, with its locals', async () => {
    const { workbench } = on;
    await workbench.show('Call Stack', 'Breakpoints');
    await workbench.checkBreakpoint('VM Exit to L1', false);
    await workbench.addFunctionBreakpoint('prepare_vmcs02');
    await workbench.atStop('F5');
    await workbench.lineReached('vmx-run.S', 'vmresume');
    await workbench.atStop('F5');
    await workbench.fileReached('prepare-vmcs02.ts');
    const before = await workbench.place();
    await workbench.atStop('F10');
    await workbench.placeChanges(before);
    await workbench.show('Variables', 'Call Stack', 'VM Exits');
    await workbench.reach('Variables', 'vcpu');
    await workbench.shot('l0-dark');
  });

  it('restarts and stops at the entry again, with empty views', async () => {
    const { workbench } = on;
    await workbench.command('Debug: Restart');
    await workbench.stopped('L1 at its entry point');
    await workbench.show('VMCS', 'VM Exits');
    await workbench.row('VMCS', 'vmcs12').waitFor({ state: 'detached' });
    await workbench.pane('VM Exits').getByText('Nothing has happened').waitFor();
  });

  it('wrote no error to the console or the extension host log', () => {
    assert.deepEqual(on.workbench.errors, []);
  });
});
