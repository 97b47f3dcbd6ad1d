/**
 * A run's past: snapshots of it, taken where epochs begin, and the way from the nearest one to any moment by running again. A run is
 * the same run whenever it is repeated, and each snapshot that is passed again is held against the machine: a difference is a defect of
 * ours and is told. What somebody outside changed is no part of a run that repeats itself; a snapshot takes its place.
 */
import { PageMarks } from '../cpu/page-marks';
import type { Machine } from './machine';
import type { MachineStop } from './machine-stop';
import { compareMoments, isBefore, type Moment } from './moment';
import { MOST_NEAR, nearStops } from './near';
import { PageSet } from './page-set';
import { PageVersions } from './page-versions';
import type { RecordedEdit } from './recording/recording';
import { sameBytes } from './same';
import { differenceOf, type SavedMoment } from './snapshot';
import { isSpared } from './thinning';
import { writtenPages } from './written-pages';

interface Snapshot {
  /** Rises with the moments; that of a near one lies between its neighbours'. */
  readonly id: number;
  readonly moment: Moment;
  readonly state: SavedMoment;
  /** Number of the epoch that begins here; for thinning. */
  readonly epoch: number;
  /** Somebody changed state, so that the run jumps from there to here. */
  readonly edit?: Edit;
  readonly near?: Near;
  /** Pages written since the snapshot before that is no near one; of a near one undefined. */
  readonly written?: PageSet;
}

/** What a snapshot in the middle of an epoch has besides: the run goes on from there with what is cached. */
interface Near {
  readonly translations: Uint8Array;
  /** Pages that can be written without notice, and others. */
  readonly written: readonly number[];
  /** Rises with each use. */
  used: number;
}

interface Edit {
  readonly at: Moment;
  /** Records made before it. */
  readonly records: number;
  /** Pages that may have changed. */
  readonly pages: readonly number[];
}

/** A snapshot as others see it. */
export interface KnownState {
  readonly moment: Moment;
  readonly state: SavedMoment;
  readonly edit?: Edit | undefined;
  /** Pages that hold something else than at the snapshot before. */
  readonly changed: readonly number[];
  readonly page: (number: number) => Uint8Array;
}

/** Bytes a saved state needs besides pages, about: they count for the budget. */
const STATE_BYTES = 64 * 1024;
const MIB = 1024 * 1024;
/** Of snapshots that are no epoch's first. */
const NO_EPOCH = -1;

/** The repeated run was another one. */
export class HistoryError extends Error {
  override readonly name = 'HistoryError';
}

export class History {
  private readonly pages = new PageVersions();
  private snapshots: Snapshot[] = [];
  private readonly marks: PageMarks;
  /** The snapshot since which `marks` tells what was written. */
  private base = -1;
  private epochs = 0;
  private uses = 0;
  /** The latest moment of the run there is. */
  private last: Moment;
  /** Halvings of the density that the budget asked for. */
  private sparseness = 0;
  /** The moment at which state was changed while L0 stood in its middle: the snapshot comes when it is through. */
  private pendingEdit: Omit<Edit, 'pages'> | undefined;
  /** Changes of a recorded run that are still to come. */
  private scheduled: RecordedEdit[] = [];
  /** Asked about each snapshot that is taken: what is wrong with it, in a sentence. */
  onSnapshot: ((known: KnownState) => string | undefined) | undefined;
  private defect: string | undefined;
  /** Told that a change from outside begins another future; true: one that was known is dropped. */
  onEdit: ((dropped: boolean) => void) | undefined;

  /** To be made before the machine has run. */
  constructor(
    private readonly machine: Machine,
    /** Of memory, in MiB. */
    private readonly budgetMiB: number,
  ) {
    this.marks = new PageMarks(machine.cpu.memory, machine.cpu.ramBytes);
    this.last = machine.now();
    machine.onEpoch = () => this.epochBegins();
  }

  /** What it holds, in bytes. */
  get bytes(): number {
    const cached = this.snapshots.reduce((sum, { near }) => sum + (near?.translations.length ?? 0), 0);
    return this.pages.bytes + this.snapshots.length * STATE_BYTES + cached;
  }

