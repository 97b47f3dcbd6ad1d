/**
 * Failing VM-entry checks as rows of the VMCS tree and as a Markdown page. Pure and without `vscode`.
 */
import type { CheckedField, CheckFailure, ResponseBody } from '../protocol/custom-requests';
import type { DecodedRow } from '../protocol/decoded-row';
import { escapeMarkdown } from './row-appearance';

const plural = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;

/** One row with a child for each failing check. */
export function entryCheckRows(failures: readonly CheckFailure[]): DecodedRow {
  return {
    id: 'entry-checks',
    label: 'VM entry would fail',
    value: '',
    kind: 'group',
    error: plural(failures.length, 'check'),
    help: 'Every check of the manual that the VMCS fails as it stands. Hardware stops at the first one and names none.',
    children: failures.map((failure, index) => ({
      id: `entry-checks/${index}`,
      label: failure.text,
      value: '',
      kind: 'part',
      meaning: `SDM ${failure.sdm}`,
      error: `${failure.id}: ${failure.outcome}`,
      children: failure.fields.map((field) => ({
        id: `entry-checks/${index}/${field.name}`,
        label: field.name,
        value: field.actual,
        kind: 'field',
        ...(about(field) !== '' && { meaning: about(field) }),
      })),
    })),
  };
}

/** The dry run as a page to read. */
export function entryCheckPage(result: ResponseBody<'turtlescope/checkEntry'>): string {
  const { failures, checked, notImplemented, empty } = result;
  if (empty !== undefined) return `# VM entry\n\n${empty}\n`;
  const missing =
    notImplemented > 0
      ? `\n\n${plural(notImplemented, 'check')} of the manual cannot be made: this processor lacks the feature they are about.`
      : '';
  if (failures.length === 0)
    return `# VM entry would succeed\n\nAll ${plural(checked, 'check')} pass on the VMCS as it stands.${missing}\n`;
  return [
    '# VM entry would fail',
    `${failures.length} of ${plural(checked, 'check')} fail on the VMCS as it stands. ` +
      `Hardware stops at the first one and does not say which it was.${missing}`,
    ...failures.map(failureSection),
    '',
  ].join('\n\n');
}

function failureSection(failure: CheckFailure, index: number): string {
  const rows = failure.fields.map(
    (field) =>
      `| ${escapeMarkdown(field.name)} | ${escapeMarkdown(field.actual)} | ${escapeMarkdown(field.allowed ?? field.from ?? '')} | ${writerLink(field)} |`,
  );
  return [
    `## ${index + 1}. ${escapeMarkdown(failure.text)}`,
    `Rule: ${escapeMarkdown(failure.rule)}`,
    `${failure.vmcs} \u00b7 SDM ${failure.sdm} \u00b7 check ${failure.id} \u00b7 ${escapeMarkdown(failure.outcome)}`,
    ...(rows.length > 0
      ? [['| field | value | allowed, or from | written |', '|---|---|---|---|', ...rows].join('\n')]
      : []),
  ].join('\n\n');
}

/** What is allowed, where a value of vmcs02 comes from, and who wrote the field. */
function about({ allowed, from, writer }: CheckedField): string {
  return [allowed, from, writer?.text].filter(Boolean).join(', ');
}

/** A link to the line, in a page of Markdown. */
function writerLink({ writer }: CheckedField): string {
  if (!writer) return '';
  if (!writer.source) return escapeMarkdown(writer.text);
  const { path, line } = writer.source;
  return `[${escapeMarkdown(writer.text)}](${encodeURI(`file://${path.startsWith('/') ? '' : '/'}${path}`)}#L${line})`;
}
