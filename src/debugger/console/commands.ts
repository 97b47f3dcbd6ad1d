/**
 * Commands of the debug console for people with gdb in their fingers. A line is a command when it begins with one's name and what
 * follows cannot be an expression's operator; everything else is an expression.
 */
import type { StrandName } from '../../machine/strand';
import { exceptionInfo } from '../exception-info';
import { evaluate, evaluatedText } from '../expression/evaluator';
import type { ExpressionScope } from '../expression/scope';
import type { StackFrame } from '../frames';
import type { DebugSession } from '../session';
import type { VariableNode } from '../variables/node';
import { scopesOf } from '../variables/scopes';
import { vmxNodes } from '../variables/vmx-nodes';
import { examine } from './examine';
import { originText } from './origin';
import { walk } from './walk';

/** What a command looks at. */
export interface ConsoleContext {
  readonly session: DebugSession;
  readonly level: StrandName;
  readonly frame: StackFrame | undefined;
  readonly scope: ExpressionScope;
  /** An answer may come later. */
  readonly waits: boolean;
}

interface Command {
  readonly usage: string;
  readonly help: string;
  readonly run: (context: ConsoleContext, given: string) => string | Promise<string>;
}

const commands: Readonly<Record<string, Command>> = {
  help: {
    usage: 'help',
    help: 'this list',
    run: () =>
      [
        ...Object.values(commands).map(({ usage, help }) => `${usage.padEnd(24)} ${help}`),
        'Everything else is an expression: $rax, vmcs12.GUEST_RIP, *(struct page *)p, [L2gpa:0x1000], x = 1.',
      ].join('\n'),
  },
  x: {
    usage: 'x/NFU ADDRESS',
    help: 'memory: N units, F of x d o b c s, U of b h w g; any space: x/8xg L2gpa:0x1000',
    run: ({ scope }, given) => examine(scope, given),
  },
  print: { usage: 'print[/F] EXPRESSION', help: 'a value, as x d o b c s', run: print },
  p: { usage: 'p[/F] EXPRESSION', help: 'the same', run: print },
  info: {
    usage: 'info registers|threads',
    help: 'registers of the frame, or the levels',
    run: info,
  },
  rdmsr: { usage: 'rdmsr NAME', help: 'an MSR as the processor holds it: rdmsr IA32_LSTAR', run: rdmsr },
  walk: {
    usage: 'walk ADDRESS [ACCESS]',
    help: 'all tables behind an address, for a read, write or fetch: walk $rip fetch, walk L2gpa:0x1000',
    run: ({ session, scope }, given) => walk(session.machine, scope, given),
  },
  origin: {
    usage: 'origin EXPRESSION',
    help: 'where a value came from, ten rows deep: origin vmcs02.EPT_POINTER, origin $rax',
    run: ({ session, scope, waits }, given) =>
      waits ? originText(session, scope, given) : 'Here use a watchpoint and reverse-continue.',
  },
  why: {
    usage: 'why',
    help: 'why the machine stopped, with the rule behind it',
    run: ({ session }) => exceptionInfo(session)?.details ?? session.lastStop?.description ?? 'Nothing yet.',
  },
  vmcs: {
    usage: 'vmcs [NAME] [WORDS]',
    help: 'a decoded VMCS, all or the rows with these words: vmcs vmcs12 rip',
    run: vmcs,
  },
  exits: {
    usage: 'exits',
    help: 'the newest exits, entries and what L0 decided',
    run: (context) => vmxLines(context, 'exits'),
  },
  fork: {
    usage: 'fork',
    help: 'in the past: drops what came after, so that state can be changed here',
    run: fork,
  },
  event: {
    usage: 'event',
    help: 'the event in flight',
    run: (context) => vmxLines(context, 'event in flight'),
  },
  check: {
    usage: 'check',
    help: 'entry checks that the VMCS fails as it stands',
    run: (context) => vmxLines(context, 'entry check', 3),
  },
};