  /** The moment at which the machine stands. */
  get now(): Moment {
    return this.machine.now();
  }

  /** The end of the run as far as it is known: where the present is. */
  get present(): Moment {
    const now = this.machine.now();
    return isBefore(this.last, now) ? now : this.last;
  }

  /** The machine stands before the present. */
  get inPast(): boolean {
    return isBefore(this.machine.now(), this.last);
  }

  /** The machine stands at the oldest moment there is. */
  get atStart(): boolean {
    return this.start !== undefined && compareMoments(this.machine.now(), this.start) === 0;
  }

  /** The oldest moment there is. */
  get start(): Moment | undefined {
    return this.snapshots[0]?.moment;
  }

  /** To be called before the machine runs: state that was changed from outside since it last ran begins another future. */
  noteEdits(): void {
    if (!this.machine.edited) return;
    this.machine.edited = false;
    this.beginFuture();
    this.pendingEdit = { at: this.machine.now(), records: this.machine.log.total };
    this.machine.endEpoch();
  }

  /** A change that no run has followed yet gets its snapshot now. False: it must wait until L0, which stands in its middle, is through. */
  settleEdits(): boolean {
    this.noteEdits();
    if (!this.pendingEdit) return true;
    if (this.machine.l0?.stopped) return false;
    this.machine.beginEpoch();
    return true;
  }

  /** Another future begins where the machine stands: what was known of the old one, or is recorded of it, is dropped. */
  beginFuture(): void {
    this.onEdit?.(this.inPast);
    this.dropFuture();
  }

  /** Changes that were made in a recorded run are made at their moments. */
  schedule(edits: readonly RecordedEdit[]): void {
    this.scheduled = [...edits];
  }

  /** Every snapshot that begins an epoch, or follows a change from outside; the oldest first. */
  states(): KnownState[] {
    return this.snapshots.filter(({ near }) => !near).map((known) => this.shown(known));
  }

  private shown({ id, moment, state, edit }: Snapshot): KnownState {
    const before = this.snapshots.findLast((known) => !known.near && known.id < id)?.id ?? -1;
    const between = this.snapshots.filter((known) => known.id > before && known.id <= id);
    const concerned = new Set(between.flatMap((known) => [...this.pages.changedAt(known.id)]));
    const differs = (page: number) => !sameBytes(this.pages.at(page, id), this.pages.at(page, before));
    const changed = [...concerned].filter(differs);
    return { moment, state, edit, changed, page: (number) => this.pages.at(number, id) };
  }

  /** Pages that may differ from those of the newest snapshot, while the machine stands in the present. */
  changedSince(): number[] {
    return this.written();
  }

  /** To be called when a run has stopped: the present is not before this moment. */
  noteStop(): void {
    this.last = this.present;
  }

  /** The snapshots before a moment, the nearest first: whoever looks for something in the past goes from one to the next. */
  before(moment: Moment): { readonly moment: Moment; readonly near: boolean }[] {
    return this.snapshots
      .filter((known) => isBefore(known.moment, moment))
      .map((known) => ({ moment: known.moment, near: known.near !== undefined }))
      .reverse();
  }

  /** False: nobody wrote to any of these pages between this snapshot and the next epoch. */
  mayWrite(pages: readonly number[], from: Moment): boolean {
    const written = this.nextEpoch(from)?.written;
    return written === undefined || pages.some((page) => written.has(page));
  }

  /** The snapshot with which the epoch behind a moment begins. */
  private nextEpoch(moment: Moment): Snapshot | undefined {
    return this.snapshots.find((known) => known.written && isBefore(moment, known.moment));
  }

  /** The nearest snapshot before a record was made. */
  beforeRecord(index: number): Moment | undefined {
    return this.snapshots.findLast((known) => known.state.records <= index)?.moment;
  }

