/** The demo and the list of implemented rows: what the command line prints from the debugger. */
import assert from 'node:assert/strict';
import { printDemo } from '../../src/cli/demo';
import { implementedRows, missingChecks } from '../../src/debugger/implemented-rows';
import { entryChecks } from '../../src/isa/entry-checks';

describe('debugger: demo', () => {
  const lines: string[] = [];
  before(() =>
    assert.equal(
      printDemo((line) => lines.push(line)),
      0,
    ),
  );
  const has = (pattern: RegExp) => assert.match(lines.join('\n'), pattern);

  it('stops at the first exit L1 gets and tells the verdict with its rule', () => {
    has(/L2 exited: CPUID, reflected to L1/);
    has(/verdict +L1 handles it, says nested_vmx_l1_wants_exit/);
    has(/rule +l1\.CPUID/);
  });

  it('prints three threads with their stacks in source lines', () => {
    has(/^L0 · KVM-like hypervisor/m);
    has(
      /^L1 · 64-bit · in vmx_run\n +vmx_run +vmx-run\.S:\d+ .*\n +run_l2 +exits\.c:\d+ .*\n +l1_main +main\.c:\d+/m,
    );
    has(/^L2 · 64-bit · waits · in cpuid\n +cpuid +x86\.h:\d+ .*\n +ask_for_cpuid +l2\.c:\d+/m);
  });

  it('prints the fields of vmcs12 that L1 wrote, decoded', () => {
    has(/vmcs12 at 0x[0-9a-f]+: the \d+ fields L1 wrote/);
    has(/SECONDARY_VM_EXEC_CONTROL +0x00000002 +ENABLE_EPT/);
  });

  it('prints the same twice', () => {
    const again: string[] = [];
    printDemo((line) => again.push(line));
    assert.deepEqual(again, lines);
  });
});

describe('debugger: implemented rows', () => {
  it('give a verdict on every entry check, and a reason for each missing row', () => {
    const rows = implementedRows();
    assert.equal(rows.filter(({ table }) => table === 'entry-checks').length, entryChecks.length);
    for (const { row, implemented, why } of rows)
      assert.equal(why === undefined, implemented, `${row} is implemented or says why not`);
  });

  it('count only checks as missing that concern what the machine does not have', () => {
    // Dual-monitor treatment of system-management mode, and machine checks.
    assert.deepEqual(missingChecks(), ['J30', 'M01', 'M02']);
  });
});
