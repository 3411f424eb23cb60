// One Apollo Client for everything: queries and mutations by HTTP, subscriptions by WebSocket.
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import { SetContextLink } from '@apollo/client/link/context';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { relayStylePagination } from '@apollo/client/utilities';
import { OperationTypeNode } from 'graphql';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

/** A console asks its identity provider here; it is called again whenever a token has expired. */
async function freshToken(): Promise<string> {
  const token = process.env['CONTACT_SYNC_TOKEN'];
  if (!token) throw new Error('CONTACT_SYNC_TOKEN is not set: contact-sync token --role operator');
  return token;
}

const authorization = async () => ({ Authorization: `Bearer ${await freshToken()}` });

export function connect(url: string) {
  const sockets = createClient({
    url: url.replace(/^http/, 'ws'),
    webSocketImpl: WebSocket, // a browser has its own
    connectionParams: authorization, // asked again after the server has closed with 4403
    retryAttempts: Infinity,
    keepAlive: 10_000,
  });
  const http = ApolloLink.from([
    new SetContextLink(async ({ headers }) => ({ headers: { ...headers, ...(await authorization()) } })),
    new HttpLink({ uri: url }),
  ]);
  const client = new ApolloClient({
    link: ApolloLink.split(
      ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
      new GraphQLWsLink(sockets),
      http,
    ),
    cache: new InMemoryCache({
      // Lists of the same filter and order are one list, to which pages are added.
      typePolicies: { Query: { fields: { jobs: relayStylePagination(['filter', 'orderBy']) } } },
      // Fragments on interfaces; `npx fragment-matcher` and code generators write this from the schema.
      possibleTypes: {
        MutationPayload: ['CreateJobPayload'],
        UserError: ['InputError', 'InvalidDestinationUserError', 'RunConflictError'],
      },
    }),
  });
  return { client, close: () => sockets.dispose() };
}
