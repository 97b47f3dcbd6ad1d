/** While debugging: what the editor is told to ask the debugger for, over the protocol. */
import assert from 'node:assert/strict';
import type { InlineValue } from 'vscode-languageserver/node';
import type { EvaluatableExpression } from '../../../src/protocol/language-requests';
import { Client } from './client';

const assembly = 'untitled:run.S';
const c = 'untitled:exits.c';

const assemblyText = `vmx_run:
	mov $0x681e, %edx
	vmread %rdx, %rax
	.macro save register
	push %\\register
	.endm
	mov %RAX, 8(%rdi)	# %rcx
	mov %rax, %cr2
	call handle
	mov %rbx, %rsi
`;
const cText = `static int other(int hidden)
{
	return hidden;
}
int handle(struct vcpu *vcpu, u32 reason)
{
	u64 rip = vmread(GUEST_RIP); /* comment */
	vmwrite(0x681e, rip + vmread(0x440c));
	vcpu->regs.rax = reason;
	later();
}
`;

describe('language server: live values', () => {
  let client: Client;
  before(async () => {
    client = await Client.start();
    await client.open(assembly, 'gas', assemblyText);
    await client.open(c, 'c', cText);
  });
  after(() => client.stop());

  /** As `line: what is asked`, for a frame that stands on a line. */
  const values = async (uri: string, stopped: number, first = 0, last = 100) => {
    const at = { start: { line: stopped, character: 0 }, end: { line: stopped, character: 9 } };
    const found = await client.request<InlineValue[]>('textDocument/inlineValue', {
      textDocument: { uri },
      range: { start: { line: first, character: 0 }, end: { line: last, character: 0 } },
      context: { frameId: 1, stoppedLocation: at },
    });
    return found.map((value) => {
      const what =
        'variableName' in value
          ? `variable ${value.variableName}`
          : 'expression' in value && value.expression;
      return `${value.range.start.line}: ${what}`;
    });
  };
  const expression = async (uri: string, text: string, line: number, offset = 0) => {
    const lines = (uri === c ? cText : assemblyText).split('\n');
    const position = { line, character: lines[line]!.indexOf(text) + offset };
    const found = await client.request<EvaluatableExpression | null>('turtlescope/evaluatableExpression', {
      textDocument: { uri },
      position,
    });
    return (
      found && [found.expression, lines[line]!.slice(found.range.start.character, found.range.end.character)]
    );
  };

  it('registers and fields show once, where they were named last before the stop', async () => {
    assert.deepEqual(await values(assembly, 8), [
      '1: vmcs.GUEST_RIP',
      '1: edx',
      '2: rdx',
      '6: rdi',
      '7: rax',
      '7: cr2',
    ]);
  });

  it('nothing outside the view, and nothing behind the stop', async () => {
    assert.deepEqual(await values(assembly, 2, 2, 4), ['2: rdx', '2: rax']);
    assert.deepEqual(await values(assembly, 0), []);
  });

  it('in C the fields of VMREAD and VMWRITE, and variables of the function', async () => {
    assert.deepEqual(await values(c, 8), [
      '4: variable u32',
      '6: variable u64',
      '6: variable GUEST_RIP',
      '7: vmcs.GUEST_RIP',
      '7: variable rip',
      '7: vmcs.VM_EXIT_INSTRUCTION_LEN',
      '8: variable vcpu',
      '8: variable reason',
    ]);
  });

  it('under the mouse: registers, symbols, fields, and members with their objects', async () => {
    assert.deepEqual(await expression(assembly, '%RAX', 6, 1), ['rax', 'RAX']);
    assert.deepEqual(await expression(assembly, 'handle', 8, 3), ['handle', 'handle']);
    assert.deepEqual(await expression(c, '0x681e', 7), ['vmcs.GUEST_RIP', '0x681e']);
    assert.deepEqual(await expression(c, 'rax', 8, 1), ['vcpu->regs.rax', 'vcpu->regs.rax']);
    assert.deepEqual(await expression(c, 'regs', 8, 1), ['vcpu->regs', 'vcpu->regs']);
    assert.deepEqual(await expression(c, 'rip', 6), ['rip', 'rip']);
  });

  it('under the mouse: nothing in comments, numbers, instructions and parameters of macros', async () => {
    for (const [uri, text, line] of [
      [assembly, '%rcx', 6],
      [assembly, '8(', 6],
      [assembly, 'mov', 6],
      [assembly, '\\register', 4],
      [c, 'comment', 6],
      [c, 'return', 2],
    ] as const)
      assert.equal(await expression(uri, text, line, 1), null, text);
  });
});
