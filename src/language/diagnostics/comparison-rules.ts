/** The rule `exit-reason-unknown`: numbers that are compared with an exit reason and that no exit has. */
import { exitReasonByNumber, exitReasonFlags } from '../../isa/exit-reasons';
import { hex } from '../../decode/word';
import type { Comparison } from '../source/operation';
import { bits } from './bit-words';
import { operandText } from './field-operand';
import { found, type Finding } from './finding';

/** The basic exit reason is the low half; the manual gives it 16 bits. */
const BASIC = 0xffffn;
const flags = exitReasonFlags.reduce((mask, flag) => mask | (1n << BigInt(flag.bit)), 0n);
const SDM = '24.9.1';

export function comparisonFindings(comparison: Comparison): Finding[] {
  const { value, range } = comparison.value;
  // All ones is how software says "none".
  if (comparison.with !== 'exit-reason' || value === undefined || BigInt.asUintN(16, value) === BASIC)
    return [];
  const what = operandText(comparison.value, value);
  const unknown = BigInt.asUintN(32, value) & ~BASIC & ~flags;
  if (unknown !== 0n || value > 0xffffffffn)
    return [
      found(
        'exit-reason-unknown',
        range,
        `No exit reason is ${what}: ${unknown === 0n ? 'it has 32 bits' : `${bits(unknown)} ${bits(unknown).startsWith('bits') ? 'are' : 'is'} not used`}. This is never true.`,
        { sdm: SDM },
      ),
    ];
  const basic = Number(value & BASIC);
  // A flag by itself is tested with `&`, which looks like a comparison to some readers.
  if (exitReasonByNumber.has(basic)) return [];
  return [
    found(
      'exit-reason-unknown',
      range,
      `No VM exit has the basic reason ${basic} (${hex(basic)}). The reasons stand in appendix C of the manual.`,
      { sdm: SDM },
    ),
  ];
}
