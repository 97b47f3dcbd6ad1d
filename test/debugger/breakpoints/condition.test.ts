/** Conditions, hit conditions and log points without a machine. */
import assert from 'node:assert/strict';
import { Condition } from '../../../src/debugger/breakpoints/condition';
import { parseHitCondition } from '../../../src/debugger/breakpoints/hit-condition';
import { parseLogMessage } from '../../../src/debugger/breakpoints/log-message';
import { FakeScope } from '../expression/fake-scope';

describe('debugger: hit conditions', () => {
  for (const [text, stops] of [
    ['3', [3]],
    ['== 3', [3]],
    ['= 3', [3]],
    ['> 3', [4, 5, 6]],
    ['>= 3', [3, 4, 5, 6]],
    ['< 3', [1, 2]],
    ['<= 3', [1, 2, 3]],
    ['% 2', [2, 4, 6]],
    [' %3 ', [3, 6]],
  ] as const)
    it(`"${text}" stops at hits ${stops.join(', ')}`, () => {
      const test = parseHitCondition(text);
      assert.equal(typeof test, 'function');
      if (typeof test === 'function') assert.deepEqual([1, 2, 3, 4, 5, 6].filter(test), stops);
    });

  for (const text of ['x', '> ', '-1', '% 0', '3 4', '99999999999999999999'])
    it(`"${text}" is refused with what can be written`, () => {
      const test = parseHitCondition(text);
      assert.ok(typeof test === 'object' && test.error.includes('every n-th hit'));
    });
});

describe('debugger: log points', () => {
  it('cuts a message into text and expressions', () => {
    assert.deepEqual(parseLogMessage('rip {rip}, {{x}} {open'), [
      { text: 'rip ' },
      { expression: 'rip' },
      { text: ', {x} {open' },
    ]);
  });
});

describe('debugger: conditions', () => {
  const decide = (texts: object, times = 1) => {
    const condition = Condition.parse(texts);
    if ('error' in condition) return condition.error;
    const decisions = Array.from({ length: times }, () => condition.reached(new FakeScope()));
    return decisions.map((decision) => ('text' in decision ? decision.text : decision.kind)).join(' ');
  };

  it('counts hits from the start after a restart', () => {
    const condition = Condition.parse({ hitCondition: '2' });
    assert.ok(!('error' in condition));
    const kinds = () => [1, 2, 3].map(() => condition.reached(new FakeScope()).kind);
    assert.deepEqual(kinds(), ['go-on', 'stop', 'go-on']);
    condition.forgetHits();
    assert.deepEqual(kinds(), ['go-on', 'stop', 'go-on']);
  });

  it('stops without any text, and with a true condition', () => {
    assert.equal(decide({}), 'stop');
    assert.equal(decide({ condition: '  ' }), 'stop');
    assert.equal(decide({ condition: 'rip == 0x400017' }), 'stop');
  });

  it('goes on with a false condition, which is no hit', () => {
    assert.equal(decide({ condition: 'rip == 0', hitCondition: '1' }, 2), 'go-on go-on');
  });

  it('counts hits', () => {
    assert.equal(decide({ hitCondition: '2' }, 3), 'go-on stop go-on');
  });

  it('writes a message instead of stopping, with values and with what went wrong', () => {
    assert.equal(decide({ logMessage: 'at {rip}: {nothing}' }).split('There')[0], 'at 0x0000000000400017: {');
  });

  it('stops, and says why, when a condition cannot be told', () => {
    const condition = Condition.parse({ condition: 'nothing > 1' });
    assert.ok(!('error' in condition));
    const decision = condition.reached(new FakeScope());
    assert.ok(decision.kind === 'stop' && decision.note!.includes('"nothing"'));
  });

  it('refuses texts that are no expressions when the breakpoint is set', () => {
    assert.match(decide({ condition: '1 +' }), /Expected a value/);
    assert.match(decide({ logMessage: '{1 +}' }), /Expected a value/);
    assert.match(decide({ hitCondition: 'often' }), /not a hit condition/);
  });
});
