/** What a hover says of the words that describe events: their bits, the types of events, the activity states. */
import {
  interruptionFormats,
  type ActivityState,
  type EventType,
  type InterruptionFormat,
} from '../../isa/interruption-formats';
import { maskOf, hex } from '../../decode/word';
import type { EventBit } from '../knowledge/fact';
import { bitsText, bullets, heading, listed, manual, page, sentence, table } from './markdown';

/** One name may mean the same bit of several words. */
export function eventBitText(places: readonly EventBit[]): string {
  const [first] = places;
  if (!first) return '';
  const { range } = first;
  const one = places.length === 1;
  return page(
    heading(one ? `${fieldOf(first)}.${range.name}` : range.name, bitsText(range), hex(maskOf(range))),
    one ? meaning(first) : shared(places),
    range.values && valueTable(places),
    sections(places.map(({ format }) => format)),
  );
}

const fieldOf = ({ format }: EventBit): string => interruptionFormats[format].field;

function meaning({ range }: EventBit): string {
  return range.summary === undefined ? `${range.title}.` : sentence(range.name, range.title, range.summary);
}

/** What the bit says in each word, in one line where it says the same in all. */
function shared(places: readonly EventBit[]): string {
  const [first] = places.map(meaning);
  return places.every((place) => meaning(place) === first)
    ? `${first} Part of ${listed(places.map(fieldOf))}.`
    : bullets(places.map((place) => `${fieldOf(place)}: ${meaning(place)}`));
}

/** Not every word has every value. */
function valueTable(places: readonly EventBit[]): string {
  const values = new Map(places.flatMap(({ range }) => Object.entries(range.values ?? {})));
  return table(
    ['Value', 'Meaning'],
    [...values].map(([value, text]) => {
      const having = places.filter(({ range }) => range.values?.[Number(value)] !== undefined);
      const only = having.length < places.length ? ` (only in ${listed(having.map(fieldOf))})` : '';
      return [value, text + only];
    }),
  );
}

const eventWords: readonly InterruptionFormat[] = [
  'entry-interruption',
  'exit-interruption',
  'idt-vectoring',
];

/** Words whose TYPE may have the value. */
function wordsWith(type: number): InterruptionFormat[] {
  return eventWords.filter((format) =>
    interruptionFormats[format].ranges.some(
      (range: EventBit['range']) => range.name === 'TYPE' && range.values?.[type] !== undefined,
    ),
  );
}

export function eventTypeText(row: EventType): string {
  const words = wordsWith(row.number);
  const type = interruptionFormats[eventWords[0]!].ranges.find((range) => range.name === 'TYPE')!;
  return page(
    heading(row.title, `event type ${row.number}`, hex(BigInt(row.number) << BigInt(type.low))),
    bullets([
      `Value of ${bitsText(type)} in ${listed(words.map((format) => interruptionFormats[format].field))}`,
      row.hasLength
        ? 'The instruction length takes part: the RIP that is pushed is behind the instruction'
        : undefined,
    ]),
    sections(words),
  );
}

export function activityStateText(row: ActivityState): string {
  return page(
    heading(row.name, `activity state ${row.number}`, interruptionFormats.activity.field),
    row.summary,
    sections(['activity']),
  );
}

function sections(formats: readonly InterruptionFormat[]): string {
  return manual(formats.map((format) => interruptionFormats[format].sdm).join('; '));
}
