/** The board's configuration. */
export interface BoardConfig {
  /** Bytes of RAM from address 0 on; a multiple of 4096. */
  readonly ramBytes: number;
  readonly cpus: 1;
  /** Bytes the guest sends on COM1. */
  readonly serial: (byte: number) => void;
  /** The guest wrote `value` to port 0xf4; `status` is QEMU's process exit status, (value << 1 | 1) & 0xff. */
  readonly debugExit: (status: number, value: number) => void;
  /** ACPI S5: the guest asked to be switched off. */
  readonly shutdown: () => void;
  /** Keyboard controller 0xfe, port 0x92 bit 0 or 0xcf9: the guest asked for a reset. */
  readonly reset: () => void;
  /** NMI, INIT and start-up messages that reached a CPU. */
  readonly onNmi?: (cpu: number) => void;
  readonly onInit?: (cpu: number) => void;
  readonly onStartup?: (cpu: number, vector: number) => void;
  /** Real-time clock at tick 0, seconds since 1970. Default 2024-01-01 00:00:00 UTC. */
  readonly epochSeconds?: number;
}
