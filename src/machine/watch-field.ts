/**
 * Watches fields of the built-in L0's cached vmcs12, which is a JavaScript object and no memory: a watched field becomes an
 * accessor for as long as the machine runs.
 */
import type { FieldName } from '../isa/vmcs-fields';
import type { Vcpu } from '../l0';
import type { TopologyDriver } from './topology-driver';
import type { VmcsName } from './vmcs-view';
import type { Accessor, WatchEvent, WatchRequest, WatchTarget } from './watch-request';

type FieldRequest = WatchRequest & { readonly target: WatchTarget & { kind: 'field' } };
type Fields = Record<string, bigint | number>;

const BYTES = 8;

export class FieldWatch {
  private requests: readonly FieldRequest[] = [];
  private events: WatchEvent[] = [];
  private installed: Fields | undefined;
  /** Whose vmcs12 that is. */
  private vcpu = 0;
  /** The values behind the accessors. */
  private readonly values = new Map<FieldName, bigint | number>();

  constructor(private readonly driver: TopologyDriver) {}

  /** True when this VMCS is an object of L0's. */
  concerns(vmcs: VmcsName): boolean {
    return vmcs === 'vmcs12';
  }

  set(requests: readonly WatchRequest[]): void {
    this.requests = requests.filter(
      (request): request is FieldRequest =>
        request.target.kind === 'field' && this.concerns(request.target.vmcs),
    );
  }

  begin(): void {
    this.events = [];
    this.install();
  }

  /** The fields are plain again: the debugger's reads are nobody's business. */
  end(): void {
    const { installed } = this;
    if (!installed) return;
    for (const [name, value] of this.values)
      Object.defineProperty(installed, name, { value, writable: true, enumerable: true, configurable: true });
    this.installed = undefined;
    this.values.clear();
  }

  take(): WatchEvent[] {
    if (this.requests.length === 0) return [];
    const { l0 } = this;
    // VMPTRLD brought another vmcs12: its fields are watched in place of the old one's.
    if (l0 && this.installed !== (l0.nested.cached_vmcs12 as unknown as Fields)) this.replaced(l0);
    return this.events.splice(0);
  }

  private replaced(l0: Vcpu): void {
    // Another CPU has its turn: its vmcs12 is another one all the time.
    const before = l0.id === this.vcpu ? new Map(this.values) : new Map<FieldName, bigint | number>();
    this.end();
    this.install();
    for (const [name, old] of before) {
      const value = this.values.get(name);
      if (value !== undefined && value !== old) this.note(name, 'write', BigInt(old), BigInt(value));
    }
  }

  private install(): void {
    const { l0 } = this;
    if (this.installed || !l0 || this.requests.length === 0) return;
    const fields = l0.nested.cached_vmcs12 as unknown as Fields;
    this.installed = fields;
    this.vcpu = l0.id;
    for (const { target } of this.requests) this.watch(fields, target.field);
  }

  private watch(fields: Fields, name: FieldName): void {
    const value = fields[name];
    if (value === undefined || this.values.has(name)) return;
    this.values.set(name, value);
    Object.defineProperty(fields, name, {
      enumerable: true,
      configurable: true,
      get: () => {
        const now = this.values.get(name)!;
        this.note(name, 'read', BigInt(now), BigInt(now));
        return now;
      },
      set: (changed: bigint | number) => {
        this.note(name, 'write', BigInt(this.values.get(name)!), BigInt(changed));
        this.values.set(name, changed);
      },
    });
  }

  private note(name: FieldName, access: 'read' | 'write', before: bigint, after: bigint): void {
    for (const { id, target, read, write } of this.requests) {
      if (target.field !== name || !(access === 'read' ? read : write)) continue;
      this.events.push({
        id,
        access,
        ...this.accessor(access),
        before: bytesOf(before),
        after: bytesOf(after),
      });
    }
  }

  /** While L0 emulates VMREAD or VMWRITE, the access is L1's. */
  private accessor(access: 'read' | 'write'): { by: Accessor; rip: bigint | undefined } {
    const instruction = this.driver.emulating?.();
    if (instruction?.name === (access === 'read' ? 'VMREAD' : 'VMWRITE'))
      return { by: 'L1', rip: instruction.rip };
    return { by: 'L0', rip: undefined };
  }

  private get l0(): Vcpu | undefined {
    return this.driver.l0;
  }
}

function bytesOf(value: bigint): Uint8Array {
  return Uint8Array.from({ length: BYTES }, (_, index) => Number((value >> BigInt(index * 8)) & 0xffn));
}
