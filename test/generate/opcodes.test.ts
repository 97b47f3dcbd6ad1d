import assert from 'node:assert/strict';
import { mappedRows } from '../../src/generate/opcodes/decode-map';
import { dispatch } from '../../src/generate/opcodes/dispatch';
import { parseEncoding } from '../../src/generate/opcodes/encoding';
import { parseOperands, stateUse, widths } from '../../src/generate/opcodes/operands';
import type { OpcodeFamily, OpcodeRow } from '../../src/isa/opcodes/row';

const row = (code: string, operands?: string, more: Partial<OpcodeRow> = {}): OpcodeRow => ({
  code,
  name: 'NAME',
  ...(operands !== undefined && { operands }),
  ...more,
});

describe('generate: opcode rows', () => {
  it('reads mandatory prefixes, escapes, ModRM and immediates', () => {
    const { map, opcode, prefixes, modrm, immediates } = parseEncoding(row('66 0F 3A 0F /r ib'));
    assert.deepEqual([map, opcode, prefixes, immediates], [3, 0x0f, 0b0010, ['ib']]);
    assert.deepEqual(modrm, { registerOnly: false });
  });

  it('a byte behind the opcode is a whole ModRM byte, with +i its low bits are open', () => {
    assert.deepEqual(parseEncoding(row('D9 E8')).modrm, { reg: 5, rm: 0, registerOnly: true });
    assert.deepEqual(parseEncoding(row('D9 C8+i')).modrm, { reg: 1, registerOnly: true });
    assert.deepEqual(parseEncoding(row('F3 90')).modrm, undefined);
  });

  it('reads VEX: length, prefix, map and W', () => {
    const { map, prefixes, lengths, wide } = parseEncoding(row('VEX.256.F2.0F38.W1 58 /r'));
    assert.deepEqual([map, prefixes, lengths, wide], [5, 0b1000, 0b10, 0b10]);
    assert.equal(parseEncoding(row('VEX.LIG.0F.WIG 58 /r')).prefixes, 0b0001);
  });

  it('refuses what it does not understand, naming the row', () => {
    assert.throws(() => parseEncoding(row('0F 58 /q')), /"0F 58 \/q" \(NAME\)/);
    assert.throws(() => parseEncoding(row('VEX.512.0F.WIG 58 /r')), /VEX prefix/);
    assert.throws(() => parseOperands(row('0F 58 /r', 'Vps, Wps')), /"Vps"/);
  });

  it('knows the state an instruction uses by its operands', () => {
    const use = (code: string, operands: string): string =>
      stateUse(row(code, operands), parseOperands(row(code, operands)));
    assert.equal(use('NP 0F 58 /r', '+Vdq, Wdq'), 'sse');
    assert.equal(use('NP 0F 2A /r', '+Vdq, Qq'), 'sse-mmx');
    assert.equal(use('VEX.128.0F.WIG 58 /r', '=Vdq, Hdq, Wdq'), 'avx');
    assert.equal(use('VEX.LZ.0F38.W0 F2 /r', '=Gy, By, Ey'), 'none');
    assert.equal(use('D8 /0', 'Md'), 'x87');
  });

  it('sizes by the first general register, else by the rm operand', () => {
    assert.deepEqual(widths(parseOperands(row('', '=Gy, Wd'))), { register: 'y', memory: 'y' });
    assert.deepEqual(widths(parseOperands(row('', '+Vdq, Ry/Mb, Ib'))), { register: 'y', memory: 'b' });
    assert.deepEqual(widths(parseOperands(row('', '+Vdq, Wd'))), { register: 'd', memory: 'd' });
  });

  it('tries the special row before the general one, and what needs a feature before what is always there', () => {
    const rows = [row('0F BC /r', '=Gv, Ev'), row('F3 0F BC /r', '=Gv, Ev'), row('0F BC /2', 'Ev')];
    const twin = row('0F BC /r', '=Gv, Ev', { feature: 'BMI1' });
    const family: OpcodeFamily = { exec: 'exec/bit', rows: [...rows, twin] };
    assert.deepEqual(mappedRows([family]), [rows[2], rows[1], twin, rows[0]]);
  });

  it('imports the functions and the enums of a call from its file, and wraps what has arguments', () => {
    const family = (run: string): OpcodeFamily => ({
      exec: 'exec/bit',
      rows: [row('0F BC /r', 'Ev', { run })],
    });
    const text = dispatch([family('execScan(u, Scan.LOW, 4)')]);
    assert.match(text, /import \{ Scan, execScan \} from '\.\.\/exec\/bit';/);
    assert.match(
      text,
      /function SCAN_SCAN_LOW_4\(u: usize\): i32 \{\n {2}return execScan\(u, Scan\.LOW, 4\);/,
    );
    assert.match(text, /^ {2}SCAN_SCAN_LOW_4, \/\/ NAME$/m);
    assert.match(dispatch([family('execScan(u)')]), /^ {2}execScan, \/\/ SCAN, NAME$/m);
    assert.throws(() => dispatch([family('scan(u)')]), /is not a call/);
  });
});