  /**
   * Goes to a moment of the run. Nothing must be armed that stops the machine. True: it stands there; false: at the first moment
   * after it at which it can stand.
   * @throws HistoryError
   */
  goTo(moment: Moment): boolean {
    this.noteStop();
    const from =
      this.snapshots.findLast((known) => compareMoments(known.moment, moment) <= 0) ?? this.snapshots[0];
    if (!from) return compareMoments(this.machine.now(), moment) === 0;
    const now = this.machine.now();
    const onTheWay =
      compareMoments(from.moment, now) <= 0 && compareMoments(now, moment) <= 0 && !this.machine.edited;
    if (!onTheWay) this.restore(from);
    for (const stop of nearStops(this.machine.now(), moment)) {
      this.runTo(stop);
      this.takeNear();
    }
    this.runTo(moment);
    return compareMoments(this.machine.now(), moment) === 0;
  }

  private runTo(moment: Moment): void {
    while (isBefore(this.machine.now(), moment)) {
      const stop = this.run(undefined, moment);
      if (stop.kind !== 'budget' && stop.kind !== 'moment') break;
    }
  }

  /**
   * As `Machine.run`, at most to a moment; what was changed from outside on the way is changed again.
   * @throws HistoryError
   */
  run(instructions?: bigint, until?: Moment, vcpu?: number): MachineStop {
    const { machine } = this;
    const now = machine.now();
    const [recorded] = this.scheduled;
    const edit = this.snapshots.find(
      (known) => known.edit && !isBefore(known.edit.at, now) && isBefore(now, known.moment),
    );
    const at = edit?.edit?.at ?? recorded?.at;
    const goal = at && !(until && isBefore(until, at)) ? at : until;
    const stop = goal ? machine.runTo(goal, instructions, vcpu) : machine.run(instructions, vcpu);
    this.tellDefect();
    if (stop.kind !== 'moment' || goal !== at) return stop;
    if (edit) this.restore(edit);
    else this.editAgain(this.scheduled.shift()!);
    this.tellDefect();
    return { kind: 'budget' };
  }

  /** What somebody changed in the recorded run is changed here. */
  private editAgain({ at, moment, state, pages, records }: RecordedEdit): void {
    const { machine } = this;
    if (compareMoments(at, machine.now()) !== 0)
      this.defect = `The replay cannot stand where state was changed, at instruction ${at.retired}. This is a defect of Turtlescope.`;
    const written = this.written();
    this.pendingEdit = { at, records: machine.log.total };
    for (const made of records) machine.log.push(made);
    for (const [page, bytes] of pages) this.contents(page).set(bytes);
    machine.restore(state);
    this.last = moment;
    this.take(moment, [...written, ...pages.map(([page]) => page)]);
  }

  private tellDefect(): void {
    const { defect } = this;
    this.defect = undefined;
    if (defect !== undefined) throw new HistoryError(defect);
  }

  private epochBegins(): void {
    const { machine } = this;
    const moment = machine.now();
    const known = this.snapshots.find(
      (snapshot) => !snapshot.near && compareMoments(snapshot.moment, moment) === 0,
    );
    if (known) return this.check(known);
    if (isBefore(moment, this.last)) return;
    this.take(moment);
    this.thin();
  }

  /** @param pages that were changed past the chip */
  private take(moment: Moment, pages: readonly number[] = []): void {
    const { machine, pendingEdit } = this;
    const id = (this.snapshots.at(-1)?.id ?? -1) + 1;
    // What is due comes now, and may write: to RAM as well.
    const state = machine.save();
    const all = [...new Set([...pages, ...this.written()])];
    for (const page of all) this.pages.keep(page, id, this.contents(page));
    const epoch = pendingEdit ? NO_EPOCH : this.epochs++;
    const edit = pendingEdit && { ...pendingEdit, pages: all };
    const written = new PageSet(machine.cpu.ramBytes, all);
    const snapshot: Snapshot = { id, moment, state, epoch, written, ...(edit && { edit }) };
    this.snapshots.push(snapshot);
    this.defect ??= this.onSnapshot?.(this.shown(snapshot));
    this.pendingEdit = undefined;
    this.marks.clearWritten();
    this.base = id;
  }

