/** Which languages the analysis reads, and how it knows one from the editor's language id and the file's name. */
export type AssemblyDialect = 'gas' | 'nasm';
export type CFamily = 'c' | 'cpp' | 'rust';
export type Language = AssemblyDialect | CFamily;

/** Ids of VS Code, of this extension and of the assembly extensions people use. */
const byId: Readonly<Record<string, Language>> = {
  c: 'c',
  cpp: 'cpp',
  'cuda-cpp': 'cpp',
  rust: 'rust',
  gas: 'gas',
  nasm: 'nasm',
};

const byExtension: Readonly<Record<string, Language>> = {
  c: 'c',
  h: 'c',
  cc: 'cpp',
  cpp: 'cpp',
  cxx: 'cpp',
  hh: 'cpp',
  hpp: 'cpp',
  rs: 'rust',
  s: 'gas',
  asm: 'nasm',
  nasm: 'nasm',
  inc: 'nasm',
};

/** An assembly id that says nothing about the dialect (`asm-intel-x86-generic`) leaves it to the file's name. */
export function languageOf(languageId: string, path: string): Language | undefined {
  const extension = /\.([^./\\]+)$/.exec(path)?.[1]?.toLowerCase() ?? '';
  return byId[languageId] ?? byExtension[extension];
}

export function isAssembly(language: Language): language is AssemblyDialect {
  return language === 'gas' || language === 'nasm';
}
