/**
 * The ACPI tables of the board (ACPI specification 6.x, "ACPI Software Programming Model"): RSDP, RSDT, XSDT,
 * FADT, FACS, DSDT, MADT, as one piece of memory. They name the local APICs, the I/O APIC and the ports of
 * devices/acpi-pm.ts; there is no HPET and no PCI host bridge.
 */
import { ByteWriter } from './byte-writer';
import { PM1_CONTROL, PM1_EVENT, PM_TIMER, SLEEP_TYPE_S5 } from './devices/acpi-pm';
import { IO_APIC_BASE, LOCAL_APIC_BASE } from './memory-map';

const OEM_ID = 'TURTLE';
const OEM_TABLE_ID = 'SCOPE';
const CREATOR_ID = 'TRTL';
const RSDP_BYTES = 36;
/** The part that ACPI 1.0 defines. */
export const RSDP_V1_BYTES = 20;
const HEADER_BYTES = 36;

// FADT
const SCI_INTERRUPT = 9;
const CMOS_CENTURY = 0x32;
/** IA-PC boot architecture: legacy devices and an 8042 are there. */
const BOOT_ARCHITECTURE = 0x03;
/** WBINVD works, C1 works, no fixed power or sleep button, no RTC wake, a reset register. */
const FADT_FLAGS = (1 << 0) | (1 << 2) | (1 << 4) | (1 << 5) | (1 << 6) | (1 << 10);
const RESET_PORT = 0xcf9;
const RESET_VALUE = 0x06;
/** Latencies from 101 and 1001 microseconds on say that C2 and C3 do not exist. */
const NO_C2 = 101;
const NO_C3 = 1001;

// MADT
const MADT_HAS_8259 = 1;
const ENTRY_LOCAL_APIC = 0;
const ENTRY_IO_APIC = 1;
const ENTRY_SOURCE_OVERRIDE = 2;
const ENTRY_LOCAL_APIC_NMI = 4;
const ALL_PROCESSORS = 0xff;
/** MPS INTI flags: active high, level-triggered. */
const HIGH_LEVEL = 0x0d;

/** All tables, to be placed at `base` (16-byte aligned, in 0xE0000-0xFFFFF, where guests search the RSDP). */
export function acpiTables(base: number, cpus: number): Uint8Array {
  const tables: { address: number; bytes: Uint8Array }[] = [];
  // The RSDP comes first; FACS wants 64-byte alignment, so all get it.
  let next = base + 64;
  const place = (bytes: Uint8Array): number => {
    const address = next;
    tables.push({ address, bytes });
    next = (address + bytes.length + 63) & ~63;
    return address;
  };
  const facs = place(facsTable());
  const dsdt = place(table('DSDT', 2, dsdtBody()));
  const fadt = place(table('FACP', 3, fadtBody(facs, dsdt)));
  const madt = place(table('APIC', 3, madtBody(cpus)));
  const rsdt = place(table('RSDT', 1, new ByteWriter().u32(fadt).u32(madt)));
  const xsdt = place(table('XSDT', 1, new ByteWriter().u64(fadt).u64(madt)));

  const all = new Uint8Array(next - base);
  all.set(rsdp(rsdt, xsdt));
  for (const { address, bytes } of tables) all.set(bytes, address - base);
  return all;
}

/** The RSDP alone, as `acpiTables` puts it at `base`: what boot protocols hand over. */
export function acpiRootPointer(base: number, cpus: number): Uint8Array {
  return acpiTables(base, cpus).subarray(0, RSDP_BYTES);
}

/** Makes the bytes' sum zero by the one at `at`. */
function withChecksum(bytes: Uint8Array, at: number, length = bytes.length): Uint8Array {
  bytes[at] = 0;
  const sum = bytes.subarray(0, length).reduce((total, byte) => total + byte, 0);
  bytes[at] = -sum & 0xff;
  return bytes;
}

function table(signature: string, revision: number, body: ByteWriter): Uint8Array {
  const bytes = new ByteWriter()
    .text(signature)
    .u32(HEADER_BYTES + body.length)
    .u8(revision, 0)
    .text(OEM_ID, 6)
    .text(OEM_TABLE_ID, 8)
    .u32(1)
    .text(CREATOR_ID)
    .u32(1)
    .u8(...body.finish())
    .finish();
  return withChecksum(bytes, 9);
}

