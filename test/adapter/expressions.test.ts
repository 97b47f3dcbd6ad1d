/**
 * Expressions with the program's own types, over DAP: casts, sizes, formats, slices, assignment, completion, hex, places.
 */
import assert from 'node:assert/strict';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { Client } from './client';

const L1 = 2;

type Evaluated = DebugProtocol.EvaluateResponse['body'];
type Targets = DebugProtocol.CompletionsResponse['body'];

describe('adapter: expressions of C', () => {
  let client: Client;
  let frameId: number;

  before(async () => {
    client = await Client.start();
    await client.beginUntilStop({ functions: [{ name: 'vmcs_init' }] });
    frameId = (await client.topFrame(L1)).id;
  });

  after(() => client.stop());

  const evaluate = (expression: string, more: object = {}) =>
    client.ask<Evaluated>('evaluate', { expression, frameId, context: 'watch', ...more });

  for (const [expression, result] of [
    ['sizeof(struct guest_regs)', /^1\d\d$/],
    ['sizeof regs == sizeof(struct guest_regs)', /^1$/],
    ['((struct guest_regs *)&regs)->rbx', /^0$/],
    ['&((struct guest_regs *)0)->rbx', /^L?1?:?0x[0-9a-f]+$/],
    ['(*(struct guest_regs *)&regs).rax == regs.rax', /^1$/],
    ['(u64)-1,x', /^0xffffffffffffffff$/],
    ['l2_gdt[0:3],x', /^\{0x0, 0x[0-9a-f]+, 0x[0-9a-f]+\}$/],
    ['&l2_gdt[1] + 1 == &l2_gdt[2]', /^1$/],
    ['IA32_LSTAR', /^0x[0-9a-f]{16}$/],
  ] as const)
    it(`${expression}`, async () => assert.match((await evaluate(expression)).result, result));

  it('assigns the value of an expression to a variable of C', async () => {
    await evaluate('page_faults = 2 * 3 + sizeof(int)', { context: 'repl' });
    assert.equal((await evaluate('page_faults,d')).result, '10');
    await client.ask('setExpression', { expression: 'page_faults', value: 'page_faults - 10', frameId });
    assert.equal((await evaluate('page_faults,d')).result, '0');
  });

  it('format.hex shows numbers in hex', async () => {
    assert.equal((await evaluate('255', { format: { hex: true } })).result, '0xff');
  });

  it('completes members behind a structure and a cast pointer, and registers', async () => {
    const names = async (text: string) => {
      const { targets } = await client.ask<Targets>('completions', {
        text,
        column: text.length + 1,
        frameId,
      });
      return targets.map(({ label }) => label);
    };
    assert.ok((await names('regs.r')).includes('rbx'));
    assert.ok((await names('((struct guest_regs *)&regs)->r')).includes('rbx'));
    assert.deepEqual(await names('$IA32_LS'), ['$IA32_LSTAR']);
    assert.deepEqual(await names('$cs.b'), ['base']);
  });

  it('an address of code leads to its source', async () => {
    const { valueLocationReference } = await evaluate('l2_entry');
    const place = await client.ask<NonNullable<DebugProtocol.LocationsResponse['body']>>('locations', {
      locationReference: valueLocationReference,
    });
    assert.match(place.source.name!, /^l2-entry\.S$/);
    assert.ok(place.line > 0);
  });

  it('elements and names are asked for apart', async () => {
    const { variablesReference } = await evaluate('l2_gdt');
    const ask = (filter: string) =>
      client.ask<DebugProtocol.VariablesResponse['body']>('variables', { variablesReference, filter });
    assert.ok((await ask('indexed')).variables.length > 0);
    assert.deepEqual((await ask('named')).variables, []);
  });
});
