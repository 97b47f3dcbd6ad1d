// The workbench as a user's hands and eyes: what can be clicked and read, by the words on it. Knows VS Code's page, nothing of hypervisors.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * What this installation of the workbench says about itself in every run: it was installed without compiling its native modules, and
 * asks nothing of the outside.
 */
const noise = [
  /spdlog|native-watchdog|build\/Release\/watchdog/,
  /authentication provider 'github'/,
  /status of 404/,
  /onWillSaveTextDocument-event/,
  /vsda|@vscode\/deviceid|policy-watcher|extension-recommendations|Could not locate the bindings file/,
];

function browserPath() {
  const candidates = [
    process.env.CHROMIUM,
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  ];
  const found = candidates.find((path) => path && existsSync(path));
  if (!found)
    throw new Error('No Chromium here: install it (apt-get install chromium), or set CHROMIUM to its path.');
  return found;
}

export async function openBrowser() {
  return chromium.launch({ executablePath: browserPath(), args: flags });
}

export class Workbench {
  /** Errors of the page, and of the extension host, whose console comes out in the page's, that are not the installation's own. */
  errors = [];

  constructor(page, server, shots) {
    this.page = page;
    this.server = server;
    this.shots = shots;
    page.setDefaultTimeout(60_000);
    const note = (text) => {
      if (!noise.some((known) => known.test(text))) this.errors.push(text);
    };
    page.on('pageerror', (error) => note(`page: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error') note(message.text());
    });
  }

  /** @param {{ server: object, browser: object, folder: string, shots: string, width?: number, height?: number }} options */
  static async open({ server, browser, folder, shots, width = 1440, height = 1000 }) {
    const context = await browser.newContext({ viewport: { width, height } });
    const workbench = new Workbench(await context.newPage(), server, shots);
    workbench.folder = folder;
    await workbench.page.goto(server.url(folder), { waitUntil: 'domcontentloaded' });
    await workbench.page.locator('.activitybar [aria-label^="Run and Debug"]').first().waitFor();
    return workbench;
  }

  async close() {
    await this.page.context().close();
  }

  /** A picture. The mouse goes out of the way first, unless what hovers under it is what the picture is of. */
  async shot(name, { hovering = false } = {}) {
    if (!hovering) {
      await this.restMouse();
      await this.page.locator('.workbench-hover').waitFor({ state: 'hidden' });
    }
    await this.page.screenshot({ path: join(this.shots, `${name}.png`) });
  }

  /** Takes the mouse to the empty middle of the status bar: everything else may say something to a mouse that rests. */
  async restMouse() {
    const { width, height } = this.page.viewportSize();
    await this.page.mouse.move(width / 2, height - 5);
  }

  // --- commands and files ---------------------------------------------------------------------------------------------

  /**
   * Opens the box at the top by a key, types, waits until the row in question is the one that Enter takes, and accepts it. A workbench
   * that is still starting drops keys, closes the box when it moves the focus, and does not know all rows yet: then the box is opened
   * again. By Enter, because rows that come later move under the mouse; nothing is accepted twice, because Enter needs the box open.
   */
  async quickPick(key, typed, words, accept = 'Enter') {
    const row = this.page.locator('.quick-input-list .monaco-list-row.focused', { hasText: words });
    const timeout = 10_000;
    let missing;
    for (let attempt = 0; attempt < 10; attempt++) {
      await this.page.keyboard.press(key);
      try {
        await this.boxInput.fill(typed, { timeout });
        await row.waitFor({ timeout });
        await this.boxInput.press(accept, { timeout });
        return await this.boxLeaves(typed);
      } catch (error) {
        missing = error;
        await this.page.keyboard.press('Escape');
      }
    }
    throw missing;
  }

  /** Where one types in the box at the top. */
  get boxInput() {
    return this.page.locator('.quick-input-widget input').first();
  }

  /** Waits until the box with this text has gone, or is another one that a command opened in its place. */
  async boxLeaves(typed) {
    await this.page.waitForFunction((text) => {
      const box = document.querySelector('.quick-input-widget');
      return !box?.checkVisibility() || box.querySelector('input').value !== text;
    }, typed);
  }

  command(title) {
    return this.quickPick('F1', `>${title}`, title);
  }

  /** Types into the input box that a command opened, and accepts. A box with rows wants `quickPick`, which waits for the row. */
  async answer(text) {
    await this.boxInput.fill(text);
    await this.boxInput.press('Enter');
    await this.page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
  }

  async openFile(name) {
    const base = name.split('/').at(-1);
    await this.quickPick('Control+P', name, base);
    await this.tab(base).waitFor();
  }

  /** Opens a text file, named with its folder where several have its name; its editor takes keys then. The tab is there before its editor, and keys would go elsewhere. */
  async openSource(name) {
    await this.openFile(name);
    await this.editor(name).waitFor();
  }

  /** The tab in front, when it is this file's. */
  tab(name) {
    return this.page.locator('.tab.active', { hasText: name });
  }

  /** The text editor of this file, when it has the focus. */
  editor(name) {
    return this.page.locator(`.editor-instance .monaco-editor.focused[data-uri$="/${name}"]`);
  }

  /** A line of the focused editor that has the text. */
  line(text) {
    return this.page.locator('.monaco-editor.focused .view-line', { hasText: text });
  }

  /** Waits until the cursor stands on this line of the editor in front. */
  async cursorOn(number) {
    await this.page.locator('#status\\.editor\\.selection', { hasText: `Ln ${number},` }).waitFor();
  }

  /** Puts the cursor on the first line that has the text; whole words only. */
  async toLine(file, text) {
    const number = lineOf(this.folder, file, text);
    await this.editor(file).waitFor();
    await this.quickPick('Control+G', `:${number}`, new RegExp(`go to line ${number}\\b`));
    await this.cursorOn(number);
    await this.editor(file).waitFor();
  }

  /** Types a line below the one of the cursor. */
  async typeLine(text) {
    await this.page.keyboard.press('End');
    await this.page.keyboard.press('Enter');
    await this.page.keyboard.type(text);
    await this.line(text).waitFor();
  }

  /** Deletes the line of the cursor, the only one that has the text. */
  async deleteLine(text) {
    await this.page.locator('.suggest-widget').waitFor({ state: 'hidden' });
    await this.page.keyboard.press('Control+Shift+K');
    await this.line(text).waitFor({ state: 'detached' });
  }

  /** Changes one setting of the folder on disk, as another program would; the workbench watches the file. */
  changeSetting(name, value) {
    const file = join(this.folder, '.vscode/settings.json');
    const all = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, JSON.stringify({ ...all, [name]: value }, null, 2));
  }

  async hideSideBar() {
    await this.page.locator('.part.sidebar').waitFor();
    await this.page.keyboard.press('Control+B');
    await this.page.locator('.part.sidebar').waitFor({ state: 'hidden' });
  }

  // --- debugging ------------------------------------------------------------------------------------------------------

  async showDebugView() {
    await this.page.locator('.activitybar [aria-label^="Run and Debug"]').first().click();
    await this.page.locator('.debug-viewlet, .start-debug-action-item').first().waitFor();
  }

  /** Starts the launch configuration with this name. */
  async startConfiguration(name) {
    await this.quickPick('Control+P', `debug ${name}`, name);
    await this.page.locator('.codicon-debug-stop').first().waitFor();
  }

  /** Presses a key that means something only at a stop: while the guest runs, VS Code drops it. */
  async atStop(key) {
    await this.page.locator('.codicon-debug-continue').first().waitFor();
    await this.page.keyboard.press(key);
  }

  /** F5 on a configuration, once the workbench offers it: earlier it drops the key. */
  async start(name) {
    await this.quickPick('Control+P', `debug ${name}`, name, 'Escape');
    await this.page.keyboard.press('F5');
    await this.page.locator('.codicon-debug-stop').first().waitFor();
  }

  async stop() {
    await this.page.locator('.codicon-debug-stop').first().waitFor();
    await this.page.keyboard.press('Shift+F5');
    await this.page.locator('.codicon-debug-stop').first().waitFor({ state: 'detached' });
  }

  callStack(text) {
    return this.page.locator('.debug-call-stack .monaco-list-row', { hasText: text });
  }

  /** Waits until a thread says why it stopped. */
  async stopped(text) {
    await this.callStack(text).first().waitFor();
  }

  /** Sets a breakpoint on the first line of a file that has the text. */
  async breakAt(file, text) {
    await this.openSource(file);
    await this.toLine(file, text);
    await this.page.keyboard.press('F9');
    await this.page.locator('.monaco-editor.focused .codicon-debug-breakpoint').first().waitFor();
  }

  /** Waits until a stop stands on the line that has the text: in a stack, and in the editor, which shows the frame of the stop. */
  async lineReached(file, text) {
    const number = lineOf(this.folder, file, text);
    const base = file.split('/').at(-1);
    await this.callStack(base)
      .filter({ hasText: `${number}:` })
      .first()
      .waitFor();
    await this.tab(base).waitFor();
    await this.cursorOn(number);
  }

  /** Waits until a stop stands in this file. */
  async fileReached(file) {
    await this.callStack(file).first().waitFor();
    await this.tab(file).waitFor();
  }

  async addFunctionBreakpoint(name) {
    await this.header('Breakpoints').hover();
    await this.page.locator('[aria-label="Add Function Breakpoint"]').first().click();
    const input = this.page.locator('.debug-breakpoints input.input').first();
    await input.fill(name);
    await input.press('Enter');
    await input.waitFor({ state: 'detached' });
    await this.reach('Breakpoints', name);
  }

  /** Where the editor's cursor is, as the status bar says it: every stop moves it. */
  async place() {
    const tab = await this.page.locator('.tab.active').first().innerText();
    return `${tab} ${await this.page.locator('#status\\.editor\\.selection').innerText()}`;
  }

  /** Waits until a stop has moved the cursor. */
  async placeChanges(from) {
    for (let turns = 0; turns < 300; turns++) {
      if ((await this.place()) !== from) return;
      await this.page.waitForTimeout(200);
    }
    throw new Error(`still at ${from}`);
  }

  /** Goes on, and waits for the next stop: for a row at the top of a list that was not there. */
  async continueTo(view, ...words) {
    await this.list(view).press('Home');
    const top = this.pane(view).locator('.monaco-list-row[data-index="0"]');
    const before = await top.getAttribute('aria-label');
    await this.atStop('F5');
    let fresh = top.and(this.page.locator(`:not([aria-label=${JSON.stringify(before)}])`));
    for (const word of words) fresh = fresh.filter({ hasText: word });
    await fresh.waitFor();
    await this.page.locator('.codicon-debug-continue').first().waitFor();
  }

  // --- views ----------------------------------------------------------------------------------------------------------

  header(view) {
    return this.page.locator(`.pane-header[aria-label^="${view} Section"]`);
  }

  async setOpen(view, open) {
    const header = this.header(view);
    await header.waitFor();
    if ((await header.getAttribute('aria-expanded')) === String(open)) return;
    await header.click();
    await header.and(this.page.locator(`[aria-expanded="${open}"]`)).waitFor();
  }

  /** Opens these views of the side bar and closes all others: an open one keeps the room that a later one needs. */
  async show(...views) {
    const headers = this.page.locator('.part.sidebar .pane-header');
    for (const label of await headers.evaluateAll((all) => all.map((each) => each.ariaLabel))) {
      const view = label.replace(/ Section.*/, '');
      if (!views.includes(view)) await this.setOpen(view, false);
    }
    for (const view of views) await this.setOpen(view, true);
  }

  pane(view) {
    return this.page.locator('.pane', { has: this.header(view) });
  }

  list(view) {
    return this.pane(view).locator('.monaco-list').first();
  }

  /** Rows of a view whose text contains all given words; those a user could see by scrolling alone are not there. */
  row(view, ...words) {
    let rows = this.pane(view).locator('.monaco-list-row');
    for (const word of words) rows = rows.filter({ hasText: word });
    return rows;
  }

  /** A row of this depth in a tree that lacks the word: there is none once a filter has done its work. */
  others(view, level, word) {
    const rows = this.pane(view).locator(`.monaco-list-row[aria-level="${level}"]`);
    return rows.filter({ hasNotText: word }).first();
  }

  /** Shows a list from its first row on: only rows that are shown are in the page, and only they can be seen to go. */
  async top(view) {
    await this.row(view).first().waitFor();
    await this.list(view).press('Home');
    await this.pane(view).locator('.monaco-list-row[data-index="0"]').waitFor();
  }

  /** Brings the topmost row with these words into view. */
  async reach(view, ...words) {
    return this.goTo(view, this.row(view, ...words));
  }

  /** The same for the row whose spoken text begins so. */
  async reachSpoken(view, beginning) {
    return this.goTo(view, this.pane(view).locator(`.monaco-list-row[aria-label^="${beginning}"]`));
  }

  /**
   * Walks a list by its keys, from the top down, until the topmost of the rows has the focus. A list shows the row that has the
   * focus as a whole, however little room its view has; the order of rows in the page is not the order a user sees. Rows that
   * are about to go must be gone before: VS Code logs an error when it is asked to walk over one.
   */
  async goTo(view, rows) {
    const list = this.list(view);
    const focused = this.page.locator('.monaco-list-row.focused');
    await this.row(view).first().waitFor();
    await list.press('Home');
    for (let ends = 0; ends < 100;) {
      const focus = await this.indexOf(list.locator(focused));
      const goal = await this.indexOf(rows);
      // The focus stays with the row when others come and go around it.
      if (goal !== undefined && goal === focus) return rows.and(focused);
      if (goal !== undefined && focus !== undefined) {
        await list.press(goal > focus ? 'ArrowDown' : 'ArrowUp');
        continue;
      }
      await list.press('PageDown');
      if ((await this.indexOf(list.locator(focused))) !== focus) continue;
      // At the end. Rows below an opened one come a moment later.
      ends++;
      await this.page.waitForTimeout(300);
      await list.press('Home');
    }
    throw new Error(`${view} has no such row: ${rows}`);
  }

  /** Index in its list of the topmost of these rows. */
  async indexOf(rows) {
    const all = await rows.evaluateAll((each) => each.map((row) => Number(row.dataset.index)));
    return all.length > 0 ? Math.min(...all) : undefined;
  }

  async expand(view, ...words) {
    const row = await this.reach(view, ...words);
    if ((await row.getAttribute('aria-expanded')) === 'false') await this.list(view).press('ArrowRight');
    const open = this.row(view, ...words).and(this.page.locator('[aria-expanded="true"]'));
    await open.first().waitFor();
    return row;
  }

  async checkBreakpoint(label, checked) {
    const row = await this.reach('Breakpoints', label);
    await row.getByRole('checkbox').setChecked(checked);
    await this.row('Breakpoints', label).getByRole('checkbox', { checked }).waitFor();
  }

  /** The page inside the Event in Flight view. */
  webview() {
    return this.webviewOf('#content');
  }

  /** The page inside the webview that has an element with this selector. */
  webviewOf(selector) {
    const outer = this.page.frameLocator('iframe.webview.ready');
    return outer.frameLocator('iframe#active-frame').locator(`:root:has(${selector})`);
  }

  /** Width of the side bar, by its sash. */
  async widen(pixels) {
    const bar = await this.page.locator('.part.sidebar').boundingBox();
    const edge = bar.x + bar.width;
    await this.page.mouse.move(edge, 500);
    // The sash takes the mouse once it shows that it felt it.
    await this.page.locator('.monaco-sash.vertical.hover').first().waitFor();
    await this.page.mouse.down();
    await this.page.mouse.move(bar.x + pixels, 500, { steps: 6 });
    await this.page.mouse.up();
  }
}

/** Number of the first line of a file, found by its name below a folder, that has the text as a word. */
function lineOf(folder, file, text) {
  const path = readdirSync(folder, { recursive: true }).find((each) => each.endsWith(file));
  const lines = readFileSync(join(folder, path), 'utf8').split('\n');
  const index = lines.findIndex((line) => new RegExp(`^[^/*#]*\\b${text}\\b`).test(line));
  if (index < 0) throw new Error(`${file} has no line with ${text}`);
  return index + 1;
}
