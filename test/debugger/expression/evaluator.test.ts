/** Expressions against a scope without a machine: C's precedences, casts, addresses with spaces, and every mistake's sentence. */
import assert from 'node:assert/strict';
import { evaluate, evaluateCondition, evaluatedText } from '../../../src/debugger/expression/evaluator';
import { FakeScope } from './fake-scope';

function text(expression: string, scope = new FakeScope()): string {
  const evaluation = evaluate(expression, scope);
  return 'error' in evaluation ? `error: ${evaluation.error}` : evaluatedText(evaluation.result);
}

describe('debugger: expressions', () => {
  for (const [expression, result] of [
    ['1 + 2 * 3', '7'],
    ['(1 + 2) * 3', '9'],
    ['10 - 4 - 3', '3'],
    ['1 << 4 | 1', '17'],
    ['7 & 3 == 3', '1'],
    ['2 + 3 > 4 && 1', '1'],
    ['0 || 0', '0'],
    ['!0 + !5', '1'],
    ['~0', '18446744073709551615'],
    ['-5 / 2', '-2'],
    ['-5 % 3', '-2'],
    ['1 ? 2 : 3 ? 4 : 5', '2'],
    ['0 ? 2 : 0 ? 4 : 5', '5'],
    ['0x10 + 1', '0x11'],
    ['0b101', '5'],
    ["'A'", '65'],
    ['1_000', '1000'],
    ['12ul', '12'],
    ['rip', '0x0000000000400017'],
    ['$rip + 1', '0x400018'],
    ['(u8)rax', '0x88'],
    ['(s8)0xff', '-0x1'],
    ['(unsigned long long)-1', '18446744073709551615'],
    ['(int)0x80000000 < 0', '1'],
    ['vmcs12.GUEST_RIP + 0x20', '0x1020'],
    ['main', 'L1:0x100000'],
    ['L2:0x1000 + 0x10', 'L2:0x1010'],
    ['[8]', '0x0f0e0d0c0b0a0908'],
    ['[L1gpa:0x10]', '0x1716151413121110'],
    ['*(u16*)4', '0x0504'],
    ['((u32*)4)[1]', '0x0b0a0908'],
    ['&((u32*)4)[1]', 'L1:0x8'],
    ['reason == EPT_VIOLATION', '1'],
    ['level == L2', '1'],
    ['level != "L2"', '0'],
    ['1 ? L2 : L2', 'L2'],
    ['255,x', '0xff'],
    ['0xff,d', '255'],
    ['10,b', '0b1010'],
    ['8,o', '010'],
    ['65,c', "65 'A'"],
    ['-1,x', '0xffffffffffffffff'],
    ['rax,d', '1234605616436508552'],
    ['((u8*)4)[1:4]', '{0x05, 0x06, 0x07}'],
    ['(u16*)4,[2]', '{0x0504, 0x0706}'],
    ['((u8*)4)[0:2],d', '{4, 5}'],
    ['(u32*)4 + 1', '0x8'],
    ['sizeof(u32)', '4'],
    ['sizeof(void *)', '8'],
    ['sizeof rax', '8'],
    ['(const u8)0x1ff', '0xff'],
  ] as const)
    it(`${expression} is ${result}`, () => assert.equal(text(expression), result));

  for (const [expression, message] of [
    ['', 'The expression is empty.'],
    ['1 +', 'Expected a value, but the expression ends.'],
    ['1 2', 'Expected the end, but there is "2" at column 3.'],
    ['(1', 'Expected ")", but the expression ends.'],
    ['1 / 0', 'Division by zero.'],
    ['nothing', 'There is no variable, register, symbol or name "nothing" here.'],
    ['12ab', '"12ab" is not a number: write 0x in front of hex digits.'],
    ['"open', 'The " at column 1 is never closed.'],
    ['#', '"#" at column 1 is nothing an expression can have.'],
    ['[0x1000]', 'No memory can be read at L1:0x1000.'],
    ['rip.x', 'A number has no member "x".'],
    ['&5', 'This value has no address: it is not in memory.'],
    ['5 = 6', 'Only variables, registers, VMCS fields and memory can be assigned to.'],
    ['1 << 1000', 'Shifting by 1000 is not possible.'],
    ['level + 1', 'Text can only be compared with text, by == and !=.'],
    ['-level', '"L2" is not a number.'],
    ['-[-1]', 'This is not an address.'],
  ] as const)
    it(`${expression || 'nothing'} is refused with a sentence`, () =>
      assert.equal(text(expression), `error: ${message}`));

  it('refuses what is nested too deeply instead of overflowing', () => {
    assert.match(text('('.repeat(10_000)), /nested too deeply/);
    assert.match(text('-'.repeat(10_000) + '1'), /nested too deeply/);
  });

  it('assigns to registers, fields and memory', () => {
    const scope = new FakeScope();
    assert.equal(text('rax = 5', scope), '0x0000000000000005');
    assert.equal(text('vmcs12.GUEST_RIP = rax + 1', scope), '0x0000000000000006');
    assert.equal(text('*(u16*)0x10 = 0x1ffff', scope), '0xffff');
    assert.deepEqual([...scope.memory.slice(0xf, 0x13)], [0xf, 0xff, 0xff, 0x12]);
  });

  it('refuses assignments in conditions', () => {
    const scope = new FakeScope();
    assert.deepEqual(evaluateCondition('rax = 5', scope), {
      error: 'Nothing can be assigned here: compare with ==, or assign in the debug console.',
    });
    assert.equal(scope.registers.get('rax'), 0x1122334455667788n);
  });

  it('does not evaluate the side of && and || that does not matter', () => {
    assert.equal(text('0 && 1 / 0'), '0');
    assert.equal(text('1 || 1 / 0'), '1');
  });

  it('evaluates each operand once: eighteen, a hundred and a thousand terms take what one takes', () => {
    for (const terms of [18, 100, 999]) {
      let reads = 0;
      const scope = new FakeScope();
      const register = scope.register.bind(scope);
      scope.register = (name) => {
        if (name === 'rax') reads++;
        return register(name);
      };
      assert.equal(text(Array<string>(terms).fill('$rax').join('|'), scope), '0x1122334455667788');
      assert.equal(reads, terms);
    }
  });

  it('refuses a chain too long for the stack', () => {
    assert.match(text(Array<string>(5000).fill('1').join('+')), /too long/);
    assert.match(text('a' + '[0]'.repeat(5000)), /too long/);
    assert.match(text(' '.repeat(30_000)), /too long/);
  });

  it('ends by itself: assignments in assignments are bounded', () => {
    let nested = 'rax';
    for (let i = 0; i < 60; i++) nested = `(${nested} = ${i})`;
    assert.match(text(nested), /takes too long|nested too deeply/);
  });

  it('strings end at their zero byte', () => {
    const scope = new FakeScope();
    scope.memory.set(Buffer.from('Turtle\0x'), 16);
    assert.equal(text('0x10,s', scope), '"Turtle"');
  });

  it('a format that is none says what there is', () => {
    assert.match(text('1,q'), /Expected a format \(x, d, o, b, c, s or \[number of elements\]\)/);
  });

  it('a type the programs do not have is named', () => {
    assert.match(text('(struct page *)4'), /"struct page" is not a type of the programs here/);
    assert.match(text('sizeof(page_t)'), /"page_t" is not a type/);
  });
});
