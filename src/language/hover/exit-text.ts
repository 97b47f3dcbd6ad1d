/** What a hover says of an exit reason and of the layouts that go with it. */
import { exitQualifications, type QualificationFormat } from '../../isa/exit-qualifications';
import type { ExitReason } from '../../isa/exit-reasons';
import { instructionInformation, instructionInformationOf } from '../../isa/instruction-information';
import { exits } from '../../kvm/6.12/exits';
import { hex } from '../../decode/word';
import { bullets, heading, layoutTable, manual, page, sentence, table } from './markdown';

export function exitReasonText(row: ExitReason): string {
  const kvm = exits[row.name];
  return page(
    heading(row.name, `VM-exit reason ${row.number} (${hex(row.number)})`, row.newer && 'newer than 2016'),
    sentence(row.name, row.title, row.summary),
    bullets([
      row.entryFailure
        ? 'A VM entry that failed: bit 31 of the reason is 1'
        : row.trapLike
          ? 'Trap-like: the instruction has completed, guest RIP is behind it'
          : 'Guest RIP is that of the instruction that caused the exit, or would come next',
      informationOf(row),
      kvm.l0 === undefined ? undefined : `KVM 6.12, exit of L2, first: ${kvm.l0}`,
      kvm.l1 === undefined ? undefined : `KVM 6.12, exit of L2${kvm.l0 ? ', then' : ''}: ${kvm.l1}`,
    ]),
    qualificationLayout(row.qualification),
    manual(row.sdm),
  );
}

function informationOf(row: ExitReason): string | undefined {
  const format = instructionInformationOf[row.name];
  return format && `VMX_INSTRUCTION_INFO describes the operands: ${instructionInformation[format].title}`;
}

/** The qualification below an exit reason; an exit without one says nothing. */
function qualificationLayout(format: QualificationFormat): string | undefined {
  if (format === 'none') return undefined;
  return page(`EXIT_QUALIFICATION: ${exitQualifications[format].summary}`, layout(format));
}

export function qualificationText(format: QualificationFormat): string {
  const row = exitQualifications[format];
  return page(heading(row.title, 'exit qualification'), row.summary, layout(format));
}

function layout(format: QualificationFormat): string {
  const row: { ranges: Parameters<typeof layoutTable>[0]; values?: Readonly<Record<number, string>> } =
    exitQualifications[format];
  if (row.values) return table(['Value', 'Meaning'], Object.entries(row.values));
  return row.ranges.length > 0 ? layoutTable(row.ranges) : '';
}