  /** A snapshot where the machine stands in the past, unless it stands where it cannot be taken up, or at one that is known. */
  private takeNear(): void {
    const { machine } = this;
    const moment = machine.now();
    const behind = this.snapshots.findIndex((known) => !isBefore(known.moment, moment));
    const next = this.snapshots[behind];
    const last = this.snapshots[behind < 0 ? this.snapshots.length - 1 : behind - 1];
    if (!last || machine.l0?.stopped || machine.hasInputNow || machine.edited || !this.inPast) return;
    if (next && compareMoments(next.moment, moment) === 0) return;
    const id = next ? (last.id + next.id) / 2 : last.id + 1;
    // Halves of halves: there are no numbers left between the two.
    if (id === last.id || id === next?.id) return;
    const state = machine.save();
    const written = this.written();
    for (const page of written) this.pages.keep(page, id, this.contents(page), next?.id);
    const near = { translations: machine.cpu.translations(), written, used: this.uses++ };
    const made = { id, moment, state, epoch: NO_EPOCH, near };
    this.snapshots.splice(behind < 0 ? this.snapshots.length : behind, 0, made);
    this.thin();
  }

  /** Pages that may differ from the base. */
  private written(): number[] {
    return writtenPages(this.machine, this.marks);
  }

  private contents(page: number): Uint8Array {
    return this.machine.cpu.physical.page(page);
  }

  /** The run comes by a snapshot again: it must be in the same state. */
  private check(known: Snapshot): void {
    // What comes at the very moment of a snapshot may have come before it or after it.
    if (this.machine.hasInputNow) return this.passed(known);
    const concerned = new Set(this.written());
    for (const { id } of this.snapshots)
      if (id > this.base && id <= known.id) for (const page of this.pages.changedAt(id)) concerned.add(page);
    const differs = [...concerned].find(
      (page) => !sameBytes(this.contents(page), this.pages.at(page, known.id)),
    );
    const what =
      differs === undefined
        ? differenceOf(known.state, this.machine.save())
        : `RAM at 0x${(differs * 4096).toString(16)}`;
    this.defect ??=
      what &&
      `The past cannot be repeated: ${what} differs at instruction ${known.moment.retired}. This is a defect of Turtlescope.`;
    this.passed(known);
  }

  private passed(known: Snapshot): void {
    this.marks.clearWritten();
    this.base = known.id;
  }

  private restore(to: Snapshot): void {
    const concerned = new Set(this.written());
    const [low, high] = [Math.min(to.id, this.base), Math.max(to.id, this.base)];
    for (const { id } of this.snapshots)
      if (id > low && id <= high) for (const page of this.pages.changedAt(id)) concerned.add(page);
    for (const page of concerned) this.contents(page).set(this.pages.at(page, to.id));
    this.machine.edited = false;
    this.machine.restore(to.state, to.near?.translations);
    this.marks.clearWritten();
    if (to.near) {
      this.marks.setWritten(to.near.written);
      to.near.used = this.uses++;
    }
    this.base = to.id;
  }

  /** Another future begins at the moment at which the machine stands. */
  private dropFuture(): void {
    const now = this.machine.now();
    for (const snapshot of this.snapshots.filter(({ moment }) => isBefore(now, moment)).reverse())
      this.forget(snapshot);
    this.last = now;
    this.scheduled = [];
    this.machine.fork();
  }

  private forget(snapshot: Snapshot): void {
    const index = this.snapshots.indexOf(snapshot);
    if (snapshot.written) this.nextEpoch(snapshot.moment)?.written?.add(snapshot.written);
    this.pages.forget(snapshot.id, this.snapshots[index + 1]?.id);
    this.snapshots.splice(index, 1);
  }

  private thin(): void {
    const near = this.snapshots
      .filter((known) => known.near && known.id !== this.base)
      .sort((a, b) => a.near!.used - b.near!.used);
    while (near.length > MOST_NEAR || (near.length > 0 && this.bytes > this.budgetMiB * MIB))
      this.forget(near.shift()!);
    for (;;) {
      const spared = (known: Snapshot) =>
        known.edit !== undefined ||
        known.near !== undefined ||
        known.id === this.base ||
        isSpared(known.epoch, this.epochs - 1, this.sparseness);
      for (const snapshot of this.snapshots.filter((known) => !spared(known)).reverse())
        this.forget(snapshot);
      if (
        this.bytes <= this.budgetMiB * MIB ||
        this.snapshots.every((known) => known.epoch <= 0 || known.id === this.base)
      )
        return;
      this.sparseness++;
    }
  }
}
