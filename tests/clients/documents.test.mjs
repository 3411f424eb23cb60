// GraphiQL's ready-made documents are valid against the schema.
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { buildSchema, parse, validate } from 'graphql';
import { documents } from '../../assets/graphiql/documents.js';

const schema = buildSchema(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'));

for (const { query, variables } of documents) {
  const document = parse(query);
  test(document.definitions[0].name.value, () => {
    assert.deepEqual(validate(schema, document).map(String), []);
    if (variables) JSON.parse(variables);
  });
}
