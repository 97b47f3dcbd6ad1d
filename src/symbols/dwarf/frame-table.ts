/**
 * Call frame information: `.debug_frame` (DWARF5 6.4.1) and `.eh_frame` (System V ABI AMD64, LSB 10.6).
 *
 * Lists which function ranges have unwind instructions and reads their entries. Running the instructions is
 * done in frame-rows.ts.
 */
import { ByteReader } from '../byte-reader';
import { RangeIndex } from '../address';
import { SymbolError } from '../symbol-error';

/** Common information entry: what several functions share. */
export interface FrameCommon {
  readonly addressSize: 4 | 8;
  readonly codeAlignment: number;
  readonly dataAlignment: number;
  readonly returnColumn: number;
  /** The frame is an interrupted one: its address is not a return address. */
  readonly signalFrame: boolean;
  readonly instructions: ByteReader;
  readonly pointerEncoding: number;
  readonly hasAugmentationData: boolean;
}

/** Frame description entry: the unwind instructions of one range of code. */
export interface FrameDescription {
  readonly common: FrameCommon;
  readonly start: number;
  readonly end: number;
  /** Reader over the instructions; use `.at(offset)` to read them again. */
  readonly instructions: ByteReader;
  /** Decodes an address operand (DW_CFA_set_loc) in this entry's encoding. */
  readAddress(reader: ByteReader): number;
}

const DW_EH_PE_OMIT = 0xff;
const DW_EH_PE_PC_RELATIVE = 0x10;

export class FrameTable {
  private readonly commons = new Map<number, FrameCommon>();
  private index: RangeIndex<FrameDescription> | undefined;

  /** `start` is the section's address, which the pointers of `.eh_frame` are relative to. */
  constructor(
    private readonly bytes: Uint8Array,
    private readonly kind: 'debug_frame' | 'eh_frame',
    private readonly start: number,
    private readonly wordSize: 4 | 8,
    private readonly report: (problem: SymbolError) => void,
  ) {}

  /** The entry that covers an inside address. */
  find(address: number): FrameDescription | undefined {
    this.index ??= new RangeIndex(this.readAll());
    return this.index.find(address);
  }

  private readAll(): { start: number; end: number; value: FrameDescription }[] {
    const found: { start: number; end: number; value: FrameDescription }[] = [];
    const reader = new ByteReader(this.bytes, `.${this.kind}`);
    try {
      while (reader.remaining > 4) {
        let length = reader.u32();
        let offsetSize: 4 | 8 = 4;
        if (length === 0xffffffff) {
          offsetSize = 8;
          length = reader.size(8);
        }
        // A zero length ends .eh_frame; linkers also leave one between joined inputs.
        if (length === 0) continue;
        const body = reader.offset;
        const entry = reader.at(body, body + length);
        reader.skip(length);
        const value = this.readDescription(entry, offsetSize);
        if (value) found.push({ start: value.start, end: value.end, value });
      }
    } catch (error) {
      // What was read before the damage stays usable.
      if (!(error instanceof SymbolError)) throw error;
      this.report(error);
    }
    return found;
  }

  private readDescription(reader: ByteReader, offsetSize: 4 | 8): FrameDescription | undefined {
    const isEh = this.kind === 'eh_frame';
    const idAt = reader.offset;
    const id = offsetSize === 4 ? reader.u32() : Number(BigInt.asIntN(64, reader.u64()));
    const isCommon = isEh ? id === 0 : id === (offsetSize === 4 ? 0xffffffff : -1);
    if (isCommon) return undefined;
    const common = this.common(isEh ? idAt - id : id);
    const encoding = common.pointerEncoding;
    const readAddress = (r: ByteReader) => this.pointer(r, encoding, common.addressSize);
    const start = readAddress(reader);
    const end = start + this.pointer(reader, encoding & 0x0f, common.addressSize);
    if (common.hasAugmentationData) reader.skip(reader.uleb());
    // Entries of functions the linker dropped start at 0 in .debug_frame; they cover nothing that runs.
    return { common, start, end, instructions: reader.at(reader.offset), readAddress };
  }

  private common(offset: number): FrameCommon {
    let common = this.commons.get(offset);
    if (!common) {
      common = this.readCommon(offset);
      this.commons.set(offset, common);
    }
    return common;
  }

  private readCommon(offset: number): FrameCommon {
    const head = new ByteReader(this.bytes, `.${this.kind}`, offset);
    let length = head.u32();
    let idSize = 4;
    if (length === 0xffffffff) {
      length = head.size(8);
      idSize = this.kind === 'eh_frame' ? 4 : 8;
    }
    const reader = head.at(head.offset, head.offset + length);
    reader.skip(idSize);
    const version = reader.u8();
    const augmentation = reader.string();
    let addressSize: number | undefined;
    if (version >= 4) {
      addressSize = reader.u8();
      reader.skip(1);
    }
    const codeAlignment = reader.uleb();
    const dataAlignment = reader.sleb();
    const returnColumn = version === 1 ? reader.u8() : reader.uleb();
    // 64-bit code in an ELF32 file: the return column (16: rip, 8: eip) tells the width when nothing else does.
    addressSize ??= returnColumn === 16 ? 8 : returnColumn === 8 ? 4 : this.wordSize;
    let pointerEncoding = 0;
    let signalFrame = false;
    const hasAugmentationData = augmentation.startsWith('z');
    if (hasAugmentationData) {
      const size = reader.uleb();
      const data = reader.at(reader.offset, reader.offset + size);
      reader.skip(size);
      for (const letter of augmentation.slice(1)) {
        if (letter === 'R') pointerEncoding = data.u8();
        else if (letter === 'S') signalFrame = true;
        else if (letter === 'L') data.skip(1);
        else if (letter === 'P') this.pointer(data, data.u8(), addressSize);
      }
    }
    return {
      addressSize: addressSize === 4 ? 4 : 8,
      codeAlignment,
      dataAlignment,
      returnColumn,
      signalFrame,
      instructions: reader.at(reader.offset),
      pointerEncoding,
      hasAugmentationData,
    };
  }

  private pointer(reader: ByteReader, encoding: number, addressSize: number): number {
    if (encoding === DW_EH_PE_OMIT) return 0;
    const at = reader.offset;
    const value = this.rawPointer(reader, encoding & 0x0f, addressSize);
    return (encoding & 0x70) === DW_EH_PE_PC_RELATIVE ? this.start + at + value : value;
  }

  private rawPointer(reader: ByteReader, format: number, addressSize: number): number {
    switch (format) {
      case 0x00:
      case 0x08:
        return reader.address(addressSize);
      case 0x01:
        return reader.uleb();
      case 0x02:
        return reader.u16();
      case 0x03:
        return reader.u32();
      case 0x04:
      case 0x0c:
        return reader.address(8);
      case 0x09:
        return reader.sleb();
      case 0x0a:
        return reader.i16();
      case 0x0b:
        return reader.i32();
      default:
        throw new SymbolError(
          `.${this.kind} uses a pointer encoding that does not exist. It is damaged; rebuild it.`,
        );
    }
  }
}
