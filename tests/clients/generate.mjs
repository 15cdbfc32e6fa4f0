// A typed client, made from the schema as most clients make it, and compiled with the strictest settings.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { codegen } from '@graphql-codegen/core';
import * as typedDocuments from '@graphql-codegen/typed-document-node';
import * as types from '@graphql-codegen/typescript';
import * as operations from '@graphql-codegen/typescript-operations';
import {
  buildClientSchema,
  buildSchema,
  execute,
  getIntrospectionQuery,
  lexicographicSortSchema,
  parse,
  printSchema,
  validate,
} from 'graphql';

import { ROOT, TOKEN, URL, finish, step } from './steps.mjs';

/** How the scalars travel. With `strictScalars`, one that is missing here fails the generation. */
const SCALARS = {
  Bytes: 'string',
  Date: 'string',
  DateTime: 'string',
  Decimal: 'string',
  JSON: 'unknown',
  YearMonth: 'string',
};

const text = (...parts) => readFileSync(path.join(...parts), 'utf8');
const document = parse(text(ROOT, 'schema.graphql'));
const schema = buildSchema(text(ROOT, 'schema.graphql'));

/** The operations of the walk in the README; they have no names there, and get some, because code needs them. */
function readWalk() {
  const blocks = text(ROOT, 'README.md').matchAll(/^```graphql\n(.*?)^```$/gms);
  return [...blocks].map(([, source], index) => {
    const location = `Walk${index + 1}`;
    const parsed = parse(source);
    const [definition] = parsed.definitions;
    const named = { ...definition, name: { kind: 'Name', value: location } };
    return { location, document: { ...parsed, definitions: [named] } };
  });
}

const walk = readWalk();

await step('the README has a walk of operations', () => assert.ok(walk.length > 0));

for (const { location, document: operation } of walk) {
  const fields = operation.definitions[0].selectionSet.selections.map((field) => field.name.value);
  await step(`${location} is valid: ${fields.join(', ')}`, () => {
    assert.deepEqual(validate(schema, operation).map(({ message }) => message), []);
  });
}

async function ask(query) {
  const answer = await fetch(URL, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  return answer.json();
}

await step('the server describes itself as schema.graphql does', async () => {
  const options = { inputValueDeprecation: true, oneOf: true, specifiedByUrl: true };
  const { data, errors } = await ask(getIntrospectionQuery(options));
  assert.equal(errors, undefined, JSON.stringify(errors));
  const lines = (one) => printSchema(lexicographicSortSchema(one)).split('\n');
  const [here, there] = [lines(schema), lines(buildClientSchema(data))];
  const first = here.findIndex((line, index) => line !== there[index]);
  assert.ok(first === -1, `schema.graphql says ${here[first]}, the server says ${there[first]}`);
});

await step('what fails is null only where the schema allows it', async () => {
  const query = '{ viewer { subject } integrations(first: 1000) { totalCount } }';
  const { data, errors } = await ask(query);
  assert.deepEqual(errors?.map(({ path }) => path), [['integrations']]);
  // The reference implementation repeats the answer, and objects to a null that cannot be there.
  const repeated = data ? execute({ schema, document: parse(query), rootValue: data }) : {};
  assert.deepEqual(repeated.errors?.map(({ message }) => message) ?? [], []);
});

const own = { location: 'operations.graphql', document: parse(text('operations.graphql')) };

async function generate(filename, documents, pluginMap) {
  const config = { scalars: SCALARS, strictScalars: true, useTypeImports: true };
  const plugins = Object.keys(pluginMap).map((name) => ({ [name]: {} }));
  writeFileSync(filename, await codegen({ schema: document, documents, filename, config, plugins, pluginMap }));
}

await step('types of the whole schema are generated', () => generate('schema.ts', [], { types }));

await step('types and documents of the operations are generated', () =>
  generate('operations.ts', [...walk, own], { operations, typedDocuments }));

await step('they and a client that uses them compile', () => {
  const compiler = path.join('node_modules', 'typescript', 'bin', 'tsc');
  const options = ['--strict', '--noUncheckedIndexedAccess', '--exactOptionalPropertyTypes', '--noEmitOnError'];
  const target = ['--target', 'es2022', '--module', 'nodenext', '--lib', 'es2022,dom'];
  try {
    execFileSync(process.execPath, [compiler, ...options, ...target, 'schema.ts', 'consumer.ts'], { encoding: 'utf8' });
  } catch (error) {
    assert.fail(error.stdout || error.message);
  }
});

await step('what the server answers has the types that were promised', async () => {
  const { createToken } = await import(path.resolve('consumer.js'));
  const token = await createToken(URL, TOKEN, new Date(Date.now() + 3_600_000).toISOString());
  assert.match(token.createdAt, /^\d{4}-\d\d-\d\dT/);
});

finish();
