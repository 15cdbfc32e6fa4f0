// Subscriptions through graphql-ws, the client from the authors of the protocol, and through bare ws where a client
// would never do what is tried.

import assert from 'node:assert/strict';
import { once } from 'node:events';

import { CloseCode, GRAPHQL_TRANSPORT_WS_PROTOCOL, createClient } from 'graphql-ws';
import WebSocket from 'ws';

import { PSA, STRANGER, TOKEN, URL, finish, step } from './steps.mjs';

const SOCKET = URL.replace(/^http/, 'ws');
/** How long a page of the PSA takes, in ms, so that an import can be watched. */
const PAGE = 300;
/** What the simulated PSA has; pages have a thousand. */
const CONTACTS = 5_000;

const CONNECT = `mutation Connect($input: ConnectPsaInput!) {
  connectPsa(input: $input) { integration { id } userErrors { code field message } }
}`;
const IMPORT = `mutation Import($input: ImportFromPsaInput!) {
  importFromPsa(input: $input) { jobs { id state } userErrors { code field message } }
}`;
const JOB = `subscription Job($id: ID!) {
  jobProgress(id: $id) { id state progress { done } finishedAt }
}`;
const INTEGRATION = `subscription Integration($id: ID!) {
  integrationChanged(id: $id) { name }
}`;

/** A client with this token, or with what is given in its place. It does not try again: a refusal is to be seen. */
function client(connectionParams = { Authorization: `Bearer ${TOKEN}` }) {
  return createClient({ url: SOCKET, webSocketImpl: WebSocket, connectionParams, retryAttempts: 0 });
}

/** The one answer to a query or a mutation, over a client's socket. */
async function ask(over, query, variables) {
  const { value } = await over.iterate({ query, variables }).next();
  assert.equal(value.errors, undefined, JSON.stringify(value.errors));
  return value.data;
}

/** Everything that a subscription says until it ends by itself. */
async function hear(over, query, variables) {
  const events = [];
  for await (const { data, errors } of over.iterate({ query, variables })) {
    assert.equal(errors, undefined, JSON.stringify(errors));
    events.push(Object.values(data)[0]);
  }
  return events;
}

/** Fails the step unless the operation is refused with this code before anything is said. */
async function refused(code, over, query, variables) {
  const error = await hear(over, query, variables).then(
    (events) => assert.fail(`heard ${JSON.stringify(events)}`),
    (reason) => reason,
  );
  assert.ok(Array.isArray(error), `${error}`);
  assert.equal(error[0].extensions?.code, code, JSON.stringify(error));
}

/** What the server says to these messages until it closes, and the code with which it does. */
async function converse(messages) {
  const socket = new WebSocket(SOCKET, GRAPHQL_TRANSPORT_WS_PROTOCOL);
  const said = [];
  socket.on('message', (text) => said.push(JSON.parse(text)));
  await once(socket, 'open');
  for (const message of messages) {
    socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }
  const [code] = await once(socket, 'close', { signal: AbortSignal.timeout(10_000) });
  return { code, types: said.map(({ type }) => type) };
}

const init = { type: 'connection_init', payload: { Authorization: `Bearer ${TOKEN}` } };
const subscribe = (id, query, variables = {}) => ({ type: 'subscribe', id, payload: { query, variables } });

const main = client();
let integration;
let job;

await step('connect the simulated PSA, over the socket', async () => {
  const credentials = [
    { field: 'site', value: PSA },
    { field: 'company_id', value: 'training' },
    { field: 'public_key', value: 'public' },
    { field: 'private_key', value: 'private' },
  ];
  const { connectPsa } = await ask(main, CONNECT, { input: { kind: 'connectwise', name: 'Simulated', credentials } });
  assert.deepEqual(connectPsa.userErrors, []);
  integration = connectPsa.integration.id;
});

await step('follow an import from its first page to its last', async () => {
  const slow = { match: { method: 'GET' }, fault: { latency: { ms: PAGE } } };
  const armed = await fetch(`${PSA}/simulator/faults`, { method: 'POST', body: JSON.stringify(slow) });
  assert.ok(armed.ok, `${armed.status}`);
  const input = { integrationId: integration, resources: ['CONTACTS'] };
  const { importFromPsa } = await ask(main, IMPORT, { input });
  assert.deepEqual(importFromPsa.userErrors, []);
  job = importFromPsa.jobs[0].id;
  const events = await hear(main, JOB, { id: job });
  await fetch(`${PSA}/simulator/faults`, { method: 'DELETE' });
  assert.ok(events.every(({ id }) => id === job));
  const done = events.map(({ progress }) => progress.done);
  assert.deepEqual(done, [...done].sort((one, two) => one - two), 'what is done does not shrink');
  assert.ok(new Set(done.filter((count) => count < CONTACTS)).size >= 3, `only ${done} were seen`);
  assert.deepEqual(events.filter(({ finishedAt }) => finishedAt !== null), [events.at(-1)], 'the last one ends it');
  assert.equal(events.at(-1).state, 'SUCCEEDED');
  assert.equal(done.at(-1), CONTACTS);
});

