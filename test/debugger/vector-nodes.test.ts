import assert from 'node:assert/strict';
import { State } from '../../src/abi/state-block';
import { vectorNodes } from '../../src/debugger/variables/vector-nodes';
import type { VariableNode } from '../../src/debugger/variables/node';

/** Registers that are zero but for what the test names. */
function registers(words: readonly (readonly [State, bigint])[]) {
  const values = new Map<number, bigint>(words);
  return {
    get64: (at: State) => values.get(at) ?? 0n,
    get32: (at: State) => Number((values.get(at) ?? 0n) & 0xffffffffn),
  };
}

function find(nodes: readonly VariableNode[], ...path: string[]): VariableNode {
  const [name, ...rest] = path;
  const node = nodes.find((one) => one.name === name);
  assert.ok(node, `no ${name} among ${nodes.map((one) => one.name).join()}`);
  return rest.length === 0 ? node : find(node.children?.(0) ?? [], ...rest);
}

describe('nodes of x87 and vector registers', () => {
  it('a vector shows as one number and as elements; its upper half only when it holds something', () => {
    const nodes = vectorNodes(
      registers([
        [State.YMM + 32, 0x400000003f800000n],
        [State.YMM + 64 + 24, 1n],
      ]),
    );
    assert.equal(find(nodes, 'Vectors', 'ymm1').value, '0x0000000000000000_400000003f800000');
    assert.equal(find(nodes, 'Vectors', 'ymm1', 'f32').value, '1 2 0 0');
    assert.match(find(nodes, 'Vectors', 'ymm2').value, /^0x0000000000000001_0{16}_0{16}_0{16}$/);
  });

  it('ST(i) counts from the top of the stack; empty registers say so', () => {
    const nodes = vectorNodes(
      registers([
        [State.FPU_STATUS, 7n << 11n],
        [State.FPU_TAG, 0x80n],
        [State.X87 + 7 * 16, 0xc000000000000000n],
        [State.X87 + 7 * 16 + 8, 0xc000n],
      ]),
    );
    assert.equal(find(nodes, 'x87 and MMX', 'st0').value, '0xc000_c000000000000000  -3');
    assert.match(find(nodes, 'x87 and MMX', 'st1').value, /empty$/);
  });

  it('MXCSR is decoded', () => {
    assert.match(find(vectorNodes(registers([[State.MXCSR, 0x1f80n]])), 'Vectors').value, /0x1f80/);
  });
});
