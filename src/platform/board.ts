/**
 * The board: makes the devices, wires their lines, and decodes ports and memory. A PC with one serial port.
 *
 * The only file that knows more than one device. It knows no CPU: what a CPU must do (NMI, INIT, start-up,
 * end of the run) goes out through the callbacks of `BoardConfig`.
 */
import { ApicBus } from './apic-bus';
import { BiosServices } from './bios/services';
import type { DiskImage } from './bios/connections';
import type {
  AccessSize,
  Board,
  Dma,
  InputEvent,
  InterruptLine,
  MemoryDevice,
  PortDevice,
  Snapshotable,
} from './device';
import { AcpiPm } from './devices/acpi-pm';
import { DebugExit } from './devices/debug-exit';
import { FwCfg } from './devices/fw-cfg';
import { IoApic } from './devices/io-apic';
import { KeyboardController } from './devices/keyboard-controller';
import { LocalApic } from './devices/local-apic';
import { PcTestdev, PcTestdevMemory } from './devices/pc-testdev';
import { PciConfig } from './devices/pci-config';
import { PicPair } from './devices/pic';
import { Pit } from './devices/pit';
import { Rtc } from './devices/rtc';
import { SystemControl } from './devices/system-control';
import { Uart } from './devices/uart';
import { Vga } from './devices/vga';
import { EventQueue } from './event-queue';
import { e820Table, FIRMWARE_SETUP } from './firmware';
import { InputWires } from './input-wires';
import { SharedLine } from './shared-line';
import { readTextScreen, TEXT_SCREEN, type TextScreen } from './text-screen';

export interface BoardConfig {
  /** Bytes of RAM from address 0 on; see `ramSizeProblem` in memory-map.ts. */
  readonly ramBytes: number;
  /** Number of CPUs, 1 unless `onInit` and `onStartup` are served. */
  readonly cpus: number;
  /** Guest RAM, for devices and the BIOS. Default: none. */
  readonly memory?: Dma;
  /** The first hard disk of the BIOS. */
  readonly disk?: DiskImage | undefined;
  /** A byte the guest sent on COM1. */
  readonly serial: (byte: number) => void;
  /** The guest wrote `value` to port 0xf4; `status` is QEMU's process exit status, (value << 1 | 1) & 0xff. */
  readonly debugExit: (status: number, value: number) => void;
  /** ACPI S5: the guest switched itself off. */
  readonly shutdown: () => void;
  /** The guest asked for a reset: keyboard controller, port 0x92 or 0xcf9. */
  readonly reset: () => void;
  /** NMI, INIT and start-up messages that reached a CPU. On INIT call `localApics[cpu].init()`. */
  readonly onNmi?: (cpu: number) => void;
  readonly onInit?: (cpu: number) => void;
  readonly onStartup?: (cpu: number, vector: number) => void;
  /** Real-time clock at tick 0, seconds since 1970. Default 2024-01-01 00:00:00 UTC. */
  readonly epochSeconds?: number;
  /** CPUID's physical address width, for reserved bits of IA32_APIC_BASE. Default 40. */
  readonly physicalAddressBits?: number;
}

const NO_MEMORY: Dma = {
  read: (_address, length) => new Uint8Array(length).fill(0xff),
  write: () => undefined,
};
const COM1 = 0x3f8;
const DEFAULT_EPOCH = Date.UTC(2024, 0, 1) / 1000;
const DEFAULT_PHYSICAL_ADDRESS_BITS = 40;

// ISA interrupt lines
const IRQ_TIMER = 0;
const IRQ_KEYBOARD = 1;
const IRQ_COM1 = 4;
const IRQ_RTC = 8;
const IRQ_SCI = 9;
const IRQ_MOUSE = 12;
const ISA_LINES = 16;
const SLAVE_LINES = 8;
const PIC_MASTER = 0x20;
const PIC_SLAVE = 0xa0;
const PIC_END_OF_INTERRUPT = 0x20;
const KEYBOARD_DATA = 0x60;
const IO_APIC_LINES = 24;
/** Interrupt source override of the MADT: ISA IRQ 0 reaches the I/O APIC at pin 2. */
const TIMER_PIN = 2;

export function createBoard(config: BoardConfig): Board {
  return new PcBoard(config);
}

class PcBoard implements Board {
  readonly ramBytes: number;
  readonly localApics: readonly LocalApic[];

