/**
 * Random documents under random edits: nothing throws, and after every edit the answers are those of a source that was never
 * edited. `LANGUAGE_DOCUMENTS=100000 npx mocha ...` runs as many; `LANGUAGE_SEED` starts at another one.
 */
import assert from 'node:assert/strict';
import { AssemblyFile } from '../../../src/language/assembly/assembly-file';
import { createSourceFile } from '../../../src/language/source-files';
import { isAssembly, languageOf } from '../../../src/language/source/language-id';
import type { CreateSource } from '../../../src/language/workspace/workspace';
import { AskedDocument } from './answers';
import {
  documentLanguages,
  documentText,
  edited,
  linesOf,
  piece,
  place,
  Randomness,
  stretch,
} from './random-documents';

const documents = Number(process.env['LANGUAGE_DOCUMENTS'] ?? 300);
const firstSeed = Number(process.env['LANGUAGE_SEED'] ?? 1);
const EDITS = 4;

/** Documents here are short: blocks of a few lines make as many borders as a long source has. */
function inBlocks(blockLines: number): CreateSource {
  return (languageId, path, text, scope) => {
    const language = languageOf(languageId, path);
    return language !== undefined && isAssembly(language)
      ? new AssemblyFile(language, text, scope, blockLines)
      : createSourceFile(languageId, path, text, scope);
  };
}

function check(seed: number): void {
  const random = new Randomness(seed);
  const language = random.one(documentLanguages);
  const uri = `untitled:document-${seed}`;
  let lines = linesOf(documentText(random, language));
  const document = new AskedDocument(uri, language, lines.join('\n'), inBlocks(1 + random.below(8)));
  for (let version = 0; version <= EDITS; version++) {
    const fresh = new AskedDocument(uri, language, lines.join('\n'));
    const positions = Array.from({ length: 3 }, () => place(random, lines));
    // In half of the documents only some places are asked between edits: what was not computed must not be missed later.
    if (seed % 2 === 0 || version === EDITS) assert.equal(document.whole(), fresh.whole());
    for (const position of positions) assert.equal(document.at(position), fresh.at(position));
    const range = stretch(random, lines);
    const text = random.below(5) === 0 ? '' : random.one(['', '\n']) + piece(random, language);
    lines = edited(lines, range, text);
    document.change(version + 1, [{ range, text }]);
  }
}

describe('language: random documents', function () {
  this.timeout(0);

  it(`${documents} under ${EDITS} edits each have the answers of fresh ones`, () => {
    for (let seed = firstSeed; seed < firstSeed + documents; seed++) {
      try {
        check(seed);
      } catch (error) {
        throw new Error(`LANGUAGE_SEED=${seed} LANGUAGE_DOCUMENTS=1 shows it`, { cause: error });
      }
    }
  });
});
