// Lints the public schema: schema-recommended and schema-relay, made stricter where the rules allow it, and loosened only
// where a decision of this API is another one than the rule's default.
import { fileURLToPath } from 'node:url';
import graphql from '@graphql-eslint/eslint-plugin';

const { 'flat/schema-recommended': recommended, 'flat/schema-relay': relay } = graphql.configs;
const schema = fileURLToPath(new URL('../../schema.graphql', import.meta.url));

/** Objects without an identity of their own: facts and values that are part of the object which shows them. */
const values = {
  // Envelopes, named after what they hold.
  suffixes: ['Connection', 'Edge', 'Payload', 'Error'],
  types: [
    'Actor',
    'AuditChange',
    'ContactChange',
    'ContactCounts',
    'DeletionGuard',
    'DestinationInputResult',
    'DestinationInputSummary',
    'DestinationStatusCounts',
    'JobActivityEvent',
    'JobSource',
    'PageInfo',
    'RateLimit',
    'RunDestinationFinished',
    'RunFinished',
    'RunHeld',
    'RunHold',
    'RunHoldDecided',
    'RunProgressed',
    'RunStarted',
    'RunWaiting',
    'Schedule',
    'SourceHealth',
    'SyncedGroupContact',
    'Viewer',
    'Workspace', // there is one
  ],
};

export default [
  {
    files: ['schema.graphql'],
    languageOptions: { parser: graphql.parser, parserOptions: { graphQLConfig: { schema } } },
    plugins: { '@graphql-eslint': graphql },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      ...recommended.rules,
      ...relay.rules,

      // The schema is printed by the server, which writes every description as a block.
      '@graphql-eslint/description-style': ['error', { style: 'block' }],
      // Everything a client can see is described, and not only types.
      '@graphql-eslint/require-description': [
        'error',
        {
          types: true,
          rootField: true,
          DirectiveDefinition: true,
          FieldDefinition: true,
          InputValueDefinition: true,
          EnumValueDefinition: true,
          // Arguments of the specification's own directives, which the server's printer leaves bare.
          ignoredSelectors: ['DirectiveDefinition > InputValueDefinition'],
        },
      ],
      '@graphql-eslint/strict-id-in-types': ['error', { exceptions: values }],
      // Lists go forward only: the Relay specification allows it, and `orderBy` reverses.
      '@graphql-eslint/relay-arguments': ['error', { includeBoth: false }],
      '@graphql-eslint/relay-edge-types': [
        'error',
        {
          // `nodes` stands beside `edges`, for curl and jq; and short lists that cannot grow, such as `userErrors`, are plain.
          listTypeCanWrapOnlyEdgeType: false,
          // Changes of contacts, and contacts read live, are facts without an id.
          shouldImplementNode: false,
        },
      ],

      // Beyond both configurations.
      '@graphql-eslint/input-name': ['error', { checkInputType: true, caseSensitiveInputType: false }],
      '@graphql-eslint/no-scalar-result-type-on-mutation': 'error',
      '@graphql-eslint/require-nullable-fields-with-oneof': 'error',
    },
  },
];