  private readonly events = new EventQueue();
  private readonly uart: Uart;
  private readonly keyboard: KeyboardController;
  private readonly vga: Vga;
  private readonly ram: Dma;
  private readonly ports = new Map<number, PortDevice>();
  private readonly memory: readonly MemoryDevice[];
  private readonly inputs: InputWires;
  /** What a reset does not reach: the clock has a battery, and people do not notice. */
  private readonly outsideReset: ReadonlySet<Snapshotable>;
  /** State of each of `stateful` after power-on and firmware. */
  private readonly atPowerOn: readonly unknown[];
  /** Everything with state, in the fixed order in which snapshots list it. */
  private readonly stateful: readonly Snapshotable[];

  constructor(config: BoardConfig) {
    this.ramBytes = config.ramBytes;
    const { events } = this;
    const bus = new ApicBus();
    const pic = new PicPair({ set: (level) => this.localApics[0]?.setLint(0, level) });
    const physicalAddressBits = config.physicalAddressBits ?? DEFAULT_PHYSICAL_ADDRESS_BITS;
    this.localApics = Array.from({ length: config.cpus }, (_, cpu) => {
      const pins = {
        nmi: () => config.onNmi?.(cpu),
        init: () => config.onInit?.(cpu),
        startup: (vector: number) => config.onStartup?.(cpu, vector),
        externalVector: () => pic.peek(),
        acknowledgeExternal: () => pic.acknowledge(),
      };
      return new LocalApic(cpu, events.clock(), bus, pins, physicalAddressBits);
    });
    this.localApic.applyFirmwareSetup();
    const ioApic = new IoApic(bus);
    const { lines, wires } = interruptWires(pic, ioApic);
    const line = (irq: number) => lines[irq]!.output();

    const pit = new Pit(events.clock(), line(IRQ_TIMER));
    const rtc = new Rtc(events.clock(), line(IRQ_RTC), {
      epochSeconds: config.epochSeconds ?? DEFAULT_EPOCH,
      ramBytes: config.ramBytes,
      cpus: config.cpus,
    });
    this.uart = new Uart(COM1, line(IRQ_COM1), config.serial);
    this.keyboard = new KeyboardController(line(IRQ_KEYBOARD), line(IRQ_MOUSE), config.reset);
    this.ram = config.memory ?? NO_MEMORY;
    this.vga = new Vga(events.clock());
    const bios = new BiosServices({
      memory: this.ram,
      ramBytes: config.ramBytes,
      disk: config.disk,
      cmos: (index) => rtc.readCmos(index),
      scanCode: () => this.portRead(KEYBOARD_DATA, 1),
      moveCursor: (cell) => this.vga.moveCursor(cell),
      endOfInterrupt: (irq) => {
        if (irq >= SLAVE_LINES) this.portWrite(PIC_SLAVE, 1, PIC_END_OF_INTERRUPT);
        this.portWrite(PIC_MASTER, 1, PIC_END_OF_INTERRUPT);
      },
      reset: config.reset,
    });
    const speaker = { setGate: (level: boolean) => pit.setGate2(level), output: () => pit.output2() };
    const portDevices: PortDevice[] = [
      pic,
      pit,
      rtc,
      this.uart,
      new AcpiPm(events.clock(), line(IRQ_SCI), config.shutdown),
      new SystemControl(events.clock(), speaker, config.reset),
      this.keyboard,
      new PciConfig(config.reset),
      new FwCfg({
        ramBytes: config.ramBytes,
        cpus: config.cpus,
        files: [{ name: 'etc/e820', bytes: e820Table(config.ramBytes) }],
      }),
      new DebugExit(config.debugExit),
      this.vga,
      bios,
      new PcTestdev(lines.map((wire) => wire.output())),
    ];
    for (const device of portDevices) {
      for (const { first, count } of device.ports) {
        for (let port = first; port < first + count; port++) this.ports.set(port, device);
      }
    }
    const testMemory = new PcTestdevMemory();
    this.memory = [ioApic, testMemory];
    this.inputs = new InputWires(events.clock(), ({ source, bytes }) => {
      if (source === 'serial') this.uart.receive(bytes);
      else this.keyboard.type(bytes);
    });
    this.stateful = [...this.localApics, ioApic, testMemory, ...wires, ...portDevices, this.inputs];
    this.outsideReset = new Set<Snapshotable>([rtc, this.inputs]);
    for (const [port, value] of FIRMWARE_SETUP) this.portWrite(port, 1, value);
    this.atPowerOn = this.stateful.map((device) => device.save());
  }

  get localApic(): LocalApic {
    return this.localApics[0]!;
  }

