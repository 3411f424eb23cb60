// The server under test, as the environment names it, and what several tests ask of it.
import assert from 'node:assert/strict';

function needed(name) {
  const value = process.env[name];
  assert.ok(value, `${name} is not set: see README.md`);
  return value;
}

/** Base URL, without a slash at the end. */
export const base = needed('CONTACT_SYNC_TEST_URL').replace(/\/$/, '');
export const endpoint = `${base}/graphql`;
export const socket = endpoint.replace(/^http/, 'ws');

/** Tokens by role, and one that another server signed. */
export const tokens = {
  viewer: needed('CONTACT_SYNC_TEST_VIEWER'),
  operator: needed('CONTACT_SYNC_TEST_OPERATOR'),
  admin: needed('CONTACT_SYNC_TEST_ADMIN'),
  foreign: needed('CONTACT_SYNC_TEST_FOREIGN'),
};

export const bearer = (token) => ({ Authorization: `Bearer ${token}` });

/** The data of a document that must not fail, over plain HTTP as an administrator. */
export async function ask(query, variables) {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { ...bearer(tokens.admin), 'Content-Type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  assert.equal(errors, undefined);
  return data;
}

const PEOPLE = ['ann@corp.example', 'bob@corp.example', 'carol@corp.example'];

/** A job of the sandbox's sample group, made at the first call; the ids of the job and of its first run. */
export async function job() {
  const { createJob } = await ask(
    `mutation ($input: CreateJobInput!) {
      createJob(input: $input) { userErrors { code message } isReplay job { id } run { id } }
    }`,
    {
      input: {
        sourceUserEmail: 'desk@corp.example',
        sourceGroup: { name: 'Suppliers' },
        destinationEmails: PEOPLE,
        idempotencyKey: 'the job of the client tests',
      },
    },
  );
  assert.deepEqual(createJob.userErrors, []);
  return { job: createJob.job.id, run: createJob.run.id };
}

export const FOLLOW = `subscription Follow($runId: ID!, $after: String) {
  syncProgress(runId: $runId, after: $after) { cursor isBacklog node { __typename sequence status } }
}`;

/** Checks that these are all events of a run, in order, to its last one. */
export function isWhole(edges, first = 1) {
  assert.deepEqual(edges.map(({ node }) => node.sequence), edges.map((_, index) => first + index));
  assert.equal(edges.at(-1).node.__typename, 'RunFinished');
  assert.equal(edges.filter(({ node }) => node.__typename === 'RunFinished').length, 1);
}
