/**
 * The options that say what boots and on which machine: each is an attribute of a launch configuration by another name, and is
 * validated as one. `run` and `gdb` share them.
 */
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { type ConfigurationProblem } from '../protocol/configuration-problem';
import { checkedConfiguration } from '../protocol/launch-check';
import type { LaunchConfiguration } from '../protocol/launch-configuration';
import { UsageError } from './failure';

interface MachineOption {
  /** What stands behind the option in the usage. */
  readonly argument: string;
  readonly help: string;
  /** The attribute it is, as a problem names it. */
  readonly attribute: string;
  readonly multiple?: true;
  /** Adds the value to a configuration. */
  readonly put: (value: string, configuration: Record<string, unknown>) => void;
}

/** Sets an attribute to the text, or to the number it is. */
function attribute(
  name: keyof LaunchConfiguration,
  argument: string,
  help: string,
  as: (text: string) => unknown = (text) => text,
): MachineOption {
  return { argument, help, attribute: name, put: (value, target) => (target[name] = as(value)) };
}

/** A number where the text is one; everything else is the validation's to refuse. */
function number(text: string): unknown {
  return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}

/** Adds an element to a list. */
function element(name: 'modules' | 'symbols', help: string, make: (path: string) => object): MachineOption {
  return {
    argument: 'FILE',
    help,
    attribute: name,
    multiple: true,
    put: (path, target) => (target[name] = [...((target[name] as object[] | undefined) ?? []), make(path)]),
  };
}

export const machineOptions = {
  topology: attribute(
    'topology',
    'nested|bare',
    'the image is L1 under the built-in L0 (default), or runs in VMX root itself',
  ),
  memory: attribute('memory', 'MiB', 'guest RAM (default 256)', number),
  smp: attribute('cpus', 'N', 'CPUs, 1 to 8 (default 1)', number),
  append: attribute(
    'cmdline',
    '"ARGS"',
    "the kernel's command line (multiboot puts the image's name before it)",
  ),
  initrd: attribute('initrd', 'FILE', 'initial RAM disk of a Linux kernel'),
  module: element('modules', 'module for multiboot or PVH; may be repeated', (path) => ({
    path,
    cmdline: path,
  })),
  'load-address': attribute('loadAddress', 'ADDRESS', 'where a flat binary or a static PIE goes', number),
  l0: {
    argument: 'PROFILE',
    help: 'behaviour of L0 (kvm-6.12)',
    attribute: 'l0.profile',
    put: (profile, target) => (target['l0'] = { profile }),
  },
  cpu: attribute('cpu', 'PROFILE', 'CPU profile; -feature or +feature may follow: skylake-server,-avx2'),
  unclaimed: attribute(
    'unclaimedInstructions',
    'stop|fault',
    'an instruction of a feature the CPU does not claim: stop and name it (default), or #UD',
  ),
  'on-reset': attribute(
    'onReset',
    'reboot|stop',
    'what a reset by the guest does (default: reboot, with the RAM kept)',
  ),
  'on-triple-fault': attribute(
    'onTripleFault',
    'stop|reboot',
    'what a triple fault of IMAGE does (default: stop)',
  ),
  'feature-control': attribute(
    'featureControl',
    'STATE',
    'IA32_FEATURE_CONTROL as firmware leaves it: locked-on (default), locked-off, unlocked',
  ),
} satisfies Record<string, MachineOption>;

type OptionRows = Readonly<Record<string, MachineOption>>;
type OwnOptions = NonNullable<ParseArgsConfig['options']>;

export interface Parsed {
  readonly configuration: LaunchConfiguration;
  /** The command's own options, as they were given. */
  readonly own: Readonly<Record<string, string | boolean | undefined>>;
}

/**
 * Reads one image, the machine's options and a command's own.
 * @throws UsageError
 */
export function parseMachine(args: readonly string[], ownOptions: OwnOptions): Parsed {
  const rows: OptionRows = machineOptions;
  const { values, positionals } = parsed(args, ownOptions);
  const [program, ...extra] = positionals;
  if (program === undefined || extra.length > 0) throw new UsageError('give exactly one image');
  const given: Record<string, unknown> = { program };
  for (const [name, row] of Object.entries(rows))
    for (const value of [values[name] ?? []].flat()) row.put(String(value), given);
  const own = Object.fromEntries(
    Object.keys(ownOptions).map((name) => [name, values[name] as string | boolean | undefined]),
  );
  return { configuration: checkedConfiguration(given, () => undefined), own };
}

function parsed(args: readonly string[], ownOptions: OwnOptions) {
  const rows: OptionRows = machineOptions;
  const machine = Object.fromEntries(
    Object.entries(rows).map(([name, { multiple }]) => [
      name,
      { type: 'string' as const, ...(multiple && { multiple }) },
    ]),
  );
  try {
    return parseArgs({
      args: joined(args),
      allowPositionals: true,
      options: { ...machine, ...ownOptions },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** `--append "-x"` is what it says: parseArgs alone takes a value that begins with a dash for the next option. */
function joined(args: readonly string[]): string[] {
  const result: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const next = args[i + 1];
    const takes = args[i] === '--append' && next?.startsWith('-') && next !== '--';
    result.push(takes ? `${args[i]}=${args[++i]}` : args[i]!);
  }
  return result;
}

/**
 * The problem as this command line names things: options for attributes.
 * @param operand what the usage of the command calls its argument
 */
export function problemText({ attribute, problem }: ConfigurationProblem, operand: string): string {
  if (attribute === undefined) return problem;
  const rows: OptionRows = machineOptions;
  const base = attribute.replace(/\[\d+\].*$/, '');
  const option = Object.keys(rows).find((name) => rows[name]!.attribute === base);
  return `${option === undefined ? operand : `--${option}`} ${problem}`;
}

/** A non-negative whole number, decimal or 0x. */
export function wholeNumber(option: string, text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(value) || value < 0)
    throw new UsageError(`${option} needs a whole number, not "${text}"`);
  return value;
}
