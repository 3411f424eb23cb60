// graphql-sse in its mode of distinct connections: a run over plain HTTP, event by event.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { createClient } from 'graphql-sse';
import { FOLLOW, bearer, endpoint, isWhole, job, tokens } from './server.mjs';

const connect = (token) => createClient({ url: endpoint, headers: bearer(token), retryAttempts: 0 });

async function follow(client, variables) {
  const results = [];
  for await (const result of client.iterate({ query: FOLLOW, variables })) results.push(result);
  return results;
}

test('a run is followed to its end, and resumed after a cursor', async () => {
  const { run } = await job();
  const client = connect(tokens.viewer);
  const edges = (await follow(client, { runId: run })).map(({ data }) => data.syncProgress);
  isWhole(edges);
  const rest = await follow(client, { runId: run, after: edges[1].cursor });
  isWhole(rest.map(({ data }) => data.syncProgress), 3);
});

test('what does not exist is one error with its code', async () => {
  const results = await follow(connect(tokens.viewer), { runId: 'run_0000000000000000000000' });
  assert.deepEqual(results.map(({ errors }) => errors[0].extensions.code), ['NOT_FOUND']);
});

test('a refused token is refused by HTTP', async () => {
  await assert.rejects(follow(connect(tokens.foreign), { runId: 'run_0' }), ({ response }) => response.status === 401);
});

test('queries are streams of one', async () => {
  const results = [];
  for await (const result of connect(tokens.viewer).iterate({ query: '{ viewer { role } }' })) results.push(result.data);
  assert.deepEqual(results, [{ viewer: { role: 'VIEWER' } }]);
});
