/** Decoded rows as the tree shows them. */
import assert from 'node:assert/strict';
import type { DecodedRow } from '../../src/protocol/decoded-row';
import {
  changedRows,
  compactHex,
  escapeMarkdown,
  rowAppearance,
  rowLine,
} from '../../src/views/row-appearance';

const field = (more: Partial<DecodedRow> = {}): DecodedRow => ({
  id: 'vmcs12/GUEST_RIP',
  label: 'GUEST_RIP',
  value: '0x0000000000400017',
  kind: 'field',
  ...more,
});

describe('row appearance', () => {
  it('a field shows its value without leading zeros, and all digits in the tooltip', () => {
    const look = rowAppearance(field());
    assert.equal(look.description, '0x400017');
    assert.match(look.tooltip, /`0x0000000000400017`/);
    assert.equal(compactHex('0x00000000, 0x0010'), '0x0, 0x10');
  });

  it('a changed field says what it was, in text and in speech', () => {
    const look = rowAppearance(field({ changed: true, previous: '0x0000000000400010' }));
    assert.equal(look.mark, 'changed');
    assert.equal(look.description, '0x400017 \u00b7 was 0x400010');
    assert.match(look.spoken, /changed, was 0x0000000000400010/);
  });

  it('a failing entry check outranks a change', () => {
    const look = rowAppearance(field({ changed: true, error: 'A17: must be canonical' }));
    assert.equal(look.mark, 'failed');
    assert.equal(look.icon?.name, 'error');
    assert.match(look.tooltip, /A17: must be canonical/);
  });

  it('a bit says on or off by its icon, and to screen readers in words', () => {
    const bit = field({
      label: 'ENABLE_EPT',
      kind: 'bit',
      on: true,
      value: 'on',
      bit: 1,
      meaning: 'offered',
    });
    const [on, off] = [rowAppearance(bit), rowAppearance({ ...bit, on: false, value: 'off' })];
    assert.notEqual(on.icon?.name, off.icon?.name);
    assert.equal(on.description, 'offered');
    assert.match(on.spoken, /^ENABLE_EPT on/);
    assert.match(off.spoken, /^ENABLE_EPT off/);
  });

  it('menus see which rows can be edited, and a bit only where its field can', () => {
    const bit = field({ kind: 'bit', bit: 3, value: 'on', on: true });
    assert.match(rowAppearance(field({ editable: true })).context, /\bfield\b.*\beditable\b/);
    assert.match(rowAppearance(bit, true).context, /\btoggle\b/);
    assert.doesNotMatch(rowAppearance(bit, false).context, /\btoggle\b/);
    assert.doesNotMatch(rowAppearance({ ...field(), kind: 'bit' }, true).context, /\btoggle\b/);
  });

  it('a row of vmcs02 says where L0 took it from', () => {
    assert.match(rowAppearance(field({ provenance: 'vmcs01 OR vmcs12' })).description, /vmcs01 OR vmcs12$/);
  });

  it('names with underscores survive Markdown', () => {
    assert.equal(escapeMarkdown('VM_EXIT_REASON*'), 'VM\\_EXIT\\_REASON\\*');
  });

  it('a line for the clipboard has name, value and meaning', () => {
    assert.equal(rowLine(field({ meaning: 'code of L2' })), 'GUEST_RIP = 0x0000000000400017 (code of L2)');
  });

  it('only changed rows: groups keep their changed fields, fields keep their bits', () => {
    const bits = [field({ kind: 'bit', id: 'bit' })];
    const group: DecodedRow = {
      id: 'g',
      label: 'Guest registers',
      value: '',
      kind: 'group',
      changed: true,
      children: [field({ changed: true, children: bits }), field({ id: 'same' })],
    };
    const [kept, ...rest] = changedRows([group, { ...group, id: 'h', changed: false }]);
    assert.deepEqual(rest, []);
    assert.deepEqual(
      kept?.children?.map((row) => [row.id, row.children?.length]),
      [['vmcs12/GUEST_RIP', 1]],
    );
  });
});
