/** package.json against the sources it repeats: VS Code reads it without running anything, so only a test can hold it. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { manifestText } from '../../src/generate/manifest';
import { launchAttributes } from '../../src/protocol/launch-attributes';
import {
  assemblyLanguageIds,
  cFamilyLanguageIds,
  defaultLanguageSettings,
  LANGUAGE_SECTION,
} from '../../src/protocol/language-requests';
import { DEBUG_TYPE } from '../../src/protocol/launch-configuration';
import { markColors } from '../../src/views/row-appearance';
import { levelColors } from '../../src/views/timeline-appearance';

interface Command {
  command: string;
}
interface Manifest {
  main: string;
  icon: string;
  activationEvents: string[];
  contributes: {
    commands: Command[];
    keybindings: Command[];
    menus: Record<string, Command[]>;
    views: Record<string, { id: string; icon: string; when: string }[]>;
    colors: { id: string }[];
    debuggers: {
      type: string;
      program: string;
      languages: string[];
      initialConfigurations: object[];
      configurationSnippets: { label: string; body: object }[];
    }[];
    walkthroughs: { steps: { media: { markdown: string } }[] }[];
    grammars: { language: string; path: string }[];
    languages: { id: string; configuration: string }[];
    breakpoints: { language: string }[];
    configuration: { properties: Record<string, { default: unknown }> };
  };
}

const root = join(__dirname, '../..');
const text = readFileSync(join(root, 'package.json'), 'utf8');
const { contributes, activationEvents, icon } = JSON.parse(text) as Manifest;
const sources = ['src/extension.ts', 'src/views/launch/images.ts']
  .map((path) => readFileSync(join(root, path), 'utf8'))
  .join('\n');

describe('package.json', () => {
  it('has the schema of the launch attributes (`npm run generate:manifest` writes it)', () => {
    assert.deepEqual(JSON.parse(text), JSON.parse(manifestText()));
  });

  it("README's table has every launch attribute", () => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    const missing = Object.keys(launchAttributes).filter((name) => !readme.includes(`| \`${name}\` |`));
    assert.deepEqual(missing, []);
  });

  it("README's table has every setting", () => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    const names = Object.keys(contributes.configuration.properties);
    assert.deepEqual(
      names.filter((name) => !readme.includes(`| \`${name}\` |`)),
      [],
    );
  });

  it('every command that menus and keys name is contributed, and the extension registers it', () => {
    const ids = contributes.commands.map(({ command }) => command);
    const named = [...Object.values(contributes.menus).flat(), ...contributes.keybindings];
    for (const { command } of named) assert.ok(ids.includes(command), command);
    for (const id of ids) assert.ok(sources.includes(`registerCommand('${id}'`), `${id} is registered`);
  });

  it('colours that the views use are contributed', () => {
    const ids = contributes.colors.map(({ id }) => id);
    for (const id of [...Object.values(markColors), ...Object.values(levelColors)])
      assert.ok(ids.includes(id), id);
  });

  it('wakes up when somebody debugs with it, or opens a source that it explains', () => {
    assert.deepEqual(activationEvents, [
      `onDebugResolve:${DEBUG_TYPE}`,
      `onDebugDynamicConfigurations:${DEBUG_TYPE}`,
      ...[...assemblyLanguageIds, ...cFamilyLanguageIds].map((id) => `onLanguage:${id}`),
    ]);
    for (const view of contributes.views['debug'] ?? [])
      assert.equal(view.when, `debugType == '${DEBUG_TYPE}'`);
  });

  it('breakpoints can be set in every language that the language server reads', () => {
    const settable = contributes.breakpoints.map(({ language }) => language);
    for (const id of [...assemblyLanguageIds, ...cFamilyLanguageIds]) {
      assert.ok(settable.includes(id), id);
      assert.ok(contributes.debuggers[0]?.languages.includes(id), id);
    }
  });

  it("the language server's settings have the defaults that it has itself", () => {
    const { properties } = contributes.configuration;
    const defaults = Object.entries({ enabled: true, ...defaultLanguageSettings });
    assert.deepEqual(
      Object.entries(properties).map(([name, { default: value }]) => [name, value]),
      defaults.map(([name, value]) => [`${LANGUAGE_SECTION}.${name}`, value]),
    );
  });

  it('snippets and first configurations use known attributes only', () => {
    const [debug] = contributes.debuggers;
    const known = new Set(['name', 'type', 'request', ...Object.keys(launchAttributes)]);
    const bodies = [...debug!.initialConfigurations, ...debug!.configurationSnippets.map(({ body }) => body)];
    for (const key of bodies.flatMap(Object.keys)) assert.ok(known.has(key), key);
    for (const { label } of debug!.configurationSnippets) assert.match(label, /^Turtlescope: /);
  });

  it('every file it names is there', () => {
    const files = [
      icon,
      ...(contributes.views['debug'] ?? []).map((view) => view.icon),
      ...contributes.walkthroughs.flatMap(({ steps }) => steps.map(({ media }) => media.markdown)),
      ...contributes.grammars.map(({ path }) => path),
      ...contributes.languages.map(({ configuration }) => configuration),
    ];
    assert.deepEqual(
      files.filter((file) => !existsSync(join(root, file))),
      [],
    );
  });
});
