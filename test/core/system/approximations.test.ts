// What the host's CPU cannot judge: the approximations, which differ by processor, in all their forms, and the alias FSTPNCE; MXCSR by VEX.
import assert from 'node:assert/strict';
import { State } from '../../../src/abi/state-block';
import { proves } from '../../support/proves';
import { claimEverything } from '../native/everything';
import { Bench, DATA } from './bench';

const everything = () => {
  const bench = Bench.long();
  claimEverything(bench.cpu);
  return bench;
};

describe('encodings of x87, MXCSR and approximations', () => {
  it(proves('instructions', 'FSTPNCE: D9 D8+i', 'FSTPNCE stores and pops as FSTP does'), () => {
    const bench = everything().execute(
      `fninit; fldz; fld1; fldpi; .byte 0xd9, 0xda; fistp dword ptr [${DATA}]; fistp dword ptr [${DATA + 4}]; hlt`,
    );
    // pi went to where 0 was.
    assert.deepEqual([bench.read32(DATA), bench.read32(DATA + 4)], [1, 3]);
  });

  it(
    proves(
      'instructions',
      ['VLDMXCSR: VEX.LZ.0F.WIG AE /2', 'VSTMXCSR: VEX.LZ.0F.WIG AE /3'],
      'VLDMXCSR and VSTMXCSR move MXCSR, and reserved bits are #GP(0)',
    ),
    () => {
      const bench = everything();
      bench.write32(DATA, 0x1fa1);
      bench.execute(`vldmxcsr [${DATA}]; vstmxcsr [${DATA + 4}]; hlt`);
      assert.deepEqual([bench.cpu.get32(State.MXCSR), bench.read32(DATA + 4)], [0x1fa1, 0x1fa1]);
      const refused = everything();
      refused.write32(DATA, 0x10000);
      assert.match(refused.execute(`vldmxcsr [${DATA}]`).outcome, /^#GP\(0\)/);
    },
  );

  /** Each lane of the packed form is what the scalar form makes of it. */
  const values = [0x3f8147ae, 0x40490fdb, 0xbf800000, 0, 0x7f800000, 0x00000001, 0x7fc12345, 0x42280000];
  const lane = (bench: Bench, register: number, index: number) =>
    Number(
      (bench.cpu.get64(State.YMM + 32 * register + 8 * (index >> 1)) >> BigInt(32 * (index & 1))) &
        0xffffffffn,
    );

  for (const [name, byte] of [
    ['RCP', '53'],
    ['RSQRT', '52'],
  ] as const) {
    const scalar = (value: number) => {
      const bench = everything();
      bench.write32(DATA, value);
      return lane(bench.execute(`${name.toLowerCase()}ss xmm0, [${DATA}]; hlt`), 0, 0);
    };
    for (const [row, mnemonic, lanes] of [
      [`${name}PS: NP 0F ${byte} /r`, `${name}PS xmm0`, 4],
      [`V${name}PS: VEX.128.0F.WIG ${byte} /r`, `V${name}PS xmm0`, 4],
      [`V${name}PS: VEX.256.0F.WIG ${byte} /r`, `V${name}PS ymm0`, 8],
    ] as const)
      it(proves('instructions', row, `${mnemonic}: each lane as ${name}SS`), () => {
        const bench = everything();
        values.forEach((value, i) => bench.write32(DATA + 4 * i, value));
        bench.execute(`${mnemonic}, [${DATA}]; hlt`);
        for (let i = 0; i < lanes; i++) assert.equal(lane(bench, 0, i), scalar(values[i]!), `lane ${i}`);
      });

    it(
      proves(
        'instructions',
        `V${name}SS: VEX.LIG.F3.0F.WIG ${byte} /r`,
        `V${name}SS takes its other lanes from the first source`,
      ),
      () => {
        const bench = everything();
        values.forEach((value, i) => bench.write32(DATA + 4 * i, value));
        bench.execute(`vmovups ymm1, [${DATA}]; V${name}SS xmm0, xmm1, [${DATA + 4}]; hlt`);
        const lanes = Array.from({ length: 8 }, (_, i) => lane(bench, 0, i));
        assert.deepEqual(lanes, [scalar(values[1]!), values[1], values[2], values[3], 0, 0, 0, 0]);
      },
    );
  }
});
