/** ACPI tables as an operating system finds them: signature, checksums, links, entries. */
import assert from 'node:assert/strict';
import { acpiTables } from '../../src/platform/acpi-tables';

const BASE = 0xe0000;

function tables(cpus: number) {
  const bytes = Buffer.from(acpiTables(BASE, cpus));
  const at = (address: number, length = 36) => bytes.subarray(address - BASE, address - BASE + length);
  const table = (address: number) => at(address, at(address).readUInt32LE(4));
  return { bytes, at, table };
}

const sum = (bytes: Buffer) => bytes.reduce((total, byte) => total + byte, 0) & 0xff;
const signature = (bytes: Buffer) => bytes.toString('latin1', 0, 4);

describe('ACPI tables', () => {
  it('begin with an RSDP whose two checksums hold', () => {
    const { bytes } = tables(1);
    assert.equal(bytes.toString('latin1', 0, 8), 'RSD PTR ');
    assert.equal(sum(bytes.subarray(0, 20)), 0);
    assert.equal(sum(bytes.subarray(0, 36)), 0);
  });

  it('give FADT and MADT through RSDT and XSDT alike, all with valid checksums', () => {
    const { bytes, table } = tables(1);
    const rsdt = table(bytes.readUInt32LE(16));
    const xsdt = table(Number(bytes.readBigUInt64LE(24)));
    const links = [36, 40].map((offset) => rsdt.readUInt32LE(offset));
    assert.deepEqual(
      [36, 44].map((offset) => Number(xsdt.readBigUInt64LE(offset))),
      links,
    );
    assert.deepEqual(
      links.map((link) => signature(table(link))),
      ['FACP', 'APIC'],
    );
    for (const each of [rsdt, xsdt, ...links.map(table)]) assert.equal(sum(each), 0);
  });

  it('name in the FADT the ports of the board, FACS and DSDT', () => {
    const { bytes, table, at } = tables(1);
    const fadt = table(table(bytes.readUInt32LE(16)).readUInt32LE(36));
    assert.equal(fadt.length, 244);
    assert.equal(fadt.readUInt16LE(46), 9);
    assert.deepEqual(
      [56, 64, 76].map((offset) => fadt.readUInt32LE(offset)),
      [0x600, 0x604, 0x608],
    );
    assert.equal(fadt.readUInt32LE(112), 0x475); // no fixed buttons, reset register
    assert.equal(Number(fadt.readBigUInt64LE(120)), 0xcf9);
    assert.equal(Number(fadt.readBigUInt64LE(208 + 4)), 0x608);
    assert.equal(signature(at(fadt.readUInt32LE(36))), 'FACS');
    assert.equal(fadt.readUInt32LE(36) % 64, 0);
    const dsdt = table(fadt.readUInt32LE(40));
    assert.equal(signature(dsdt), 'DSDT');
    assert.equal(sum(dsdt), 0);
    assert.ok(dsdt.includes('_S5_'));
  });

  it('name in the MADT every CPU, the I/O APIC, the timer override and LINT1', () => {
    const { bytes, table } = tables(2);
    const madt = table(table(bytes.readUInt32LE(16)).readUInt32LE(40));
    assert.equal(madt.readUInt32LE(36), 0xfee00000);
    const entries: string[] = [];
    for (let offset = 44; offset < madt.length; offset += madt[offset + 1]!) {
      entries.push(madt.toString('hex', offset, offset + madt[offset + 1]!));
    }
    assert.deepEqual(entries, [
      '0008000001000000',
      '0008010101000000',
      '010c00000000c0fe00000000',
      '020a0000020000000000',
      '020a0009090000000d00',
      '0406ff000001',
    ]);
  });
});
