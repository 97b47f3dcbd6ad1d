/** Whether the host's CPU has the features an opcode row needs, as Linux lists them. */
import { existsSync, readFileSync } from 'node:fs';
import type { OpcodeRow } from '../../../src/isa/opcodes/row';

/** Names in /proc/cpuinfo that are not the manual's in lower case. */
const linuxNames: Record<string, string> = { SSE3: 'pni', SHA: 'sha_ni', LZCNT: 'abm', XGETBV_1: 'xgetbv1' };

let known: ReadonlySet<string> | undefined;

function flags(): ReadonlySet<string> {
  if (known) return known;
  const text = existsSync('/proc/cpuinfo') ? readFileSync('/proc/cpuinfo', 'utf8') : '';
  known = new Set(/^flags\s*:(.*)$/m.exec(text)?.[1]?.trim().split(' '));
  return known;
}

export function hostClaims({ feature }: OpcodeRow): boolean {
  return [feature ?? []].flat().every((name) => flags().has(linuxNames[name] ?? name.toLowerCase()));
}
