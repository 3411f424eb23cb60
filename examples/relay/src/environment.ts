// One Relay environment: a store, queries and mutations by HTTP, subscriptions by WebSocket.
import { Environment, Network, Observable, RecordSource, Store, type GraphQLResponse } from 'relay-runtime';
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
  const network = Network.create(
    async ({ text: query, name: operationName }, variables) => {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          ...(await authorization()),
          'Content-Type': 'application/json',
          Accept: 'application/graphql-response+json',
        },
        body: JSON.stringify({ query, operationName, variables }),
      });
      return (await response.json()) as GraphQLResponse;
    },
    ({ text, name: operationName }, variables) =>
      Observable.create((sink) =>
        sockets.subscribe({ query: text ?? '', operationName, variables }, {
          next: (result) => sink.next(result as GraphQLResponse),
          error: (error) => sink.error(error as Error),
          complete: () => sink.complete(),
        }),
      ),
  );
  const environment = new Environment({ network, store: new Store(new RecordSource()) });
  return { environment, close: () => sockets.dispose() };
}
