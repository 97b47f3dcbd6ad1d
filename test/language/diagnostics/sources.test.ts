/** Rules on sources as people write them, read by the front ends; and silence on the samples. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeActions } from '../../../src/language/actions/code-actions';
import { diagnose } from '../../../src/language/diagnostics/diagnose';
import { inlayHints } from '../../../src/language/hints/inlay-hints';
import { createSourceFile } from '../../../src/language/source-files';
import type { SourceFile } from '../../../src/language/source/source-file';
import { uriOf } from '../../../src/language/workspace/places';
import { Workspace } from '../../../src/language/workspace/workspace';

const everything = { start: { line: 0, character: 0 }, end: { line: 10_000, character: 0 } };

function read(path: string, ...lines: string[]): SourceFile {
  const file = createSourceFile('', path, lines.join('\n'), { constant: () => undefined });
  assert.ok(file);
  return file;
}

const found = (file: SourceFile): string[] =>
  diagnose(file).map(({ range, rule }) => `${range.start.line + 1}: ${rule}`);

describe('language: rules on sources', () => {
  it('find the mistakes of a VMX setup in C', () => {
    const file = read(
      'setup.c',
      '#define GUEST_CR4 0x6804',
      'void setup(void) {',
      '  vmwrite(0x4000, 0x3f);', // virtual NMIs and NMI exiting: right
      '  vmwrite(0x4002, 0x84006172);',
      '  vmwrite(0x401e, 0x80 | 1 << 4);', // unrestricted guest without EPT, x2APIC mode without TPR shadow
      '  vmwrite(GUEST_CR4, 0x20);',
      '  vmwrite(0x2800, 0xffffffff);',
      '  vmwrite(0x681f, 0);',
      '}',
    );
    assert.deepEqual(found(file), [
      '5: control-requires',
      '5: control-requires',
      '6: field-value',
      '7: field-value',
      '8: vmcs-no-high-half',
    ]);
  });

  it('follow numbers through registers in both assembly dialects', () => {
    const nasm = read(
      'setup.asm',
      'mov eax, 0x4826',
      'mov ecx, 9',
      'vmwrite rax, rcx',
      'mov ecx, 0x831',
      'wrmsr',
    );
    assert.deepEqual(found(nasm), ['2: field-value', '4: msr-unknown']);
    const gas = read('setup.S', 'mov $0x4012, %edx', 'mov $0x200, %eax', 'vmwrite %rax, %rdx');
    assert.deepEqual(found(gas), ['2: control-fixed']);
  });

  it('offer the remedy in the notation of the source', () => {
    const gas = read('setup.S', 'mov $0x4012, %edx', 'mov $0x200, %eax', 'vmwrite %rax, %rdx');
    const fix = codeActions(gas, everything).find(({ kind }) => kind === 'quickfix');
    const [edit] = fix?.edits ?? [];
    assert.ok(edit);
    gas.edit(edit.range, edit.text);
    assert.equal(gas.lineText(1), 'mov $0x13fb, %eax');
    assert.deepEqual(found(gas), []);
  });

  it('are silent about values that only running tells', () => {
    const file = read(
      'vmm.c',
      'void load(struct vcpu *v, u64 field, u32 controls) {',
      '  vmcs_write32(VM_ENTRY_CONTROLS, controls);',
      '  vmcs_write64(VMCS_LINK_POINTER, INVALID_GPA);',
      '  vmwrite(field, 0x6800);',
      '  wrmsrl(v->msr, 1);',
      '  if ((field & 0x6000) == 0x2000) use(field);',
      '}',
    );
    assert.deepEqual(found(file), []);
    assert.deepEqual(inlayHints(file, everything), []);
  });

  it('are silent about the samples', () => {
    const root = join(__dirname, '../../../samples');
    const workspace = new Workspace(createSourceFile);
    let files = 0;
    for (const folder of readdirSync(root, { withFileTypes: true }))
      for (const name of folder.isDirectory() ? readdirSync(join(root, folder.name)) : []) {
        if (!/\.[chS]$/.test(name)) continue;
        const path = join(root, folder.name, name);
        workspace.didOpen(uriOf(path), '', 1, readFileSync(path, 'utf8'));
        const file = workspace.document(uriOf(path))?.file;
        assert.ok(file);
        assert.deepEqual(found(file), [], path);
        files++;
      }
    assert.ok(files > 20);
  });
});
