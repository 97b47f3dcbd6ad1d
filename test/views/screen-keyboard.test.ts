/** The Screen page's keyboard: which keys are the guest's, and what they send. */
import assert from 'node:assert/strict';
import { Keyboard, type Key } from '../../src/views/webview/screen/keyboard';
import { scanCode } from '../../src/views/webview/screen/scan-codes';

function key(code: string, held: Partial<Key> = {}): Key {
  return { code, ctrlKey: false, shiftKey: false, metaKey: false, ...held };
}

function keyboard() {
  const sent: number[][] = [];
  return { keys: new Keyboard((bytes) => sent.push([...bytes])), sent };
}

describe('the keyboard of the screen', () => {
  const codes: [string, number[]][] = [
    ['Escape', [0x01]],
    ['Backspace', [0x0e]],
    ['KeyA', [0x1e]],
    ['Enter', [0x1c]],
    ['ShiftRight', [0x36]],
    ['Space', [0x39]],
    ['F10', [0x44]],
    ['NumpadDecimal', [0x53]],
    ['F12', [0x58]],
    ['ControlRight', [0xe0, 0x1d]],
    ['ArrowUp', [0xe0, 0x48]],
    ['Delete', [0xe0, 0x53]],
  ];
  for (const [code, bytes] of codes)
    it(`${code} is ${bytes.map((byte) => byte.toString(16)).join(' ')}`, () => {
      assert.deepEqual(scanCode(code, false), bytes);
      assert.deepEqual(scanCode(code, true), [...bytes.slice(0, -1), bytes.at(-1)! | 0x80]);
    });

  it('sends make and break, and make again while a key is held', () => {
    const { keys, sent } = keyboard();
    assert.deepEqual(
      [keys.down(key('KeyA')), keys.down(key('KeyA')), keys.up(key('KeyA'))],
      [true, true, true],
    );
    assert.deepEqual(sent, [[0x1e], [0x1e], [0x9e]]);
  });

  it('releases what is held when the focus goes, once', () => {
    const { keys, sent } = keyboard();
    keys.down(key('ControlLeft'));
    keys.releaseAll();
    keys.releaseAll();
    assert.equal(keys.up(key('ControlLeft')), false);
    assert.deepEqual(sent, [[0x1d], [0x9d]]);
  });

  it('leaves function keys to the debugger while the guest stands, and pause and stop always', () => {
    const { keys, sent } = keyboard();
    assert.equal(keys.down(key('F10')), true);
    assert.equal(keys.down(key('F6')), false);
    assert.equal(keys.down(key('F5', { shiftKey: true })), false);
    keys.guestStands = true;
    assert.equal(keys.down(key('F10')), false);
    assert.equal(keys.down(key('KeyA')), true);
    assert.deepEqual(sent, [[0x44], [0x1e]]);
  });

  it("is no trap: Shift+Tab and the workbench's own chords lead out, and a key no keyboard has is nobody's", () => {
    const { keys, sent } = keyboard();
    const out = [
      key('Tab', { shiftKey: true }),
      key('KeyP', { ctrlKey: true, shiftKey: true }),
      key('KeyK', { metaKey: true }),
      key('AudioVolumeUp'),
    ];
    assert.deepEqual(
      out.map((each) => keys.down(each)),
      [false, false, false, false],
    );
    assert.deepEqual(sent, []);
  });
});