function rsdp(rsdt: number, xsdt: number): Uint8Array {
  const bytes = new ByteWriter()
    .text('RSD PTR ')
    .u8(0)
    .text(OEM_ID, 6)
    .u8(2)
    .u32(rsdt)
    .u32(RSDP_BYTES)
    .u64(xsdt)
    .zeros(4)
    .finish();
  return withChecksum(withChecksum(bytes, 8, RSDP_V1_BYTES), 32);
}

/** No header and no checksum of its own. */
function facsTable(): Uint8Array {
  return new ByteWriter().text('FACS').u32(64).zeros(56).finish();
}

/** AML: Name (\_S5, Package (4) { type, type, 0, 0 }), the sleep type that switches off. */
function dsdtBody(): ByteWriter {
  const NAME = 0x08;
  const PACKAGE = 0x12;
  const BYTE_PREFIX = 0x0a;
  const elements = [BYTE_PREFIX, SLEEP_TYPE_S5, BYTE_PREFIX, SLEEP_TYPE_S5, BYTE_PREFIX, 0, BYTE_PREFIX, 0];
  return new ByteWriter()
    .u8(NAME)
    .text('\\_S5_')
    .u8(PACKAGE, elements.length + 2, 4, ...elements);
}

function fadtBody(facs: number, dsdt: number): ByteWriter {
  // Generic address structure: system I/O, width in bits, offset, access size (bytes: 1, 2, 3 for 1, 2, 4).
  const io = (w: ByteWriter, port: number, bits: number) =>
    port ? w.u8(1, bits, 0, bits === 8 ? 1 : bits === 16 ? 2 : 3).u64(port) : w.zeros(12);
  const w = new ByteWriter()
    .u32(facs)
    .u32(dsdt)
    .u8(0, 0) // reserved, unspecified power profile
    .u16(SCI_INTERRUPT)
    .u32(0) // no SMI command port: always in ACPI mode
    .u8(0, 0, 0, 0)
    .u32(PM1_EVENT)
    .u32(0)
    .u32(PM1_CONTROL)
    .u32(0)
    .u32(0)
    .u32(PM_TIMER)
    .u32(0)
    .u32(0)
    .u8(4, 2, 0, 4, 0, 0, 0, 0) // lengths: PM1 event, PM1 control, PM2, timer; no GPE
    .u16(NO_C2)
    .u16(NO_C3)
    .u16(0)
    .u16(0)
    .u8(0, 0, 0, 0, CMOS_CENTURY)
    .u16(BOOT_ARCHITECTURE)
    .u8(0)
    .u32(FADT_FLAGS);
  io(w, RESET_PORT, 8).u8(RESET_VALUE, 0, 0, 0).u64(facs).u64(dsdt);
  for (const [port, bits] of [
    [PM1_EVENT, 32],
    [0, 0],
    [PM1_CONTROL, 16],
    [0, 0],
    [0, 0],
    [PM_TIMER, 32],
    [0, 0],
    [0, 0],
  ] as const) {
    io(w, port, bits);
  }
  return w;
}

function madtBody(cpus: number): ByteWriter {
  const w = new ByteWriter().u32(LOCAL_APIC_BASE).u32(MADT_HAS_8259);
  for (let cpu = 0; cpu < cpus; cpu++) w.u8(ENTRY_LOCAL_APIC, 8, cpu, cpu).u32(1);
  w.u8(ENTRY_IO_APIC, 12, 0, 0).u32(IO_APIC_BASE).u32(0);
  w.u8(ENTRY_SOURCE_OVERRIDE, 10, 0, 0).u32(2).u16(0); // the timer: ISA IRQ 0 at pin 2
  w.u8(ENTRY_SOURCE_OVERRIDE, 10, 0, SCI_INTERRUPT).u32(SCI_INTERRUPT).u16(HIGH_LEVEL);
  w.u8(ENTRY_LOCAL_APIC_NMI, 6, ALL_PROCESSORS).u16(0).u8(1);
  return w;
}
