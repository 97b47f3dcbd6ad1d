/**
 * Runs a line number program (DWARF5 6.2.5) into columns of rows.
 *
 * Every row the program emits is kept, in order, also those of code the linker dropped: what a row is good for is
 * decided in line-table.ts.
 */
import type { DebugSections } from './sections';
import type { LineHeader } from './line-header';

const enum Lns {
  copy = 1,
  advancePc = 2,
  advanceLine = 3,
  setFile = 4,
  setColumn = 5,
  negateStmt = 6,
  setBasicBlock = 7,
  constAddPc = 8,
  fixedAdvancePc = 9,
  setPrologueEnd = 10,
  setEpilogueBegin = 11,
}

const enum Lne {
  endSequence = 1,
  setAddress = 2,
}

/** Bits of `LineRows.flags`. */
export const enum RowFlag {
  isStmt = 1,
  endSequence = 2,
  prologueEnd = 4,
  epilogueBegin = 8,
}

/** Rows as columns; the first `count` elements of each are valid. */
export interface LineRows {
  count: number;
  /** Inside addresses. */
  address: Float64Array;
  /** Index into the header's files. */
  file: Uint32Array;
  line: Uint32Array;
  column: Uint16Array;
  flags: Uint8Array;
  /** Number of the row among those of one address (location views, a GNU extension gdb and readelf share). */
  view: Uint16Array;
}

function emptyRows(capacity: number): LineRows {
  return {
    count: 0,
    address: new Float64Array(capacity),
    file: new Uint32Array(capacity),
    line: new Uint32Array(capacity),
    column: new Uint16Array(capacity),
    flags: new Uint8Array(capacity),
    view: new Uint16Array(capacity),
  };
}

function grown(rows: LineRows): LineRows {
  const larger = emptyRows(rows.address.length * 2);
  larger.count = rows.count;
  larger.address.set(rows.address);
  larger.file.set(rows.file);
  larger.line.set(rows.line);
  larger.column.set(rows.column);
  larger.flags.set(rows.flags);
  larger.view.set(rows.view);
  return larger;
}

/** Decodes all rows. Throws `SymbolError` when the program runs past its end. */
export function runLineProgram(sections: DebugSections, header: LineHeader): LineRows {
  const reader = sections.reader('line').at(header.program, header.end);
  const { lineBase, lineRange, minimumInstructionLength: unit, opcodeLengths } = header;
  const opcodeBase = opcodeLengths.length;
  let rows = emptyRows(Math.max(64, header.end - header.program));
  let address = 0;
  let file = 1;
  let line = 1;
  let column = 0;
  let view = 0;
  let isStmt = header.defaultIsStmt;
  let extra = 0;

  const reset = () => {
    address = 0;
    file = 1;
    line = 1;
    column = 0;
    view = 0;
    isStmt = header.defaultIsStmt;
    extra = 0;
  };
  const emit = (end: number) => {
    if (rows.count === rows.address.length) rows = grown(rows);
    const at = rows.count++;
    rows.address[at] = address;
    rows.file[at] = file;
    rows.line[at] = line;
    rows.column[at] = Math.min(column, 0xffff);
    rows.flags[at] = (isStmt ? RowFlag.isStmt : 0) | extra | end;
    rows.view[at] = view++;
    extra = 0;
  };
  const advance = (by: number) => {
    if (by !== 0) view = 0;
    address += by;
  };

  while (!reader.done) {
    const opcode = reader.u8();
    if (opcode >= opcodeBase) {
      const adjusted = opcode - opcodeBase;
      advance(Math.floor(adjusted / lineRange) * unit);
      line += lineBase + (adjusted % lineRange);
      emit(0);
      continue;
    }
    switch (opcode) {
      case 0: {
        const length = reader.uleb();
        const next = reader.offset + length;
        const what = length > 0 ? reader.u8() : 0;
        if (what === Lne.endSequence) {
          emit(RowFlag.endSequence);
          reset();
        } else if (what === Lne.setAddress) {
          address = reader.address(length - 1);
          view = 0;
        }
        reader.offset = next;
        if (next > reader.end) reader.skip(1);
        break;
      }
      case Lns.copy:
        emit(0);
        break;
      case Lns.advancePc:
        advance(reader.uleb() * unit);
        break;
      case Lns.advanceLine:
        line += reader.sleb();
        break;
      case Lns.setFile:
        file = reader.uleb();
        break;
      case Lns.setColumn:
        column = reader.uleb();
        break;
      case Lns.negateStmt:
        isStmt = !isStmt;
        break;
      case Lns.constAddPc:
        advance(Math.floor((255 - opcodeBase) / lineRange) * unit);
        break;
      case Lns.fixedAdvancePc:
        // The one advance that keeps the view: gas uses it when it does not know whether the address moves.
        address += reader.u16();
        break;
      case Lns.setPrologueEnd:
        extra |= RowFlag.prologueEnd;
        break;
      case Lns.setEpilogueBegin:
        extra |= RowFlag.epilogueBegin;
        break;
      case Lns.setBasicBlock:
        break;
      default:
        // setIsa and opcodes of later versions: skip their operands.
        for (let i = opcodeLengths[opcode] ?? 0; i > 0; i--) reader.skipLeb();
    }
  }
  return rows;
}
