/**
 * Names in the words that describe events: their bits (`INTR_INFO_VALID`, `VECTORING_INFO_TYPE_MASK`, `GUEST_INTR_STATE_STI`), the
 * types of events (`INTR_TYPE_HARD_EXCEPTION`) and the activity states. Projects use one name for the same bit of all three
 * interruption words, so a name may mean several places.
 */
import {
  activityStates,
  eventTypes,
  interruptionFormats,
  type ActivityState,
  type EventType,
  type InterruptionFormat,
} from '../../isa/interruption-formats';
import { BitNames, withoutManner } from './bit-names';
import type { EventBit, Fact } from './fact';
import { NameIndex, titleNames, type Spelled } from './name-index';
import { allNames, isConstantLike } from './names';

/** Marks on canonical tokens, each with the words that it may mean. What stands behind the mark is the bit. */
const bitMarks: readonly (readonly [RegExp, readonly InterruptionFormat[]])[] = [
  [/^(?:VMX )?(?:VM )?ENTRY INTERRUPT INFO (.+)$/, ['entry-interruption']],
  [/^(?:VMX )?(?:VM )?EXIT INTERRUPT INFO (.+)$/, ['exit-interruption']],
  [/^(?:VMX )?INTERRUPT INFO (.+)$/, ['entry-interruption', 'exit-interruption', 'idt-vectoring']],
  [/^(?:VMX )?(?:VM )?(?:EXIT )?(?:IDT )?VECTORING INFO (.+)$/, ['idt-vectoring']],
  [/^(?:VMX )?GUEST INTERRUPT STATE (.+)$/, ['interruptibility']],
  [/^(?:VMX )?(?:GUEST )?INTERRUPTIBILITY (?:STATE|INFO) (.+)$/, ['interruptibility']],
  [/^VMX INTERRUPT SHADOW (.+)$/, ['interruptibility']],
  [/^(?:BX )?VMX INTERRUPT (BLOCKED .+)$/, ['interruptibility']],
  [/^(?:VMX )?GUEST PENDING DEBUG EXCEPTION (.+)$/, ['pending-debug']],
];

/** What is said again in front of a bit: `INTR_INFO_INTR_TYPE`, `INTERRUPTS_BLOCKED_BY_STI`. */
const repeated: readonly string[] = ['INTERRUPT', 'BLOCKED'];

const bitNames = new Map<InterruptionFormat, BitNames>();

function bitsOf(format: InterruptionFormat): BitNames {
  let names = bitNames.get(format);
  if (!names)
    bitNames.set(format, (names = new BitNames(interruptionFormats[format].ranges, allNames().tokens)));
  return names;
}

export function eventBitNamed(word: string): Extract<Fact, { kind: 'event-bit' }> | undefined {
  if (!/^[A-Z][A-Z0-9_]*$/.test(word)) return undefined;
  const text = allNames().tokens.of(withoutManner(word)).join(' ');
  for (const [mark, formats] of bitMarks) {
    const rest = mark.exec(text)?.[1]?.split(' ');
    if (!rest) continue;
    const places = formats.flatMap((format): EventBit[] => {
      const bits = bitsOf(format);
      const range = bits.find(rest) ?? bits.find(rest.filter((token) => !repeated.includes(token)));
      return range ? [{ format, range }] : [];
    });
    // One name for different bits would be none.
    const [first] = places;
    if (
      first &&
      places.every(({ range }) => range.low === first.range.low && range.high === first.range.high)
    )
      return { kind: 'event-bit', places };
  }
  return undefined;
}

const typeMark =
  /^(?:VMX )?(?:INTERRUPT TYPE|X86 ET|X86 EVENTTYPE|(?:VM )?(?:ENTRY|EXIT) INTERRUPT INFO TYPE|IDT VECTORING INFO TYPE) (.+)$/;
const activityMark = /^(?:VMX )?(?:VMCS )?(?:BX )?(?:GUEST )?(?:ACTIVITY STATE|GUEST ACTIVITY) (.+)$/;

let types: NameIndex<EventType> | undefined;
let states: NameIndex<ActivityState> | undefined;

const byName = <Row extends { name: string; title: string }>(row: Row): Spelled<Row> => ({
  row,
  // `INTR_TYPE_NMI_INTR` says it twice.
  spellings: [row.name, ...titleNames(row.title)].flatMap((name) => [[name], [name, 'INTERRUPT']]),
});

export function eventTypeNamed(word: string): Extract<Fact, { kind: 'event-type' }> | undefined {
  types ??= new NameIndex(eventTypes.map(byName), allNames().tokens, ['EVENT']);
  const row = isConstantLike(word) ? named(types, typeMark, word) : undefined;
  return row && { kind: 'event-type', row };
}

export function activityStateNamed(word: string): Extract<Fact, { kind: 'activity-state' }> | undefined {
  states ??= new NameIndex(activityStates.map(byName), allNames().tokens);
  const row = isConstantLike(word) ? named(states, activityMark, word) : undefined;
  return row && { kind: 'activity-state', row };
}

function named<Row>(index: NameIndex<Row>, mark: RegExp, word: string): Row | undefined {
  const rest = mark.exec(allNames().tokens.of(word).join(' '))?.[1]?.split(' ');
  return rest && index.short(index.meaningful(rest));
}
