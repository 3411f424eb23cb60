// The public schema keeps the rules of eslint.config.js.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';

test('the linter reports nothing', async () => {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const eslint = new ESLint({ cwd: root, overrideConfigFile: 'tests/clients/eslint.config.js' });
  const [{ messages }] = await eslint.lintFiles('schema.graphql');
  assert.deepEqual(messages.map(({ line, message }) => `schema.graphql:${line} ${message}`), []);
});