await step('a job that has ended is shown once', async () => {
  const events = await hear(main, JOB, { id: job });
  assert.deepEqual(events.map(({ state }) => state), ['SUCCEEDED']);
});

await step('two follow, one stops, the other hears on', async () => {
  const [stays, leaves] = [0, 1].map(() => main.iterate({ query: INTEGRATION, variables: { id: integration } }));
  const names = async (events) => (await events.next()).value?.data.integrationChanged.name;
  assert.deepEqual([await names(stays), await names(leaves)], ['Simulated', 'Simulated']);
  await leaves.return();
  const input = { integrationId: integration, name: 'Renamed' };
  const rename = 'mutation($input: RenameIntegrationInput!) { renameIntegration(input: $input) { userErrors { code } } }';
  await ask(main, rename, { input });
  assert.equal(await names(stays), 'Renamed');
  assert.equal(await names(leaves), undefined);
  await stays.return();
});

await step('what is not there is refused, and the connection stays', async () => {
  await refused('NOT_FOUND', main, JOB, { id: Buffer.from('Job:0').toString('base64') });
  await refused('GRAPHQL_VALIDATION_FAILED', main, 'subscription { nothing }');
  assert.equal((await ask(main, '{ viewer { subject } }')).viewer.subject, 'operator');
});

await step('another provider does not hear of it', async () => {
  const stranger = client({ Authorization: `Bearer ${STRANGER}` });
  await refused('NOT_FOUND', stranger, JOB, { id: job });
  await refused('NOT_FOUND', stranger, INTEGRATION, { id: integration });
  await stranger.dispose();
});

for (const [name, parameters, code] of [
  ['no token', {}, CloseCode.Unauthorized],
  ['a wrong token', { Authorization: 'Bearer wrong' }, CloseCode.Forbidden],
  ['a token that was tampered with', { Authorization: `Bearer ${TOKEN.slice(0, -6)}AAAAAA` }, CloseCode.Forbidden],
  ['another scheme', { Authorization: `Basic ${TOKEN}` }, CloseCode.Forbidden],
]) {
  await step(`${name} is refused with ${code}, and nothing is heard`, async () => {
    const outcome = await hear(client(parameters), JOB, { id: job }).catch((error) => error);
    assert.equal(outcome.code, code, `${outcome.reason ?? outcome}`);
    // One that does not wait for an answer before it asks.
    const hasty = [{ type: 'connection_init', payload: parameters }, subscribe('1', JOB, { id: job })];
    assert.deepEqual(await converse(hasty), { code, types: [] });
  });
}

await step('a token in the header of the request does as well', async () => {
  const headers = { authorization: `Bearer ${TOKEN}` };
  const socket = new WebSocket(SOCKET, GRAPHQL_TRANSPORT_WS_PROTOCOL, { headers });
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init' }));
  const [text] = await once(socket, 'message', { signal: AbortSignal.timeout(10_000) });
  assert.equal(JSON.parse(text).type, 'connection_ack');
  socket.close();
});

for (const [name, messages, code, heard] of [
  ['a subscription without an introduction', [subscribe('1', JOB, { id: job })], CloseCode.Unauthorized, []],
  ['a second introduction', [init, init], CloseCode.TooManyInitialisationRequests, ['connection_ack']],
  ['what is no JSON', ['hello'], CloseCode.BadRequest, []],
  ['a message of the older protocol', [{ type: 'start', id: '1', payload: {} }], CloseCode.BadRequest, []],
]) {
  await step(`${name} is answered with ${code}`, async () => {
    assert.deepEqual(await converse(messages), { code, types: heard });
  });
}

await step(`an id that is taken is answered with ${CloseCode.SubscriberAlreadyExists}`, async () => {
  const follow = subscribe('1', INTEGRATION, { id: integration });
  const { code } = await converse([init, follow, follow]);
  assert.equal(code, CloseCode.SubscriberAlreadyExists);
});

await step(`silence is answered with ${CloseCode.ConnectionInitialisationTimeout}`, async () => {
  assert.deepEqual(await converse([]), { code: CloseCode.ConnectionInitialisationTimeout, types: [] });
});

await step('the older subprotocol is refused before the connection is made', async () => {
  const socket = new WebSocket(SOCKET, 'graphql-ws');
  const [, answer] = await once(socket, 'unexpected-response', { signal: AbortSignal.timeout(10_000) });
  assert.equal(answer.statusCode, 400);
  answer.resume();
});

finish();
