// Apollo Client: its cache, pages, mutations with user errors, subscriptions, and automatic persisted queries.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { ApolloClient, ApolloLink, CombinedGraphQLErrors, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { relayStylePagination } from '@apollo/client/utilities';
import { buildSchema, isInterfaceType } from 'graphql';
import { createClient } from 'graphql-ws';
import { filter, firstValueFrom } from 'rxjs';
import WebSocket from 'ws';
import { FOLLOW, bearer, endpoint, isWhole, job, socket, tokens } from './server.mjs';

/** Which types an interface has: without this Apollo cannot match fragments on `MutationPayload`. */
function possibleTypes() {
  const schema = buildSchema(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'));
  const interfaces = Object.values(schema.getTypeMap()).filter(isInterfaceType);
  return Object.fromEntries(interfaces.map((type) => [type.name, schema.getPossibleTypes(type).map(({ name }) => name)]));
}

function connect(token, ...links) {
  const cache = new InMemoryCache({
    possibleTypes: possibleTypes(),
    typePolicies: { Job: { fields: { destinations: relayStylePagination(['filter', 'orderBy']) } } },
  });
  const http = new HttpLink({ uri: endpoint, headers: bearer(token) });
  return new ApolloClient({ cache, link: ApolloLink.from([...links, http]) });
}

const ERRORS = gql`
  fragment Errors on MutationPayload {
    userErrors {
      code
      path
      ... on InvalidDestinationUserError {
        email
        reason
      }
    }
  }
`;

test('pages are joined in the cache', async () => {
  const { job: id } = await job();
  const client = connect(tokens.viewer);
  const query = gql`
    query ($id: ID!, $after: String) {
      job(id: $id) {
        id
        destinations(first: 2, after: $after) {
          edges { cursor node { id email } }
          pageInfo { hasNextPage endCursor }
        }
      }
    }
  `;
  const list = client.watchQuery({ query, variables: { id } });
  const { data } = await firstValueFrom(list.pipe(filter(({ dataState }) => dataState === 'complete')));
  const { hasNextPage, endCursor } = data.job.destinations.pageInfo;
  assert.deepEqual([data.job.destinations.edges.length, hasNextPage], [2, true]);
  await list.fetchMore({ variables: { after: endCursor } });
  const whole = client.readQuery({ query, variables: { id } }).job.destinations;
  const emails = whole.edges.map(({ node }) => node.email);
  assert.deepEqual(emails, ['ann@corp.example', 'bob@corp.example', 'carol@corp.example']);
  assert.equal(whole.pageInfo.hasNextPage, false);
});

test('what a mutation returns is seen by queries', async () => {
  const { job: id } = await job();
  const client = connect(tokens.operator);
  const query = gql`query ($id: ID!) { job(id: $id) { id status } }`;
  await client.query({ query, variables: { id } });
  const status = () => client.readQuery({ query, variables: { id } }).job.status;
  for (const [name, expected] of [['pauseJob', 'PAUSED'], ['resumeJob', 'ACTIVE']]) {
    const mutation = gql`
      mutation ($id: ID!) { ${name}(input: { jobId: $id }) { ...Errors job { id status } } }
      ${ERRORS}
    `;
    const { data } = await client.mutate({ mutation, variables: { id } });
    assert.deepEqual([data[name].userErrors, status()], [[], expected]);
  }
});

test('user errors are data; a refused role is an error with its code', async () => {
  const { job: jobId } = await job();
  const mutation = gql`
    mutation ($input: AddUsersInput!) { addUsers(input: $input) { ...Errors summary { added invalid } } }
    ${ERRORS}
  `;
  const variables = { input: { jobId, emails: ['nonsense', 'nobody@corp.example'] } };
  const { data } = await connect(tokens.operator).mutate({ mutation, variables });
  assert.deepEqual(
    data.addUsers.userErrors.map(({ code, reason, path }) => [code, reason, path.join('.')]),
    [
      ['INVALID_DESTINATION_USER', 'MALFORMED_ADDRESS', 'input.emails.0'],
      ['INVALID_DESTINATION_USER', 'USER_NOT_FOUND', 'input.emails.1'],
    ],
  );
  await assert.rejects(connect(tokens.viewer).mutate({ mutation, variables }), (error) => {
    assert.ok(CombinedGraphQLErrors.is(error));
    const [{ extensions, path }] = error.errors;
    assert.deepEqual([extensions.code, extensions.requiredRole, path], ['FORBIDDEN', 'OPERATOR', ['addUsers']]);
    return true;
  });
});

test('a document is sent once, and its hash from then on', async () => {
  const sent = [];
  const spy = new ApolloLink((operation, forward) => {
    sent.push(operation.getContext().http.includeQuery);
    return forward(operation);
  });
  const sha256 = (text) => createHash('sha256').update(text).digest('hex');
  const persisted = new PersistedQueryLink({ sha256, useGETForHashedQueries: true });
  // A name of its own, so that no earlier run of this test has sent it.
  const query = gql(`query Unsent${Date.now()} { viewer { role } }`);
  for (const client of [connect(tokens.viewer, persisted, spy), connect(tokens.operator, persisted, spy)]) {
    const { data } = await client.query({ query });
    assert.match(data.viewer.role, /VIEWER|OPERATOR/);
  }
  assert.deepEqual(sent, [false, true, false]);
});

test('a run is followed through the link for sockets', async () => {
  const { run } = await job();
  const sockets = createClient({ url: socket, webSocketImpl: WebSocket, connectionParams: bearer(tokens.viewer) });
  const client = new ApolloClient({ cache: new InMemoryCache(), link: new GraphQLWsLink(sockets) });
  const edges = await new Promise((resolve, reject) => {
    const seen = [];
    client.subscribe({ query: gql(FOLLOW), variables: { runId: run } }).subscribe({
      next: ({ data, error }) => (error ? reject(error) : seen.push(data.syncProgress)),
      error: reject,
      complete: () => resolve(seen),
    });
  });
  isWhole(edges);
  await sockets.dispose();
});