/** A name, and behind it nothing, a format, or something that is no operator. */
const LINE = /^(\w+)(?:(\/\w+)(?:\s+(.*))?|\s+([^=+*/|&<>!?.%^-].*))?$/s;

/** The command's answer; undefined for a line that is an expression. */
export function consoleCommand(context: ConsoleContext, line: string): string | Promise<string> | undefined {
  const [, name, format, behindFormat, plain] = LINE.exec(line.trim()) ?? [];
  if (name === undefined || !Object.hasOwn(commands, name)) return undefined;
  const alone = format === undefined && plain === undefined;
  // A variable of the program named like a command is shown, not obeyed.
  if (alone && (context.scope.variable(name, false) ?? context.scope.variable(name, true))) return undefined;
  return commands[name]!.run(context, [format, behindFormat ?? plain].filter(Boolean).join(' '));
}

function fork({ session }: ConsoleContext): string {
  if (!session.hasFuture) return 'This is the present: there is no future to drop, and state can be changed.';
  session.mustStand();
  session.fork();
  return 'Another future begins here.';
}

function print({ scope }: ConsoleContext, given: string): string {
  const [, format, expression] = /^(?:\/(\w)\s+)?(.*)$/s.exec(given)!;
  const found = evaluate(format === undefined ? expression! : `${expression!},${format}`, scope, false);
  return 'error' in found ? found.error : evaluatedText(found.result);
}

function info(context: ConsoleContext, given: string): string {
  if (given === 'threads')
    return context.session
      .threads()
      .map(({ id, name }) => `${id}  ${name}`)
      .join('\n');
  if (given !== 'registers' && given !== 'reg') return 'Write "info registers" or "info threads".';
  const { session, frame, level } = context;
  const shown = frame ?? session.stack(level)[0];
  const nodes =
    shown &&
    scopesOf(session, shown)
      .find(({ hint }) => hint === 'registers')
      ?.nodes();
  return nodes ? lines(nodes.slice(0, 2), 2) : `${level} has no registers of its own to show.`;
}

function rdmsr({ scope }: ConsoleContext, given: string): string {
  const name = given.trim().toUpperCase();
  if (!/^IA32_\w+$/.test(name)) return 'Name an MSR: rdmsr IA32_LSTAR.';
  const found = evaluate(`$${name}`, scope, false);
  return 'error' in found ? found.error : `${name} = ${evaluatedText(found.result)}`;
}

function vmcs({ session, level }: ConsoleContext, given: string): string {
  const [first = '', ...words] = given.split(/\s+/).filter(Boolean);
  const all = vmxNodes(session, level).filter(({ name }) => name.startsWith('vmcs'));
  if (all.length === 0) return 'No VMCS yet: one appears here after VMPTRLD.';
  const named = all.filter(({ name }) => name === first);
  const shown = named.length > 0 ? named : all;
  const wanted = (named.length > 0 ? words : [first, ...words]).map((word) => word.toLowerCase());
  const rows = lines(shown, 3).split('\n');
  const found = rows.filter((row) => wanted.every((word) => row.toLowerCase().includes(word)));
  return found.length > 0 ? found.join('\n') : `No row has "${wanted.join(' ')}".`;
}

function vmxLines({ session, level }: ConsoleContext, name: string, depth = 2): string {
  const node = vmxNodes(session, level).find((candidate) => candidate.name === name)!;
  return lines(node.children!(0), depth) || 'Nothing yet.';
}

/** Nodes as an indented text, so many levels deep. */
function lines(nodes: readonly VariableNode[], depth: number, indent = ''): string {
  return nodes
    .flatMap((node) => {
      const inside = depth > 1 && node.children ? [lines(node.children(0), depth - 1, `${indent}  `)] : [];
      return [`${indent}${node.name}  ${node.value}`.trimEnd(), ...inside.filter(Boolean)];
    })
    .join('\n');
}
