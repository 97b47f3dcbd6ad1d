// Which rows of isa/entry-checks the chip can fail. Everything but the rows named here; a test scans the sources of this
// folder for every other id, so the answer cannot drift from the code.
import { Region } from '../../abi/memory-map';
import { Check } from '../gen/constants';

/** J30 and M02 need system-management mode, M01 a machine-check architecture that reports: the chip has neither. */
function absent(check: u32): bool {
  return check == Check.J30 || check == Check.M01 || check == Check.M02;
}

/** Rows in the table: M02 is the last. */
const ROWS: u32 = <u32>Check.M02 + 1;

/** Writes count and row indexes of the implemented checks to Region.FAILED_CHECKS; returns the count. */
export function implementedChecks(): u32 {
  let count: u32 = 0;
  for (let check: u32 = 0; check < ROWS; check++) {
    if (absent(check)) continue;
    count++;
    store<u32>(Region.FAILED_CHECKS + <usize>count * 4, check);
  }
  store<u32>(Region.FAILED_CHECKS, count);
  return count;
}
