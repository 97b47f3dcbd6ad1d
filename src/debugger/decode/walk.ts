/**
 * Walk Address: any address of any level through all tables behind it, each entry decoded, the one that refuses marked with its rule.
 * The tables are walked by the chip (machine/stage-walk.ts); here is what they are called and what an entry means.
 */
import { causeText, tableEntryName } from '../../decode/fault-text';
import { hex, wordRows, wordSummary } from '../../decode/word';
import { faultReasonById } from '../../isa/fault-reasons';
import { registerFormats } from '../../isa/registers';
import type { AddressSpace } from '../../machine/address-space';
import type { Machine } from '../../machine/machine';
import { registerMask } from '../../machine/register-mask';
import {
  walkExtended,
  walkStage,
  type AccessKind,
  type StageEntry,
  type WalkedStage,
} from '../../machine/stage-walk';
import type { AddressWalk, WalkEntry, WalkStage } from '../../protocol/address-walk';
import { memoryReference, spaceName, type SpacedAddress } from '../memory-reference';

const LMA = registerMask('efer', 'LMA');

export function walkAddress(machine: Machine, asked: SpacedAddress, access: AccessKind): AddressWalk {
  const walked = walkedStages(machine, asked, access);
  const refusing = walked.filter(({ stage, cause }) => cause !== undefined && !stage.lazy).at(-1);
  const failed = refusing !== undefined;
  const host = machine.driver.translate(asked.space, asked.address);
  const text = spaced(asked.space, asked.address);
  return {
    asked: text,
    access,
    failed,
    summary: refusing
      ? `A ${access} of ${text} is refused by ${stageTitle(refusing)}: ${causeText(refusing.cause!)} (SDM ${faultReasonById.get(refusing.cause!.reason)!.sdm})`
      : host === undefined
        ? `${text} leads nowhere: no memory is there.`
        : asked.space.kind === 'host'
          ? `${text} is an address of the host's memory: no tables stand before it.`
          : `A ${access} of ${text} leads to ${spaced({ kind: 'host' }, host)}.`,
    stages: walked.map((stage) => stageOf(stage)),
  };
}

/** The stages in walking order; of page tables that their EPT refuses, the EPT's walk of that entry. */
function walkedStages(
  machine: Machine,
  { space, address }: SpacedAddress,
  access: AccessKind,
): WalkedStage[] {
  if (space.kind === 'host') return [];
  const cpu = machine.driver.cpuOf(space.level);
  const walked: WalkedStage[] = [];
  /** Addresses that are known by now: each space has one at most. */
  const known: { space: AddressSpace; address: bigint; need?: number }[] = [{ space, address }];
  for (const stage of machine.driver.stages(space.level)) {
    const input = known.find((place) => sameSpace(place.space, stage.from));
    if (!input) continue;
    const done =
      input.need === undefined
        ? walkStage(cpu, stage, input.address, access)
        : walkExtended(cpu, stage, input.address, input.need);
    walked.push(done);
    if (done.output !== undefined) known.push({ space: stage.to, address: done.output });
    if (done.refused) known.push({ space: stage.to, address: done.refused.address, need: done.refused.need });
  }
  return walked;
}

function sameSpace(a: AddressSpace, b: AddressSpace): boolean {
  return spaceName(a) === spaceName(b);
}

function spaced(space: AddressSpace, address: bigint): string {
  return `${spaceName(space)}:${hex(address)}`;
}

function stageTitle({ stage }: WalkedStage): string {
  return stage.name === 'page tables' && stage.from.kind !== 'host'
    ? `the page tables of ${stage.from.level}`
    : stage.name;
}

function stageOf(walked: WalkedStage): WalkStage {
  const { stage, input, output } = walked;
  const title = stageTitle(walked).replace(/^the p/, 'P');
  const note = noteOf(walked);
  return {
    title,
    from: spaced(stage.from, input),
    ...(output !== undefined && { to: spaced(stage.to, output) }),
    entries: walked.entries.map((entry) => entryOf(walked, entry)),
    ...(note !== undefined && { note }),
  };
}

function noteOf({ stage, entries, cause, refused }: WalkedStage): string | undefined {
  if (refused)
    return `The EPT refuses the entry at ${spaced(stage.to, refused.address)}: its walk stands beside this one.`;
  if (stage.lazy && cause)
    return 'L0 fills ept02 as accesses of L2 need it: what is missing here comes with the next EPT violation.';
  if (cause && entries.length === 0) return causeText(cause);
  if (stage.registers && entries.length === 0)
    return 'Paging is off (CR0.PG = 0): the linear address is the physical one.';
  return undefined;
}

function entryOf({ stage, cause, refused }: WalkedStage, entry: StageEntry): WalkEntry {
  const { level, address, value, bytes } = entry;
  const ept = stage.registers === undefined;
  const format = ept ? 'ept-entry' : level === 3 && bytes === 8 && isPdpte(stage) ? 'pdpte' : 'page-entry';
  const { ranges } = registerFormats[format];
  const id = `${stage.name}/${level}`;
  const refuses = refused ? refused.address === address : cause?.level === level;
  const error = refuses ? (cause ? causeText(cause) : 'The EPT refuses this address.') : undefined;
  return {
    level,
    address: spaced(stage.entries, address),
    memoryReference: memoryReference(stage.entries, address),
    row: {
      id,
      label: tableEntryName(level, ept ? 'EPT ' : ''),
      kind: 'field',
      value: value === undefined ? 'not read' : hex(value, bytes * 8),
      ...(value !== undefined && {
        meaning: wordSummary(value, ranges),
        children: wordRows(id, value, ranges),
      }),
      ...(error !== undefined && { error }),
    },
  };
}

/** PAE paging: its four upper entries have a format of their own. */
function isPdpte({ registers }: WalkedStage['stage']): boolean {
  return registers !== undefined && (registers.efer & LMA) === 0n;
}
