// The documentation for client developers: its commands work in their order, print what it shows, and it explains every code.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { buildSchema } from 'graphql';
import { base } from './server.mjs';

const read = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const guide = read('docs/api.md');
const MARK = '=== block';

/** The fenced blocks, with what stands behind the fence. */
const blocks = [...guide.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language, text]) => ({ language, text }));

/** What a value looks like: names and codes stay, everything that differs from run to run becomes its type. */
function shape(value) {
  if (Array.isArray(value)) return value.map(shape);
  if (value === null || typeof value !== 'object') {
    return /^[A-Z_]+$/.test(value) ? value : value === null ? null : typeof value;
  }
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shape(inner)]));
}

test('the commands work as they stand, one after the other', async () => {
  const commands = blocks.filter(({ language }) => language === 'sh');
  const script = commands.map(({ text }) => `${text}\necho '${MARK}'`).join('\n');
  const here = script.replaceAll('http://127.0.0.1:8080', base);
  const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', here]);
  const printed = stdout.split(`${MARK}\n`);
  commands.forEach((block, index) => (block.printed = printed[index]));
  for (const [index, { language, text }] of blocks.entries()) {
    const before = blocks[index - 1];
    if (language !== 'json' || before?.language !== 'sh') continue;
    let answer;
    assert.doesNotThrow(() => (answer = JSON.parse(before.printed)), `${before.text}\n${before.printed}`);
    assert.deepEqual(shape(answer), shape(JSON.parse(text)), before.text);
  }
});

test('every code of the schema and of the top-level errors is explained, and no other', () => {
  const schema = buildSchema(read('schema.graphql'));
  const values = (name) => schema.getType(name).getValues().map((value) => value.name);
  const enums = ['UserErrorCode', 'InvalidDestinationReason', 'RunErrorCode'].flatMap(values);
  const top = [...read('src/graphql/error.rs').matchAll(/=> "([A-Z_]+)"/g)].map(([, code]) => code);
  const explained = [...guide.matchAll(/^### ([A-Z_]+)$/gm)].map(([, code]) => code);
  const missing = [...new Set([...enums, ...top])].filter((code) => !explained.includes(code));
  const unknown = explained.filter((code) => !enums.includes(code) && !top.includes(code));
  assert.deepEqual({ missing, unknown }, { missing: [], unknown: [] });
  assert.deepEqual(explained, explained.toSorted());
});
