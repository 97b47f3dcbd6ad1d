/** package.json against the sources it repeats: VS Code reads it without running anything, so only a test can hold it. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { manifestText } from '../../src/generate/manifest';
import { launchAttributes } from '../../src/protocol/launch-attributes';
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
      initialConfigurations: object[];
      configurationSnippets: { label: string; body: object }[];
    }[];
    walkthroughs: { steps: { media: { markdown: string } }[] }[];
    grammars: { path: string }[];
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

  it('wakes up only when somebody debugs with it', () => {
    assert.deepEqual(activationEvents, [
      `onDebugResolve:${DEBUG_TYPE}`,
      `onDebugDynamicConfigurations:${DEBUG_TYPE}`,
    ]);
    for (const view of contributes.views['debug'] ?? [])
      assert.equal(view.when, `debugType == '${DEBUG_TYPE}'`);
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
    ];
    assert.deepEqual(
      files.filter((file) => !existsSync(join(root, file))),
      [],
    );
  });
});
