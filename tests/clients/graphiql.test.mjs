// GraphiQL in a real browser, as an administrator uses it. `PICTURE` names a file for a screenshot of a running sync.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';
import { base, isWhole, tokens } from './server.mjs';

const PATIENCE_MS = 120_000;
const OPTIONS = [
  '--headless',
  '--no-sandbox', // as root there is none
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

let browser;

before(async () => {
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: OPTIONS });
});
after(() => browser?.close());

/** A page in a profile of its own, and what it did: requests, complaints, messages on sockets. */
async function open(viewport = { width: 1440, height: 900 }) {
  const context = await browser.newContext({ viewport, colorScheme: 'light' });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const seen = { requests: [], complaints: [], messages: [], awaited: () => {} };
  page.on('request', (request) => seen.requests.push(request.url()));
  page.on('websocket', (socket) => {
    seen.requests.push(socket.url());
    socket.on('framereceived', ({ payload }) => {
      seen.messages.push(JSON.parse(payload));
      seen.awaited();
    });
  });
  page.on('console', (message) => message.type() === 'error' && seen.complaints.push(message.text()));
  page.on('pageerror', (error) => seen.complaints.push(String(error)));
  await page.addInitScript(() => {
    const complain = ({ violatedDirective, blockedURI }) => console.error('refused by policy', violatedDirective, blockedURI);
    document.addEventListener('securitypolicyviolation', complain);
  });
  await page.goto(`${base}/`);
  await hasRead(page, 'Overview');
  return { page, seen };
}

/** No request went to another host, and nothing was complained about. */
function isClean({ requests, complaints }) {
  const host = new URL(base).host;
  assert.deepEqual(requests.filter((url) => !url.startsWith('data:') && new URL(url).host !== host), []);
  assert.deepEqual(complaints, []);
}

const enter = (page, token) => page.getByLabel('Token', { exact: true }).fill(token);
const caller = (page) => page.locator('#caller');
const sees = (locator, text) => locator.filter({ hasText: text }).first().waitFor();
const response = (page) => page.locator('.graphiql-response');

/** An event of a run that is like this has come over the socket. */
const comes = (seen, isLike) =>
  new Promise((resolve) => {
    seen.awaited = () =>
      seen.messages.some(({ type, payload }) => type === 'next' && isLike(payload.data.syncProgress)) && resolve();
    seen.awaited();
  });

/** GraphiQL has read the document of the open tab: until then it would execute what it read last. */
const hasRead = (page, name) =>
  page.waitForFunction((name) => localStorage.getItem('graphiql:operationName') === name, name);

/** Opens a tab. */
async function choose(page, name) {
  await page.getByRole('tab', { name, exact: true }).click();
  await hasRead(page, name);
}

/** Replaces the variables of the open tab. */
async function fill(page, variables) {
  await page.locator('.graphiql-editor-tool .CodeMirror').first().click();
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText(JSON.stringify(variables, null, 2));
}

/** Presses the play button; where the tab holds several operations, chooses one. */
async function play(page, operation) {
  await page.getByRole('button', { name: /Execute query/ }).click();
  if (operation) await page.getByRole('menuitem', { name: operation, exact: true }).click();
}

/** The value of a field in the answer that is shown, once it is there. */
async function answered(page, pattern) {
  await sees(response(page), pattern);
  return (await response(page).innerText()).match(pattern)[1];
}

test('an administrator enters a token, reads the schema, creates a job and follows its run', async () => {
  const { page, seen } = await open();
  await sees(caller(page), 'Paste a token to begin');
  assert.deepEqual(seen.requests.filter((url) => url.endsWith('/graphql')), [], 'nothing is asked without a token');
  assert.equal(await page.getByLabel('Documentation Explorer', { exact: true }).count(), 0);
  await enter(page, `{"Authorization": "Bearer ${tokens.admin}"}`);
  await sees(caller(page), /^ADMIN · service token · until /);
  await sees(page.getByLabel('Documentation Explorer', { exact: true }), 'query: Query');

  await play(page);
  await sees(response(page), 'primaryDomain');

  await choose(page, 'CreateJob');
  await play(page);
  const run = await answered(page, /"id": "(run_\w+)"/);
  await choose(page, 'FollowRun');
  await fill(page, { runId: run, after: null });
  await play(page, 'FollowRun');
  await sees(response(page), 'RunFinished');
  const events = seen.messages.filter(({ type }) => type === 'next').map(({ payload }) => payload.data.syncProgress);
  isWhole(events);
  isClean(seen);

  const stored = await page.evaluate(() => JSON.stringify(localStorage));
  assert.ok(!stored.includes(tokens.admin), 'the token is not stored beyond the tab');

  // The tab remembers it, and forgets it when told.
  await page.reload();
  await sees(caller(page), /^ADMIN/);
  await page.getByRole('button', { name: 'Forget' }).click();
  await sees(caller(page), 'Paste a token to begin');
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
  await page.getByLabel('Show Documentation Explorer').waitFor();
  await page.context().close();
});

test('a sync that takes a while is watched while it runs', async () => {
  const { page, seen } = await open();
  await enter(page, tokens.admin);
  await sees(caller(page), /^ADMIN/);
  await choose(page, 'CreateJob');
  await fill(page, {
    input: {
      sourceUserEmail: 'desk@corp.example',
      sourceGroup: { name: 'Everybody' },
      destinationEmails: ['ann@corp.example', 'bob@corp.example', 'carol@corp.example', 'dave@corp.example'],
    },
  });
  await play(page);
  const run = await answered(page, /"id": "(run_\w+)"/);
  await choose(page, 'FollowRun');
  await fill(page, { runId: run, after: null });
  await play(page, 'FollowRun');
  await comes(seen, ({ node }) => node.__typename === 'RunProgressed' && node.counts.created > 0);
  await sees(response(page), /"__typename": "Run(Progressed|Finished)"/);
  if (process.env.PICTURE) await page.screenshot({ path: process.env.PICTURE });
  await page.getByRole('button', { name: /Stop/ }).click();
  isClean(seen);
  await page.context().close();
});

test('a token that does not hold is refused with the reason', async () => {
  const { page, seen } = await open();
  await enter(page, tokens.foreign);
  await sees(caller(page), /^Refused: .+/);
  assert.ok(seen.complaints.every((text) => text.includes('401')), seen.complaints.join());
  await enter(page, tokens.viewer);
  await sees(caller(page), /^VIEWER/);
  await page.context().close();
});

test('a token in the Headers tab wins', async () => {
  const { page, seen } = await open();
  await enter(page, tokens.viewer);
  await sees(caller(page), /^VIEWER/);
  await page.getByRole('button', { name: 'Headers' }).click();
  await page.locator('.graphiql-editor-tool .CodeMirror').last().click();
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText(JSON.stringify({ authorization: `Bearer ${tokens.operator}` }));
  await play(page);
  await sees(response(page), '"role": "OPERATOR"');
  isClean(seen);
  await page.context().close();
});

test('on a narrow screen the editor has the room, and every control a name', async () => {
  const { page, seen } = await open({ width: 400, height: 800 });
  await enter(page, tokens.admin);
  await sees(caller(page), /^ADMIN/);
  assert.equal(await page.getByLabel('Documentation Explorer', { exact: true }).count(), 0);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing is cut off');
  for (const control of await page.locator('header').getByRole('button').all()) {
    assert.notEqual((await control.innerText()).trim(), '');
  }
  await play(page);
  await sees(response(page), 'primaryDomain');
  isClean(seen);
  await page.context().close();
});
