/** What a hover says of one VMX control bit. */
import { vmcsFields } from '../../isa/vmcs-fields';
import { controlWords, vmxControls, type Control } from '../../isa/vmx-controls';
import { controls } from '../../kvm/6.12/controls';
import { hex } from '../../decode/word';
import { bullets, heading, listed, manual, page, sentence } from './markdown';

export function controlText(row: Control): string {
  const word: { field: string; msr: string; trueMsr?: string; activatedBy?: string } = controlWords[row.word];
  const rows: readonly Control[] = vmxControls;
  const names = (of: (other: Control) => readonly string[] | undefined): string[] =>
    rows.filter((other) => of(other)?.includes(row.name)).map((other) => other.name);
  const fields = vmcsFields.filter((field) => field.enabledBy?.includes(row.name)).map((field) => field.name);
  const needed = names((other) => other.requires);
  return page(
    heading(row.name, `bit ${row.bit} of ${word.field}`, hex(1n << BigInt(row.bit))),
    sentence(row.name, row.title, row.summary),
    bullets([
      row.requires?.length ? `Requires ${listed(row.requires)}` : undefined,
      row.excludes?.length ? `Excludes ${listed(row.excludes, 'or')}` : undefined,
      needed.length > 0 ? `Required by ${listed(needed)}` : undefined,
      fields.length > 0 ? `Gives meaning to ${listed(fields)}` : undefined,
      row.default1 ? `Default1: may be 0 only where ${word.trueMsr ?? word.msr} allows it` : undefined,
      `Allowed settings: ${listed([word.msr, ...(word.trueMsr === undefined ? [] : [word.trueMsr])], 'or')}`,
      word.activatedBy === undefined ? undefined : `The word counts only with ${word.activatedBy}`,
      controls[row.name] ? 'KVM 6.12 can offer it to L1' : 'KVM 6.12 does not offer it to L1',
    ]),
    manual(row.sdm),
  );
}
