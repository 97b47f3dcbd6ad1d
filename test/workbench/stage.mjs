// What the specs share: one server with the packed extension, a copy of the samples, and a place for pictures.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startServer } from './server.mjs';
import { packVsix, root } from './vsix.mjs';
import { Workbench, openBrowser } from './workbench.mjs';

const shots = join(root, 'test/workbench/shots');

/** Opens a workbench for a describe block: call in `before`, and `close` in `after`. */
export class Stage {
  static async open({ theme = 'Default Dark Modern', prepare = copySamples, width, height } = {}) {
    mkdirSync(shots, { recursive: true });
    const stage = new Stage();
    stage.server = await startServer({
      vsix: packVsix(),
      settings: {
        'workbench.colorTheme': theme,
        'editor.minimap.enabled': false,
        'workbench.tree.enableStickyScroll': false,
        'editor.fontSize': 13,
      },
    });
    stage.folder = prepare(stage.server);
    stage.browser = await openBrowser();
    stage.workbench = await Workbench.open({
      server: stage.server,
      browser: stage.browser,
      folder: stage.folder,
      shots,
      width,
      height,
    });
    return stage;
  }

  /** A picture of how it looked, when a test of the block failed. */
  async failed(test) {
    const name = `failed-${test.fullTitle().replace(/\W+/g, '-')}`.slice(0, 80);
    // With what hovers: it may be why.
    await this.workbench?.shot(name, { hovering: true }).catch(() => undefined);
  }

  async close() {
    await this.browser?.close();
    await this.server?.stop();
  }
}

function copySamples(server) {
  return server.copyOf(join(root, 'samples'), 'samples');
}

/** The samples without launch.json, their sources where the images say they are. */
export function copyWithoutConfiguration(server) {
  server.copyOf(join(root, 'samples/broken-entry'), 'only-images/broken-entry');
  return join(server.copyOf(join(root, 'samples/hello-nested'), 'only-images/hello-nested'), '..');
}

/** mocha's hooks for a block that shares one stage; a test that fails ends the block, because the next ones stand on it. */
export function onStage(options) {
  const held = {};
  before(async () => {
    held.stage = await Stage.open(options);
    held.workbench = held.stage.workbench;
  });
  afterEach(async function () {
    if (this.currentTest.state === 'failed') await held.stage.failed(this.currentTest);
  });
  after(async () => {
    await held.stage?.close();
  });
  return held;
}
