/**
 * Damaged debug information, told once. It is read when it is asked for, so damage may show late: at the first stop, or at the
 * first question about a variable.
 */
import type { LoadedProgram } from '../debugger/programs';

export class DamageReport {
  private readonly told = new Map<LoadedProgram, number>();

  /** A sentence for each problem that has come up since the last call. */
  fresh(programs: readonly LoadedProgram[]): string[] {
    return programs.flatMap((program) => {
      const { problems } = program.symbols;
      const known = this.told.get(program) ?? 0;
      this.told.set(program, problems.length);
      return problems.slice(known).map((problem) => `Symbols of ${program.name}: ${problem}`);
    });
  }
}
