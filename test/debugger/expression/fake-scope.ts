/** An expression scope without a machine: a few registers, constants and 256 bytes of memory. */
import type { Cell, ExpressionScope } from '../../../src/debugger/expression/scope';

export class FakeScope implements ExpressionScope {
  readonly space = { kind: 'linear', level: 'L1' } as const;
  readonly registers = new Map<string, bigint>([
    ['rax', 0x1122334455667788n],
    ['rip', 0x400017n],
  ]);
  readonly fields = new Map<string, bigint>([['GUEST_RIP', 0x1000n]]);
  readonly memory = new Uint8Array(256).map((_, index) => index);

  variable(): undefined {
    return undefined;
  }

  register(name: string): Cell | undefined {
    return this.cell(this.registers, name);
  }

  symbol(name: string): bigint | undefined {
    return name === 'main' ? 0x100000n : undefined;
  }

  type(): undefined {
    return undefined;
  }

  constant(name: string): bigint | string | undefined {
    return { reason: 48n, EPT_VIOLATION: 48n, level: 'L2', L2: 'L2' }[name];
  }

  field(vmcs: string, name: string): Cell | undefined {
    return vmcs === 'vmcs12' ? this.cell(this.fields, name) : undefined;
  }

  private cell(values: Map<string, bigint>, name: string): Cell | undefined {
    const value = values.get(name);
    if (value === undefined) return undefined;
    return {
      value,
      bits: 64,
      write: (changed) => {
        values.set(name, changed);
        return undefined;
      },
    };
  }

  read(_space: unknown, address: bigint, bytes: number): bigint | undefined {
    if (address + BigInt(bytes) > 256n) return undefined;
    const at = Number(address);
    return this.memory.slice(at, at + bytes).reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
  }

  write(_space: unknown, address: bigint, bytes: number, value: bigint): boolean {
    if (address + BigInt(bytes) > 256n) return false;
    for (let i = 0; i < bytes; i++)
      this.memory[Number(address) + i] = Number((value >> BigInt(i * 8)) & 0xffn);
    return true;
  }

  writeVariable(): string {
    return 'there are none';
  }
}
