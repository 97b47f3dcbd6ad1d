/**
 * Random documents under random edits: nothing throws, and after every edit the answers are those of a source that was never
 * edited. `LANGUAGE_DOCUMENTS=100000 npx mocha ...` runs as many; `LANGUAGE_SEED` starts at another one.
 */
import assert from 'node:assert/strict';
import { createSourceFile } from '../../../src/language/source-files';
import { Workspace } from '../../../src/language/workspace/workspace';
import { answersAt, wholeAnswers } from './answers';
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

const documents = Number(process.env['LANGUAGE_DOCUMENTS'] ?? 400);
const firstSeed = Number(process.env['LANGUAGE_SEED'] ?? 1);
const EDITS = 4;

function check(seed: number): void {
  const random = new Randomness(seed);
  const language = random.one(documentLanguages);
  const uri = `untitled:document-${seed}`;
  const workspace = new Workspace(createSourceFile);
  let lines = linesOf(documentText(random, language));
  workspace.didOpen(uri, language, 0, lines.join('\n'));
  for (let version = 0; version <= EDITS; version++) {
    const file = workspace.document(uri)!.file;
    const fresh = createSourceFile(language, uri, lines.join('\n'), { constant: () => undefined })!;
    const positions = Array.from({ length: 3 }, () => place(random, lines));
    // In half of the documents only some places are asked between edits: what was not computed must not be missed later.
    if (seed % 2 === 0 || version === EDITS) assert.equal(wholeAnswers(file), wholeAnswers(fresh));
    for (const position of positions) assert.equal(answersAt(file, position), answersAt(fresh, position));
    const range = stretch(random, lines);
    const text = random.below(5) === 0 ? '' : random.one(['', '\n']) + piece(random, language);
    lines = edited(lines, range, text);
    workspace.didChange(uri, version + 1, [{ range, text }]);
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
