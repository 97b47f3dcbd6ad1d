/**
 * Memory of any space as bytes, page by page, because neighbouring pages of a guest need not be neighbours in the host. No
 * side effects on the machine but the bytes written; what is not mapped is answered, never thrown.
 */
import type { StrandName } from '../machine/strand';
import type { Machine } from '../machine/machine';
import type { AddressSpace } from '../machine/topology-driver';

const PAGE = 4096n;

/** The bytes from `address` on that can be read, at most `length`: the run ends before the first byte without memory. */
export function readMemory(
  machine: Machine,
  space: AddressSpace,
  address: bigint,
  length: number,
): Uint8Array {
  const bytes = new Uint8Array(length);
  let done = 0;
  for (const piece of pieces(address, length)) {
    const host = machine.driver.translate(space, piece.address);
    const found = host === undefined ? undefined : machine.cpu.physical.read(host, piece.length);
    if (!found) return bytes.slice(0, done);
    bytes.set(found, done);
    done += piece.length;
  }
  return bytes;
}

/** Exactly `length` bytes, or undefined when one of them cannot be read. */
export function readExactly(
  machine: Machine,
  space: AddressSpace,
  address: bigint,
  length: number,
): Uint8Array | undefined {
  const bytes = readMemory(machine, space, address, length);
  return bytes.length === length ? bytes : undefined;
}

/** Little-endian integer of 1 to 8 bytes; undefined when it cannot be read. */
export function readInteger(
  machine: Machine,
  space: AddressSpace,
  address: bigint,
  length: number,
): bigint | undefined {
  return readExactly(machine, space, address, length)?.reduceRight(
    (value, byte) => (value << 8n) | BigInt(byte),
    0n,
  );
}

/** Writes as many bytes as have memory from `address` on; returns how many. */
export function writeMemory(
  machine: Machine,
  space: AddressSpace,
  address: bigint,
  bytes: Uint8Array,
): number {
  if (bytes.length > 0) machine.mayChange();
  let done = 0;
  for (const piece of pieces(address, bytes.length)) {
    const host = machine.driver.translate(space, piece.address);
    if (host === undefined) break;
    if (!machine.cpu.physical.write(host, bytes.subarray(done, done + piece.length))) break;
    done += piece.length;
  }
  if (done > 0) machine.edited = true;
  return done;
}

/** The linear space of a level. */
export function linear(level: StrandName): AddressSpace {
  return { kind: 'linear', level };
}

function* pieces(address: bigint, length: number): Generator<{ address: bigint; length: number }> {
  let at = BigInt.asUintN(64, address);
  for (let left = length; left > 0;) {
    const size = Math.min(left, Number(PAGE - (at % PAGE)));
    yield { address: at, length: size };
    at = BigInt.asUintN(64, at + BigInt(size));
    left -= size;
  }
}
