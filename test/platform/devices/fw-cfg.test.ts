/** fw_cfg through its two ports. */
import assert from 'node:assert/strict';
import { FwCfg } from '../../../src/platform/devices/fw-cfg';

function fwCfg() {
  const file = { name: 'etc/test', bytes: Uint8Array.of(7, 8, 9) };
  const device = new FwCfg({ ramBytes: 0x1_2345_6000, cpus: 3, files: [file] });
  return {
    device,
    item: (key: number, length: number): number[] => {
      device.writePort(0x510, 2, key);
      return Array.from({ length }, () => device.readPort(0x511, 1));
    },
  };
}

describe('fw_cfg', () => {
  it('answers with the signature and an ID without DMA', () => {
    const { item } = fwCfg();
    assert.equal(String.fromCharCode(...item(0x00, 4)), 'QEMU');
    assert.deepEqual(item(0x01, 4), [1, 0, 0, 0]);
  });

  it('tells RAM size and CPU counts, little-endian', () => {
    const { item } = fwCfg();
    assert.deepEqual(item(0x03, 8), [0x00, 0x60, 0x45, 0x23, 0x01, 0, 0, 0]);
    assert.deepEqual(item(0x05, 2), [3, 0]);
    assert.deepEqual(item(0x0f, 2), [3, 0]);
  });

  it('lists its files big-endian and gives their bytes by key', () => {
    const { item } = fwCfg();
    const directory = item(0x19, 4 + 64);
    assert.deepEqual(directory.slice(0, 12), [0, 0, 0, 1, 0, 0, 0, 3, 0, 0x20, 0, 0]);
    assert.equal(String.fromCharCode(...directory.slice(12, 21)), 'etc/test\0');
    assert.deepEqual(item(0x20, 4), [7, 8, 9, 0]);
  });

  it('gives zeros for unknown keys and past the end; selecting begins anew', () => {
    const { item } = fwCfg();
    assert.deepEqual(item(0x11, 8), [0, 0, 0, 0, 0, 0, 0, 0]);
    assert.deepEqual(item(0x05, 4), [3, 0, 0, 0]);
    assert.deepEqual(item(0x05, 1), [3]);
  });

  it('is selected by a 16-bit write to the selector only', () => {
    const { device, item } = fwCfg();
    item(0x00, 1);
    device.writePort(0x510, 1, 0x05);
    device.writePort(0x511, 2, 0x05);
    assert.equal(device.readPort(0x511, 1), 'E'.charCodeAt(0));
    assert.equal(device.readPort(0x511, 2), 'M'.charCodeAt(0) | ('U'.charCodeAt(0) << 8));
  });

  it('remembers the position in a snapshot', () => {
    const { device, item } = fwCfg();
    item(0x00, 1);
    const saved = device.save();
    device.writePort(0x510, 2, 0x05);
    device.restore(saved);
    assert.equal(device.readPort(0x511, 1), 'E'.charCodeAt(0));
  });
});
