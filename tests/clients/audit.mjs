// GraphQL over HTTP: the audits of graphql-http, which come from the authors of the specification.

import assert from 'node:assert/strict';

import { serverAudits } from 'graphql-http';

import { TOKEN, URL, finish, step } from './steps.mjs';

/** How many audits this version of graphql-http has. Fewer would pass unnoticed. */
const AUDITS = 61;

/** What an audit sends goes to the server as it is, with the token that every request takes. */
function withToken(url, init = {}) {
  const headers = new Headers(init.headers);
  headers.set('authorization', `Bearer ${TOKEN}`);
  return fetch(url, { ...init, headers });
}

const audits = serverAudits({ url: URL, fetchFn: withToken });

await step(`there are ${AUDITS} audits`, () => assert.equal(audits.length, AUDITS));

for (const audit of audits) {
  await step(`${audit.id} ${audit.name}`, async () => {
    const result = await audit.fn();
    // A recommendation that is not followed counts as much as a requirement.
    if (result.status !== 'ok') {
      assert.fail(`${result.status}, ${result.reason}`);
    }
  });
}

finish();
