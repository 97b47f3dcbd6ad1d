/** Records of the timeline as the VM Exits view shows them. */
import assert from 'node:assert/strict';
import type { TimelineItem } from '../../src/protocol/timeline';
import { grouped, route, timelineAppearance, timelineLine } from '../../src/views/timeline-appearance';

const exit: TimelineItem = {
  index: 7,
  count: '1234567',
  kind: 'exit',
  level: 'L2',
  title: 'EPT_VIOLATION',
  detail: 'write, not present; RIP 0x0000000000400017',
  verdict: 'L1',
  rule: 'ept12 has no translation',
  rip: '0x400017',
};

describe('timeline appearance', () => {
  it('an exit shows who left, who handles it, when and why', () => {
    const look = timelineAppearance(exit);
    assert.equal(look.label, 'EPT_VIOLATION');
    assert.equal(look.description, 'L2 \u2192 L1 \u00b7 1,234,567 \u00b7 write, not present; RIP 0x400017');
    assert.match(look.tooltip, /Handled by \*\*L1\*\*/);
    assert.match(look.tooltip, /ept12 has no translation/);
  });

  it('counts have a comma every three digits', () => {
    assert.deepEqual(['1', '999', '1000', '1000000'].map(grouped), ['1', '999', '1,000', '1,000,000']);
  });

  it('an entry points to the level entered, an exit without verdict to nobody', () => {
    const undecided = { ...exit };
    delete undecided.verdict;
    assert.equal(route({ ...exit, kind: 'entry' }), '\u2192 L2');
    assert.equal(route(undecided), 'L2');
  });

  it('of several CPUs it is told which', () => {
    assert.equal(route({ ...exit, cpu: 3 }), 'CPU 3: L2 \u2192 L1');
    assert.equal(route({ ...exit, cpu: 0, kind: 'entry' }), 'CPU 0: \u2192 L2');
  });

  it('failures are marked, everything else has the colour of its level', () => {
    assert.equal(timelineAppearance({ ...exit, kind: 'entry-failure' }).mark, 'failed');
    assert.equal(timelineAppearance(exit).mark, undefined);
    assert.equal(timelineAppearance({ ...exit, level: 'L1' }).icon?.color, 'turtlescope.level1Foreground');
  });

  it('speech and clipboard carry reason, route and rule', () => {
    for (const text of [timelineAppearance(exit).spoken, timelineLine(exit)])
      for (const part of ['EPT_VIOLATION', 'L2 \u2192 L1', 'ept12 has no translation', '1234567'])
        assert.ok(text.includes(part), `${part} in ${text}`);
  });
});
