// A client that uses what was generated; it is compiled, and `createToken` is run. What the types get wrong, or do not
// know, does not compile.

import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';

import {
  type AgreementsQuery,
  type AgreementsQueryVariables,
  type CreateTokenMutationVariables,
  type FollowJobSubscription,
  type JobState,
  AgreementsDocument,
  AnythingDocument,
  CreateTokenDocument,
  FollowJobDocument,
} from './operations.js';

type Answer<Data> = { data?: Data | null; errors?: { message: string }[] };

async function ask<Data, Variables>(
  url: string,
  token: string,
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
): Promise<Data> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query: print(document), variables }),
  });
  const { data, errors } = (await answer.json()) as Answer<Data>;
  if (!data || errors) {
    throw new Error(JSON.stringify(errors));
  }
  return data;
}

/** Makes a token, and hands over what is known of it. */
export async function createToken(url: string, token: string, expiresAt: string) {
  const variables: CreateTokenMutationVariables = {
    input: { name: 'consumer', permissions: ['PSA_READ'], expiresAt },
  };
  const { createApiToken: made } = await ask(url, token, CreateTokenDocument, variables);
  if (!made?.apiToken || !made.secret) {
    const errors = made?.userErrors ?? [];
    throw new Error(errors.map(({ code, field, message }) => `${code} ${field.join('.')} ${message}`).join(' '));
  }
  return made.apiToken;
}

/** The prices of all active agreements, page by page: decimals are strings, days are strings, nulls are told apart. */
export async function* prices(url: string, token: string, integrationId: string): AsyncGenerator<[string, string]> {
  let after: string | null = null;
  do {
    const variables: AgreementsQueryVariables = { integrationId, filter: { status: 'ACTIVE' }, after };
    const { integration }: AgreementsQuery = await ask(url, token, AgreementsDocument, variables);
    const agreements = integration?.agreements;
    for (const { node } of agreements?.edges ?? []) {
      const due: string | null | undefined = node.nextInvoiceDate;
      for (const { unitPrice } of node.additions) {
        yield [`${node.name} ${due?.slice(0, 7) ?? ''}`, unitPrice ?? '0'];
      }
    }
    after = agreements?.pageInfo.hasNextPage ? (agreements.pageInfo.endCursor ?? null) : null;
  } while (after !== null);
}

/** An interface: the name of the type decides which fields there are. */
export async function about(url: string, token: string, id: string): Promise<string> {
  const { node } = await ask(url, token, AnythingDocument, { id });
  switch (node?.__typename) {
    case 'BillingRun':
      return `${node.month}: ${node.totals?.amount ?? 'planned'}, ${node.runState}`;
    case 'Job':
      return `${node.state}, ${node.progress.done} done`;
    default:
      return 'something else';
  }
}

const ENDS: readonly JobState[] = ['SUCCEEDED', 'FAILED', 'CANCELLED'];

/** A subscription: whether an event is the last one. */
export function isLast({ jobProgress }: FollowJobSubscription): boolean {
  return ENDS.includes(jobProgress.state);
}

export const follow = print(FollowJobDocument);
