/**
 * A Linux kernel that runs at some level: where it lies (KASLR), and which modules it has loaded. Both are found in the machine,
 * by the kernel's own symbols and debug information; nothing in the guest is changed.
 */
import type { Level, StrandName } from '../../machine/strand';
import type { Machine } from '../../machine/machine';
import { msrPlace } from '../../machine/msr-places';
import { ConfigurationProblem } from '../../protocol/configuration-problem';
import { linkModule } from '../../symbols/kernel/linked-module';
import { ModuleList, type KernelModule } from '../../symbols/kernel/module-list';
import { ProgramSymbols } from '../../symbols/program-symbols';
import { SymbolError } from '../../symbols/symbol-error';
import { linear, readExactly } from '../level-memory';
import type { KernelModules, LoadedProgram } from '../programs';

/** What every Linux kernel has: its entry for SYSCALL, to which IA32_LSTAR points, and the text that it begins its log with. */
const SYSCALL_ENTRY = 'entry_SYSCALL_64';
const BANNER = 'linux_banner';
const BANNER_TEXT = 'Linux version ';
/** Entered when a module lies in memory whole and has not run yet, and when one is about to be freed. */
const CHANGES = ['do_init_module', 'free_module'];
/** KASLR moves a kernel by whole pages. */
const PAGE = 4096n;
const LSTAR = msrPlace('IA32_LSTAR')!;

/** Whether a file is a Linux kernel. */
export function isKernel({ symbols }: LoadedProgram): boolean {
  return symbols.lookupSymbol(SYSCALL_ENTRY).length > 0 && symbols.lookupSymbol(BANNER).length > 0;
}

export class Kernel {
  /** The kernel itself, where it lies as far as is known. */
  program: LoadedProgram;
  private loaded: readonly { readonly module: KernelModule; readonly program: LoadedProgram | undefined }[] =
    [];
  private list: ModuleList | undefined;
  private seen: bigint | undefined;
  private changes: readonly bigint[];

  constructor(
    private readonly machine: Machine,
    private readonly base: LoadedProgram,
    private readonly files: KernelModules | undefined,
    private readonly log: (text: string) => void,
  ) {
    this.program = base;
    this.changes = this.changePlaces();
  }

  /** It came from this program of the configuration. */
  is(program: LoadedProgram): boolean {
    return program === this.base;
  }

  get level(): Level {
    return this.base.level;
  }

  /** The kernel and those of its modules whose files are there. */
  get programs(): LoadedProgram[] {
    return [this.program, ...this.loaded.flatMap(({ program }) => program ?? [])];
  }

  /** Where modules come and go. */
  get places(): readonly bigint[] {
    return this.changes;
  }

  private changePlaces(): bigint[] {
    if (!this.files) return [];
    return CHANGES.flatMap((name) => this.program.symbols.lookupSymbol(name).slice(0, 1)).map(
      ({ address }) => address,
    );
  }

  /**
   * Looks where the kernel lies: IA32_LSTAR says it, when it is this kernel's. A hypervisor in the kernel has its guest's value there
   * for a while, so the kernel's banner must be where the value says.
   * @param strand one whose MSRs the chip holds
   * @returns whether the kernel has moved
   */
  locate(strand: StrandName): boolean {
    const value = this.machine.driver.cpuOf(strand).get64(LSTAR);
    if (value === 0n || value === this.seen) return false;
    this.seen = value;
    const { symbols } = this.program;
    const entry = symbols.lookupSymbol(SYSCALL_ENTRY)[0]!.address;
    const bias = BigInt.asUintN(64, symbols.bias + value - entry);
    if (bias === symbols.bias || (value - entry) % PAGE !== 0n) return false;
    const moved = symbols.at(bias);
    if (!this.hasBanner(strand, moved)) return false;
    this.program = { ...this.base, symbols: moved };
    this.list = undefined;
    this.loaded = [];
    this.changes = this.changePlaces();
    return true;
  }

  private hasBanner(strand: StrandName, symbols: ProgramSymbols): boolean {
    const { address } = symbols.lookupSymbol(BANNER)[0]!;
    const bytes = readExactly(this.machine, linear(strand), address, BANNER_TEXT.length);
    return bytes !== undefined && String.fromCharCode(...bytes) === BANNER_TEXT;
  }

  /** Reads the list of modules anew. @returns whether it is another one */
  readModules(strand: StrandName): boolean {
    this.list ??= ModuleList.of(this.program.symbols);
    const read = (address: bigint, length: number) =>
      readExactly(this.machine, linear(strand), address, length);
    const before = this.loaded;
    const known = (at: bigint, name: string) =>
      before.find(({ module }) => module.at === at && module.name === name)?.module;
    const now = this.list?.read(read, known) ?? [];
    this.loaded = now.map(
      (module) => before.find((entry) => entry.module === module) ?? { module, program: this.load(module) },
    );
    return this.loaded.length !== before.length || this.loaded.some((entry) => !before.includes(entry));
  }

  private load({ name, sections }: KernelModule): LoadedProgram | undefined {
    const file = this.files?.find(name);
    if (!file) return undefined;
    try {
      const linked = linkModule(file.read(), sections, name);
      const symbols = new ProgramSymbols(linked, { name });
      return { name, path: file.path, symbols, level: this.level, sharedDownwards: false };
    } catch (error) {
      if (!(error instanceof SymbolError || error instanceof ConfigurationProblem)) throw error;
      this.log(`No symbols of module ${name}: ${error.message}`);
      return undefined;
    }
  }
}
