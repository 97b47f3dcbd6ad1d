// What a profile does not claim is #UD: every row of isa/opcodes whose feature it lacks, as bytes that run. Bytes that are another, claimed
// instruction there (TZCNT is BSF, a landing pad is NOP) are that one.
import assert from 'node:assert/strict';
import { State } from '../../../src/abi/state-block';
import { applyProfile, cpuidRows } from '../../../src/cpu/profile';
import { cpuProfiles, type CpuProfileName, type CpuProfileRow } from '../../../src/isa/cpu-profiles';
import { opcodeFamilies, type OpcodeRow } from '../../../src/isa/opcodes';
import { encodeRow } from '../native/row-cases';
import { decoder } from '../support/decoder';
import { Random } from '../../support/random';
import { Bench, CODE } from './bench';

const rows = opcodeFamilies.flatMap(({ rows: all }): readonly OpcodeRow[] => all);

for (const [name, profile] of Object.entries<CpuProfileRow>(cpuProfiles))
  describe(`instructions that ${name} does not claim`, () => {
    const claims = ({ feature }: OpcodeRow) =>
      [feature ?? []].flat().every((one) => profile.features.includes(one));

    it('are #UD at CPL 0, with all state turned on', () => {
      const random = new Random(1);
      const probe = decoder(cpuidRows(profile));
      const bench = Bench.long();
      const { cpu } = bench;
      applyProfile(cpu, name as CpuProfileName);
      let refused = 0;
      for (const row of rows) {
        if (claims(row) || row.modes === 'i64') continue;
        const bytes = encodeRow(random, row);
        const read = probe(Uint8Array.from([...bytes, ...new Array<number>(15).fill(0)]), cpu.mode).row;
        if (read && claims(read)) continue;
        bench.write(CODE, [...bytes, 0xf4]);
        cpu.set64(State.RIP, BigInt(CODE));
        cpu.set64(State.RFLAGS, 2n);
        cpu.set32(State.ACTIVITY, 0);
        bench.run();
        assert.equal(
          bench.outcome,
          '#UD at +0',
          `${row.name}: ${row.code} as ${Buffer.from(bytes).toString('hex')}`,
        );
        refused++;
      }
      assert.ok(refused > 0, 'every row is claimed');
    });
  });
