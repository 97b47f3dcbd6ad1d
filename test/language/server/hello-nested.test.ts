/** The sources that users open first, as a workspace: constants from their headers, and what is found in them. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { diagnose } from '../../../src/language/diagnostics/diagnose';
import { hover } from '../../../src/language/hover/hover';
import { inlineValues } from '../../../src/language/inline-values/inline-values';
import { createSourceFile } from '../../../src/language/source-files';
import type { SourceFile } from '../../../src/language/source/source-file';
import { uriOf } from '../../../src/language/workspace/places';
import { Workspace } from '../../../src/language/workspace/workspace';

const folder = resolve(__dirname, '../../../samples/hello-nested');
const languageIds: Readonly<Record<string, string>> = { S: 'gas', c: 'c', h: 'c' };
const names = readdirSync(folder).filter((name) => languageIds[name.split('.').at(-1)!]);

describe('language: hello-nested', () => {
  const workspace = new Workspace(createSourceFile);
  const open = (name: string): SourceFile => {
    const path = join(folder, name);
    const id = languageIds[name.split('.').at(-1)!]!;
    workspace.didOpen(uriOf(path), id, 1, readFileSync(path, 'utf8'));
    return workspace.document(uriOf(path))!.file;
  };

  it('has constants of its headers in C and in assembly, with every other file open or not', () => {
    for (const round of ['first', 'again']) {
      const fields = [
        ...open('exits.c').analysis().operations,
        ...open('vmx-run.S').analysis().operations,
      ].flatMap((operation) =>
        operation.kind === 'vmwrite' ? [[operation.field.name, operation.field.value]] : [],
      );
      const header = readFileSync(join(folder, 'vmcs.h'), 'utf8');
      assert.ok(fields.length > 3, round);
      for (const [name, value] of fields) {
        const defined = new RegExp(`#define ${name} (\\w+)`).exec(header)?.[1];
        assert.equal(value, BigInt(defined ?? 0), `${name} ${round}`);
      }
      for (const each of names) open(each).analysis();
    }
  });

  it('raises no diagnostic', () => {
    const found = names.flatMap((name) =>
      diagnose(open(name)).map(({ range, message }) => `${name}:${range.start.line + 1}: ${message}`),
    );
    assert.deepEqual(found, []);
  });

  it('says what names of bits in its headers and sources mean', () => {
    const names: readonly (readonly [file: string, name: string, said: RegExp])[] = [
      ['exits.c', 'INTR_INFO_VALID', /bit 31[^]*VM_ENTRY_INTR_INFO_FIELD[^]*IDT_VECTORING_INFO_FIELD/],
      ['vmcs.h', 'INTR_INFO_VALID', /bit 31/],
      ['exits.c', 'INTR_INFO_DELIVER_CODE', /bit 11[^]*VM_ENTRY_EXCEPTION_ERROR_CODE/],
      ['exits.c', 'INTR_INFO_VECTOR_MASK', /bits 7:0/],
      ['vmx.c', 'FEATURE_CONTROL_LOCKED', /IA32_FEATURE_CONTROL\.LOCK/],
      ['vmx.h', 'FEATURE_CONTROL_VMXON_OUTSIDE_SMX', /IA32_FEATURE_CONTROL\.VMX_OUTSIDE_SMX/],
      ['vmcs.c', 'EFER_LMA', /IA32_EFER\.LMA/],
      ['boot.S', 'EFER_LONG_MODE_ENABLE', /IA32_EFER\.LME/],
    ];
    for (const [path, name, said] of names) {
      const file = open(path);
      const word = new RegExp(`\\b${name}\\b`);
      const line = Array.from({ length: file.lineCount }, (_, at) => at).find((at) =>
        word.test(file.lineText(at)),
      )!;
      const character = file.lineText(line).search(word);
      assert.match(hover(file, { line, character })?.markdown ?? '', said, `${path}: ${name}`);
    }
  });

  it('asks for the fields that a function reads and writes', () => {
    const file = open('exits.c');
    const line = Array.from({ length: file.lineCount }, (_, at) => at).find((at) =>
      file.lineText(at).includes('vmwrite(GUEST_RIP,'),
    )!;
    const place = { line, character: 1 };
    const view = { start: { line: 0, character: 0 }, end: { line: line + 20, character: 0 } };
    const values = inlineValues(file, view, { start: place, end: place });
    assert.deepEqual(
      values.flatMap((value) => (value.kind === 'expression' ? [value.expression] : [])),
      ['vmcs.GUEST_RIP', 'vmcs.VM_EXIT_INSTRUCTION_LEN'],
    );
  });
});
