/**
 * Functions and macros that projects have for the instructions this analysis knows. A name counts only when all of its
 * letters are explained: a known prefix, what is done, a width, a known suffix. `handle_vmwrite` and `vmwrite_error` are
 * other things, and `evmcs_write32` writes no VMCS of the processor.
 */
import type { RegisterFormat } from '../../isa/registers';

export type CallIdiom =
  | {
      readonly kind: 'vmread' | 'vmwrite';
      readonly bits?: 16 | 32 | 64;
      /** Sets or clears some bits: the second argument is no value of the field. */
      readonly partial?: true;
      /** `read`, `write`: only behind something called VMCS. */
      readonly method?: true;
    }
  | { readonly kind: 'rdmsr' | 'wrmsr'; readonly msrArgument: 0 | 1 }
  /** `Msr::new(n)`. */
  | { readonly kind: 'msr-constructor' }
  | { readonly kind: 'cpuid'; readonly subleaf: boolean; readonly msvc: boolean }
  | { readonly kind: 'register-write'; readonly register: RegisterFormat }
  /** The register is the one of this number, the first argument. */
  | { readonly kind: 'numbered-register-write'; readonly registers: readonly [number, RegisterFormat][] };

const PREFIX = '(?:asm|native|hv|hw|cpu|intel|x86|arch|util|raw|ia32|inline|exec|safe|try)?';
const SUFFIX = '(?:z|safe|checked|unchecked|noinstr|nofail|nocheck|raw|asm|intrinsic|inline)?';
const WIDTH = '(8|16|32|64|l|q|u16|u32|u64|natural|nat)?(?:bits?)?';

const vmcs = new RegExp(
  `^${PREFIX}(?:vmx|vtx|vcpu)?(?:vm(read|write)(?:field)?|vm(?:x|cs)(read|write)(?:field)?|(read|write)vmcs(?:field)?)${WIDTH}${SUFFIX}$`,
);
const vmcsBits = new RegExp(`^${PREFIX}(?:vmx)?vmcs(?:set|clear|clr)bits?${WIDTH}$`);
const vmcsMethod = /^(read|write)(?:field)?(16|32|64|u16|u32|u64|natural)?$/;
const msr = new RegExp(
  `^(?:${PREFIX}|(?:vmx|mce|mca|boot|host|paravirt|xen)?)(?:(rd|read)msr|(wr|write)msr|msr(?:(read)|(write)))(?:l|q|64|u64|ns|amd|notrace)?${SUFFIX}(oncpus?)?$`,
);
const cpuid = new RegExp(
  `^(?:${PREFIX}|(?:get|host|do)?)cpuid(ex|count|indexed)?(?:eax|ebx|ecx|edx|leaf)?${SUFFIX}$`,
);
const controlRegister = new RegExp(
  `^${PREFIX}(?:(?:write|set|load|l)cr([0348])|cr([0348])write|writexcr(0)|(?:write|set)dr([67])|(?:write|set)[re](flags))${SUFFIX}$`,
);
const debugRegister = new RegExp(`^${PREFIX}writedr$`);
const extendedRegister = new RegExp(`^${PREFIX}(?:xsetbv|writexcr)$`);

const widths: Readonly<Record<string, 16 | 32 | 64>> = {
  '16': 16,
  u16: 16,
  '32': 32,
  u32: 32,
  '64': 64,
  u64: 64,
  q: 64,
};

const debugRegisters: readonly [number, RegisterFormat][] = [
  [6, 'dr6'],
  [7, 'dr7'],
];
const extendedRegisters: readonly [number, RegisterFormat][] = [[0, 'xcr0']];

const fixed: Readonly<Record<string, CallIdiom>> = {
  new: { kind: 'msr-constructor' },
};

/** `name` in small letters, without underscores. */
export function callIdiom(name: string): CallIdiom | undefined {
  // Wrappers have short names; longer ones need not be matched.
  if (name.length > 40) return undefined;
  return Object.hasOwn(fixed, name)
    ? fixed[name]
    : (vmcsIdiom(name) ?? msrIdiom(name) ?? cpuidIdiom(name) ?? registerIdiom(name));
}

function vmcsIdiom(name: string): CallIdiom | undefined {
  const access = vmcs.exec(name);
  if (access) {
    const [, first, second, third, width] = access;
    return vmcsAccess((first ?? second ?? third) as 'read' | 'write', width);
  }
  const bits = vmcsBits.exec(name);
  if (bits) return { ...vmcsAccess('write', bits[1]), partial: true };
  const method = vmcsMethod.exec(name);
  return method ? { ...vmcsAccess(method[1] as 'read' | 'write', method[2]), method: true } : undefined;
}

function vmcsAccess(
  verb: 'read' | 'write',
  width: string | undefined,
): CallIdiom & { kind: 'vmread' | 'vmwrite' } {
  const bits = width === undefined ? undefined : widths[width];
  return { kind: `vm${verb}`, ...(bits !== undefined && { bits }) };
}

function msrIdiom(name: string): CallIdiom | undefined {
  const match = msr.exec(name);
  if (!match) return undefined;
  const [, read, , reads, , otherCpu] = match;
  return {
    kind: read !== undefined || reads !== undefined ? 'rdmsr' : 'wrmsr',
    msrArgument: otherCpu === undefined ? 0 : 1,
  };
}

function cpuidIdiom(name: string): CallIdiom | undefined {
  const match = cpuid.exec(name);
  if (!match) return undefined;
  return { kind: 'cpuid', subleaf: match[1] !== undefined, msvc: match[1] === 'ex' };
}

function registerIdiom(name: string): CallIdiom | undefined {
  const match = controlRegister.exec(name);
  if (match) {
    const [, written, write, extended, debug] = match;
    const number = written ?? write;
    const register =
      number !== undefined
        ? `cr${number}`
        : extended !== undefined
          ? 'xcr0'
          : debug !== undefined
            ? `dr${debug}`
            : 'rflags';
    return { kind: 'register-write', register: register as RegisterFormat };
  }
  if (debugRegister.test(name)) return { kind: 'numbered-register-write', registers: debugRegisters };
  if (extendedRegister.test(name)) return { kind: 'numbered-register-write', registers: extendedRegisters };
  return undefined;
}
