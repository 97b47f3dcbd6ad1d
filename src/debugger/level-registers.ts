/**
 * Registers of a level by the names people write: rax, eax, ax, al, rip, cs, fs.base, cr0 ... Reading never fails for a known
 * name, but the value may be unknown: hardware does not keep the general registers of a level that waits.
 */
import type { LevelRegisters, SegmentName } from '../machine/level-state';
import type { StrandName } from '../machine/strand';
import { SEGMENT_NAMES } from '../machine/level-state';
import type { Machine } from '../machine/machine';
import { msrPlace } from '../machine/msr-places';
import { statePlace, writeRegister, type WritableRegister } from '../machine/register-write';
import type { WatchTarget } from '../machine/watch-request';

const ALL_ONES = 0xffffffffffffffffn;

/** Bits of a whole register that a name means. */
interface Place {
  readonly register: WritableRegister | `${SegmentName}.base`;
  readonly shift: number;
  readonly bits: 8 | 16 | 32 | 64;
}

export const GENERAL_NAMES = [
  'rax',
  'rcx',
  'rdx',
  'rbx',
  'rsp',
  'rbp',
  'rsi',
  'rdi',
  ...Array.from({ length: 8 }, (_, i) => `r${i + 8}`),
] as const;

const places = new Map<string, Place>();

function add(name: string, register: Place['register'], bits: Place['bits'], shift = 0): void {
  places.set(name, { register, bits, shift });
}

GENERAL_NAMES.forEach((name, index) => {
  const register = `gpr${index}` as const;
  add(name, register, 64);
  if (index >= 8) {
    add(`${name}d`, register, 32);
    add(`${name}w`, register, 16);
    add(`${name}b`, register, 8);
    return;
  }
  const short = name.slice(1);
  add(`e${short}`, register, 32);
  add(short, register, 16);
  if (index < 4) {
    add(`${short[0]}l`, register, 8);
    add(`${short[0]}h`, register, 8, 8);
  } else add(`${short}l`, register, 8);
});
for (const name of ['rip', 'rflags'] as const) {
  add(name, name, 64);
  add(`e${name.slice(1)}`, name, 32);
}
add('pc', 'rip', 64);
add('flags', 'rflags', 16);
for (const name of ['cr0', 'cr2', 'cr3', 'cr4', 'efer', 'gdtr', 'idtr'] as const) add(name, name, 64);
for (const name of SEGMENT_NAMES) {
  add(name, name, 16);
  add(`${name}.base`, `${name}.base`, 64);
}

export const registerNames: readonly string[] = [...places.keys()];

/** Width in bits of the register with this name; undefined for another word. */
export function registerBits(name: string): number | undefined {
  return places.get(name)?.bits;
}

/** The value; undefined when `name` is no register or its value is not known. */
export function readRegister(registers: LevelRegisters, name: string): bigint | undefined {
  const place = places.get(name);
  const whole = place && wholeRegister(registers, place.register);
  return whole === undefined ? undefined : BigInt.asUintN(place!.bits, whole >> BigInt(place!.shift));
}

/** The value of `name` when the register `of`, which it is or is a part of, has this one; undefined when it is no part of it. */
export function partOfRegister(of: string | undefined, value: bigint, name: string): bigint | undefined {
  const place = places.get(name);
  if (!place || of === undefined || places.get(of)?.register !== place.register) return undefined;
  return BigInt.asUintN(place.bits, value >> BigInt(place.shift));
}

function wholeRegister(registers: LevelRegisters, name: Place['register']): bigint | undefined {
  if (name.startsWith('gpr')) return registers.gprs[Number(name.slice(3))];
  switch (name) {
    case 'rip':
    case 'rflags':
    case 'cr0':
    case 'cr2':
    case 'cr3':
    case 'cr4':
    case 'efer':
      return registers[name];
    case 'gdtr':
    case 'idtr':
      return registers[name].base;
    default: {
      const [segment, part] = name.split('.') as [SegmentName, 'base' | undefined];
      return part ? registers.segments[segment].base : BigInt(registers.segments[segment].selector);
    }
  }
}

/** How a register or MSR of a level is watched; undefined for RIP, which every instruction changes, and for no register. */
export function wordTarget(level: StrandName, name: string): (WatchTarget & { kind: 'word' }) | undefined {
  const msr = msrPlace(name);
  if (msr !== undefined) return { kind: 'word', level, name, place: msr, mask: ALL_ONES };
  const place = places.get(name);
  if (!place || place.register === 'rip') return undefined;
  const mask = ((1n << BigInt(place.bits)) - 1n) << BigInt(place.shift);
  return { kind: 'word', level, name, place: statePlace(place.register), mask };
}

/** Changes a register. Answers undefined when done, otherwise a sentence for the user. */
export function changeRegister(
  machine: Machine,
  level: StrandName,
  name: string,
  value: bigint,
): string | undefined {
  const place = places.get(name);
  if (!place) return `There is no register "${name}".`;
  if (place.register.endsWith('.base')) return `${name} follows its selector: write the selector instead.`;
  const registers = machine.driver.registers(level);
  const home = machine.driver.registerHome(level);
  if (!registers || !home) return `${level} has no registers now: it has not run yet.`;
  const old = wholeRegister(registers, place.register);
  if (old === undefined && place.bits < 64) return `The rest of ${name} is not known while ${level} waits.`;
  const whole = merge(old ?? 0n, value, place);
  machine.mayChange();
  if (!writeRegister(machine.driver.cpuOf(level), home, place.register as WritableRegister, whole))
    return `${name} of ${level} is kept by its software while it waits: it cannot be changed now.`;
  machine.edited = true;
  return undefined;
}

/** A write to a 32-bit name clears the upper half, as the processor does. */
function merge(old: bigint, value: bigint, place: Place): bigint {
  if (place.bits >= 32) return BigInt.asUintN(place.bits, value);
  const mask = ((1n << BigInt(place.bits)) - 1n) << BigInt(place.shift);
  return (old & ~mask) | ((value << BigInt(place.shift)) & mask);
}
