/**
 * A part of the run as Levels over Time draws it: each record while there is room for them, else how much of each column of
 * pixels belongs to which level.
 */
import type {
  LevelLane,
  LevelMark,
  LevelPicture,
  LevelRun,
  LevelScale,
  LevelSpan,
} from '../../protocol/levels';
import type { Level } from '../../protocol/timeline';
import { describeRecord } from '../decode/exit-text';
import type { Inspection } from '../inspection';
import { levelColumns } from './level-columns';
import { Axis } from './axis';
import { laneEvents, levels, type LaneEvents } from './lane-events';
import { eachStretch, type Part } from './stretches';

/** Pixels that a record needs to be told from the next. Where there are fewer, the picture is drawn as columns. */
const LEAST_ROOM = 2.5;

export interface PictureRequest {
  readonly scale: LevelScale;
  /** Part of the run, in units of the scale; missing ends are those of the run. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** Width of the picture in pixels. */
  readonly columns: number;
}

export function levelPicture(inspection: Inspection, request: PictureRequest): LevelPicture {
  const events = laneEvents(inspection.log);
  const axis = new Axis(events, request.scale);
  const span = within(axis.known, request);
  const first = axis.firstAt(span.from);
  const end = axis.firstAfter(span.to);
  const part = { span, first, end };
  const lanes = lanesOf(inspection);
  const base = {
    lanes,
    scale: request.scale,
    known: axis.known,
    records: end - first,
    ...span,
  };
  if ((end - first) * LEAST_ROOM > request.columns)
    return {
      ...base,
      runs: [],
      marks: [],
      columns: levelColumns(events, axis, part, lanes, inspection.cpus, request.columns),
    };
  return {
    ...base,
    runs: runs(events, axis, part, inspection.cpus),
    marks: Array.from({ length: end - first }, (_, i) => mark(inspection, events, axis, first + i)),
  };
}

/** The part that is asked for, as far as it is known; a part that lies outside is the whole. */
function within(known: LevelSpan, { from = known.from, to = known.to }: PictureRequest): LevelSpan {
  const span = { from: Math.max(known.from, from), to: Math.min(known.to, to) };
  return span.from < span.to ? span : known;
}

/** CPU by CPU, and of each its levels, the innermost on top. */
function lanesOf({ topology, cpus }: Inspection): LevelLane[] {
  const named: Level[] = topology === 'nested' ? ['L2', 'L1', 'L0'] : ['L1', 'L0'];
  return Array.from({ length: cpus }, (_, cpu) =>
    named.map((level) => ({ level, ...onCpu(cpu, cpus) })),
  ).flat();
}

/** Neighbours in the same level are one. */
function runs(events: LaneEvents, axis: Axis, part: Part, cpus: number): LevelRun[] {
  const all: LevelRun[][] = Array.from({ length: cpus }, () => []);
  eachStretch(events, axis, part, cpus, (cpu, number, from, to) => {
    const ofCpu = all[cpu]!;
    const before = ofCpu.at(-1);
    const level = levels[number]!;
    if (from >= to) return;
    if (before?.level === level) ofCpu[ofCpu.length - 1] = { ...before, to };
    else ofCpu.push({ from, to, level, ...onCpu(cpu, cpus) });
  });
  return all.flat();
}

/** A single CPU is not named. */
function onCpu(cpu: number, cpus: number): { cpu?: number } {
  return cpus > 1 ? { cpu } : {};
}

function mark(inspection: Inspection, events: LaneEvents, axis: Axis, event: number): LevelMark {
  const index = events.first + event;
  const record = inspection.log.at(index);
  const to = events.to(event);
  return {
    index,
    at: axis.position(event),
    kind: events.kind(event),
    level: events.from(event),
    ...onCpu(events.cpu(event), inspection.cpus),
    ...(to && { to }),
    ...(events.isNested(event) && { nested: true }),
    // The log may have dropped it: then its kind is all that is known.
    title: record ? describeRecord(record, inspection.topology).title : events.kind(event),
  };
}
