// How to start each emulator on the benchmark guest: Turtlescope's own headless runner, Bochs, QEMU. What is not
// installed says so and is left out. Emulators are only run, never configured beyond what the guest needs.

import { spawnSync } from 'node:child_process';
import {
  createReadStream,
  existsSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { start, type Started } from './timed-run';

export type Level = 'l1' | 'l2';

export interface Emulator {
  name: string;
  /** What exactly was measured: version and kind of build. */
  description: string;
  levels: readonly Level[];
  start(commandLine: string): Started;
}

/** An emulator, or the reason why there is none. */
export type Found = { emulator: Emulator } | { missing: string };

const root = resolve(__dirname, '../..');

/** `topology` as the command line of `turtlescope run` has it; `checkout` is another folder of sources than this one. */
export function turtlescope(images: string, topology: 'nested' | 'bare', checkout?: string): Found {
  const folder = checkout === undefined ? root : resolve(checkout);
  const cli = join(folder, 'dist/cli.js');
  if (!existsSync(cli)) return { missing: `Turtlescope: ${cli} is not built, run "npm run build" there` };
  const image = join(images, 'bench.elf');
  return {
    emulator: {
      name: `${checkout === undefined ? 'Turtlescope' : basename(folder)} ${topology}`,
      description: `Turtlescope in ${folder}, ${topology} topology, Node ${process.version}`,
      levels: ['l1', 'l2'],
      start(commandLine) {
        const args = [cli, 'run', image, '--stats', '--topology', topology, '--append', commandLine];
        const child = start(process.execPath, args);
        return { process: child, serial: child.stdout! };
      },
    },
  };
}

/** Instructions retired in a run, from what `--stats` prints. */
export function retired(stderr: string): number {
  const count = /^instructions\s+(\d+)/m.exec(stderr)?.[1];
  if (count === undefined) throw new Error(`no instruction count in: ${stderr}`);
  return Number(count);
}

const COMMAND_LINE_OFFSET = 0x180;
const COMMAND_LINE_SIZE = 510 - COMMAND_LINE_OFFSET;
/** CPU models with VMX and EPT, the one preferred first; Bochs prints those it has. */
const BOCHS_CPUS = ['corei7_skylake_x', 'corei7_haswell_4770', 'corei7_sandy_bridge_2600k'];

/** Bochs from $BOCHS or the PATH. Its BIOS is looked for in $BXSHARE, beside the program and where packages put it. */
export function bochs(images: string): Found {
  const program = find(process.env['BOCHS'] ?? 'bochs');
  if (program === undefined) return { missing: 'Bochs: not installed (set BOCHS to the program)' };
  const folders = [
    process.env['BXSHARE'],
    join(dirname(program), 'bios'),
    '/usr/share/bochs',
    '/usr/local/share/bochs',
  ];
  const bios = firstFile(folders, ['BIOS-bochs-latest']);
  const vgaBios = firstFile(
    [...folders, '/usr/share/vgabios', '/usr/share/seabios'],
    ['VGABIOS-lgpl-latest.bin', 'VGABIOS-lgpl-latest', 'VGABIOS-lgpl/VGABIOS-lgpl-latest.bin', 'vgabios.bin'],
  );
  if (bios === undefined || vgaBios === undefined)
    return { missing: 'Bochs: no BIOS images found (set BXSHARE)' };
  const help = output(program, ['--help']);
  const cpus = output(program, ['--help', 'cpu']).split('\n');
  const cpu = BOCHS_CPUS.find((model) => cpus.includes(model));
  if (cpu === undefined) return { missing: `Bochs: none of the CPU models ${BOCHS_CPUS.join(', ')}` };
  // Only a build with the debugger knows -rc; it halts at its prompt before the first instruction.
  const hasDebugger = /^\s*-rc\b/m.test(help);
  const folder = mkdtempSync(join(images, 'bochs-'));
  const version = /Bochs x86 Emulator (\S+)/.exec(help)?.[1] ?? 'of unknown version';
  return {
    emulator: {
      name: 'Bochs',
      description: `Bochs ${version}, ${hasDebugger ? 'debugger compiled in' : 'no debugger'}, ${cpu} (${program})`,
      levels: ['l1', 'l2'],
      start(commandLine) {
        const disk = readFileSync(join(images, 'bench.disk'));
        disk.fill(0, COMMAND_LINE_OFFSET, COMMAND_LINE_OFFSET + COMMAND_LINE_SIZE);
        disk.write(`bench ${commandLine}`, COMMAND_LINE_OFFSET, 'latin1');
        writeFileSync(join(folder, 'disk'), disk);
        const serial = join(folder, 'serial');
        if (!existsSync(serial)) spawnSync('mkfifo', [serial]);
        writeFileSync(join(folder, 'bochsrc'), bochsConfiguration(bios, vgaBios, cpu));
        writeFileSync(join(folder, 'commands'), 'continue\n');
        const child = start(
          program,
          ['-q', '-f', 'bochsrc', ...(hasDebugger ? ['-rc', 'commands'] : [])],
          folder,
        );
        child.stdout?.resume();
        return { process: child, serial: createReadStream(serial) };
      },
    },
  };
}

function bochsConfiguration(bios: string, vgaBios: string, cpu: string): string {
  return `config_interface: textconfig
display_library: nogui
megs: 64
romimage: file=${bios}
vgaromimage: file=${vgaBios}
ata0-master: type=disk, path=disk, mode=flat, cylinders=0, heads=16, spt=63
boot: disk
com1: enabled=1, mode=file, dev=serial
cpu: model=${cpu}, count=1, ips=100000000, reset_on_triple_fault=0
clock: sync=none
log: log
panic: action=fatal
`;
}

/** QEMU's translator (TCG). It has no VMX, so it runs L1's part only. */
export function qemu(images: string): Found {
  const program = find('qemu-system-x86_64');
  if (program === undefined) return { missing: 'QEMU: qemu-system-x86_64 is not installed' };
  const machine = ['-accel', 'tcg', '-display', 'none', '-nodefaults', '-serial', 'stdio', '-m', '64'];
  const exit = ['-device', 'isa-debug-exit,iobase=0xf4,iosize=4'];
  return {
    emulator: {
      name: 'QEMU TCG',
      description: output(program, ['--version']).split('\n')[0] ?? program,
      levels: ['l1'],
      start(commandLine) {
        const image = ['-kernel', join(images, 'bench.elf32'), '-append', commandLine];
        const child = start(program, [...machine, ...exit, ...image]);
        return { process: child, serial: child.stdout! };
      },
    },
  };
}

function output(program: string, args: string[]): string {
  const { stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  return `${stdout}${stderr}`;
}

/** The real path of a program named by path or found in the PATH. */
function find(program: string): string | undefined {
  const folders = program.includes('/') ? [''] : (process.env['PATH'] ?? '').split(':');
  const path = folders
    .map((folder) => (folder === '' ? program : join(folder, program)))
    .find((name) => existsSync(name));
  return path === undefined ? undefined : realpathSync(path);
}

function firstFile(folders: readonly (string | undefined)[], names: readonly string[]): string | undefined {
  return folders
    .flatMap((folder) => (folder === undefined ? [] : names.map((name) => join(folder, name))))
    .find((path) => existsSync(path));
}
