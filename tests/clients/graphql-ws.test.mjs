// graphql-ws, the client under Apollo, urql and Relay: follows a run, resumes, and comes back with another token.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { FOLLOW, ask, bearer, isWhole, job, socket, tokens } from './server.mjs';

/** A client that asks `tokens`, one after the other, for each connection, and tells the codes it was closed with. */
function connect(...tokens) {
  const closed = [];
  let asked = 0;
  const client = createClient({
    url: socket,
    webSocketImpl: WebSocket,
    connectionParams: () => bearer(tokens[Math.min(asked++, tokens.length - 1)]),
    retryWait: async () => {}, // at once
    on: { closed: ({ code }) => closed.push(code) },
  });
  return { client, closed, asked: () => asked };
}

async function follow(client, variables) {
  const edges = [];
  for await (const { data, errors } of client.iterate({ query: FOLLOW, variables })) {
    assert.equal(errors, undefined);
    edges.push(data.syncProgress);
  }
  return edges;
}

test('a run is followed to its end, and resumed after a cursor', async () => {
  const { run } = await job();
  const { client } = connect(tokens.viewer);
  const edges = await follow(client, { runId: run });
  isWhole(edges);
  isWhole(await follow(client, { runId: run, after: edges[1].cursor }), 3);
  await client.dispose();
});

test('a refused token closes with 4403, and the client asks for another and goes on', async () => {
  const { run } = await job();
  const { client, closed, asked } = connect(tokens.foreign, tokens.viewer);
  isWhole(await follow(client, { runId: run }));
  assert.deepEqual([closed, asked()], [[4403], 2]);
  await client.dispose();
});

test('what does not exist is one error with its code', async () => {
  const { client } = connect(tokens.viewer);
  await assert.rejects(follow(client, { runId: 'run_0000000000000000000000' }), ([{ extensions }]) => {
    assert.equal(extensions.code, 'NOT_FOUND');
    return true;
  });
  await client.dispose();
});

test('the activity of jobs is heard while it happens', async () => {
  const { job: id, run } = await job();
  const { client } = connect(tokens.viewer);
  await follow(client, { runId: run }); // nothing else happens to the job after that
  const query = 'subscription ($ids: [ID!]) { jobActivity(jobIds: $ids) { kind jobId job { status } } }';
  const activity = client.iterate({ query, variables: { ids: [id] } });
  const heard = activity.next();
  let answered = false;
  heard.finally(() => (answered = true));
  const pause = 'mutation ($id: ID!) { pauseJob(input: { jobId: $id }) { userErrors { code } } }';
  const resume = 'mutation ($id: ID!) { resumeJob(input: { jobId: $id }) { userErrors { code } } }';
  // The subscription begins some time after it was sent: changes until one is heard.
  while (!answered) {
    await ask(pause, { id });
    await ask(resume, { id });
  }
  const { data } = (await heard).value;
  assert.deepEqual([data.jobActivity.kind, data.jobActivity.jobId], ['JOB_UPDATED', id]);
  await activity.return();
  await client.dispose();
});
