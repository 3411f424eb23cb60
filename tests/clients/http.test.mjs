// The audits of the GraphQL over HTTP specification: every MUST and every SHOULD; what a server MAY do is told.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { serverAudits } from 'graphql-http';
import { bearer, endpoint, tokens } from './server.mjs';

const fetchFn = (url, request) =>
  fetch(url, { ...request, headers: { ...request?.headers, ...bearer(tokens.viewer) } });

for (const { name, fn } of serverAudits({ url: endpoint, fetchFn })) {
  test(name, async (t) => {
    const result = await fn();
    if (result.status === 'notice') t.diagnostic(`may, but does not: ${result.reason}`);
    else assert.equal(result.status, 'ok', result.reason);
  });
}
