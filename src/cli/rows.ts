/** `turtlescope rows`: which rows of the manual's tables the machine implements. */
import { implementedRows } from '../debugger/implemented-rows';
import { Status, UsageError } from './failure';

export function rows(args: string[]): number {
  const unknown = args.find((argument) => argument !== '--missing');
  if (unknown !== undefined) throw new UsageError(`rows has no option "${unknown}"`);
  const missing = args.includes('--missing');
  for (const { table, row, implemented, why } of implementedRows())
    if (!missing || !implemented)
      console.log(`${implemented ? 'yes' : 'no '}  ${table}  ${row}${why ? `  (${why})` : ''}`);
  return Status.OK;
}