  reset(): void {
    const onTheWire = this.uart.waitingInput();
    this.events.restart(this.events.now());
    this.stateful.forEach((device, index) => {
      device.restore(this.outsideReset.has(device) ? device.save() : this.atPowerOn[index]);
    });
    this.uart.receive(onTheWire);
  }

  input(event: InputEvent): void {
    this.inputs.send(event);
  }

  screen(): TextScreen {
    const memory = this.ram.read(TEXT_SCREEN.BASE, TEXT_SCREEN.MEMORY_BYTES);
    return readTextScreen(memory, this.vga.start, this.vga.cursor);
  }

  portRead(port: number, size: AccessSize): number {
    const device = this.ports.get(port);
    if (device && size > device.widest) {
      // Split from the first device's point of view; the pieces may belong to its neighbours.
      const piece = device.widest;
      let value = 0;
      for (let i = 0; i < size; i += piece) value |= this.portRead((port + i) & 0xffff, piece) << (8 * i);
      return value >>> 0;
    }
    return truncate(device ? device.readPort(port, size) : 0xffffffff, size);
  }

  portWrite(port: number, size: AccessSize, value: number): void {
    const device = this.ports.get(port);
    if (!device) return;
    if (size <= device.widest) {
      device.writePort(port, size, truncate(value, size));
      return;
    }
    const piece = device.widest;
    for (let i = 0; i < size; i += piece) this.portWrite((port + i) & 0xffff, piece, value >>> (8 * i));
  }

  isMemoryMapped(gpa: bigint | number, cpu = 0): boolean {
    return this.memoryDevice(Number(gpa), cpu) !== undefined;
  }

  memoryRead(gpa: bigint | number, size: 1 | 2 | 4 | 8, cpu = 0): bigint {
    if (size === 8) {
      const address = Number(gpa);
      return this.memoryRead(address, 4, cpu) | (this.memoryRead(address + 4, 4, cpu) << 32n);
    }
    const address = Number(gpa);
    const device = this.memoryDevice(address, cpu);
    return BigInt(truncate(device ? device.readMemory(address - device.base, size) : 0xffffffff, size));
  }

  memoryWrite(gpa: bigint | number, size: 1 | 2 | 4 | 8, value: bigint, cpu = 0): void {
    const address = Number(gpa);
    if (size === 8) {
      this.memoryWrite(address, 4, value, cpu);
      this.memoryWrite(address + 4, 4, value >> 32n, cpu);
      return;
    }
    const device = this.memoryDevice(address, cpu);
    device?.writeMemory(address - device.base, size, Number(BigInt.asUintN(8 * size, value)));
  }

  nextEventAt(): number | undefined {
    return this.events.nextEventAt();
  }

  runEventsUntil(now: number): void {
    this.events.runUntil(now);
  }

  now(): number {
    return this.events.now();
  }

  save(): unknown {
    return { now: this.events.now(), devices: this.stateful.map((device) => device.save()) };
  }

  restore(saved: unknown): void {
    const { now, devices } = saved as { now: number; devices: unknown[] };
    this.events.restart(now);
    this.stateful.forEach((device, index) => device.restore(devices[index]));
  }

  /** The CPU's own APIC page comes before what it may cover. */
  private memoryDevice(address: number, cpu: number): MemoryDevice | undefined {
    const apic = this.localApics[cpu];
    const within = ({ base, length }: MemoryDevice) => address >= base && address < base + length;
    if (apic?.memoryMapped && within(apic)) return apic;
    return this.memory.find(within);
  }
}

/** The 24 interrupt lines of the board, each to the 8259 pair (0-15) and to its I/O APIC pin. */
function interruptWires(pic: PicPair, ioApic: IoApic): { lines: SharedLine[]; wires: SharedLine[] } {
  const timerPin = new SharedLine({ set: (level) => ioApic.setPin(TIMER_PIN, level) });
  const lines = Array.from({ length: IO_APIC_LINES }, (_, irq) => {
    const onTimerPin = irq === IRQ_TIMER || irq === TIMER_PIN;
    const pin: InterruptLine = onTimerPin ? timerPin.output() : { set: (level) => ioApic.setPin(irq, level) };
    return new SharedLine({
      set: (level) => {
        if (irq < ISA_LINES) pic.setIrq(irq, level);
        pin.set(level);
      },
    });
  });
  return { lines, wires: [timerPin, ...lines] };
}

function truncate(value: number, size: AccessSize): number {
  return size === 4 ? value >>> 0 : value & (size === 2 ? 0xffff : 0xff);
}
