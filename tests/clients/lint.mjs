// The schema before a strict linter: every rule that graphql-eslint has for schemas, one step for each.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';

import plugin from '@graphql-eslint/eslint-plugin';
import { ESLint } from 'eslint';

import { ROOT, finish, step } from './steps.mjs';

const PREFIX = '@graphql-eslint/';

/** The rules that are not as published: the options, or `off`, and the reason. */
const CHANGED = [
  ['alphabetize', 'off', 'fields stand in the order in which a reader wants them, types are sorted by their exporter'],
  ['no-root-type', 'off', 'the API does change things, and tells of changes'],
  [
    'require-field-of-type-query-in-mutation-result',
    'off',
    'a payload has what was changed; who wants to know more asks a second time',
  ],
  [
    'strict-id-in-types',
    'off',
    'what has an identity is a Node and has its id from there; payloads, counts and settings are parts of something',
  ],
  [
    'relay-edge-types',
    { listTypeCanWrapOnlyEdgeType: false, shouldImplementNode: false },
    'a short list that is always whole is no connection; what has no identity of its own, such as an event, is no Node',
  ],
  ['input-name', { checkInputType: true, caseSensitiveInputType: false }, 'stricter: the type is named too'],
  [
    'require-description',
    {
      types: true,
      rootField: true,
      DirectiveDefinition: true,
      FieldDefinition: true,
      InputValueDefinition: true,
      EnumValueDefinition: true,
    },
    'stricter: fields, arguments and values are described too',
  ],
];

/** What no rule of the linter says, as patterns of what must not be there. */
const OWN = [
  {
    selector: 'ObjectTypeDefinition[interfaces.length=0]:has(> FieldDefinition[name.value=id]) > Name',
    message: 'A type with an id is a Node: the caches of clients take two records with one id for the same.',
  },
];

/** Findings that are none: rule, message, reason. One that does not occur any more fails the run. */
const KNOWN = [
  [
    'require-description',
    /^Description is required for input value "(if|url)" in directive "(include|skip|specifiedBy)"$/,
    'the specification defines these directives; the exporter repeats them without the text',
  ],
  [
    'input-name',
    /`UpdateAgentTicketsInput`/,
    'the settings of both agents are one form; the two mutations say which agent it is for',
  ],
  ['no-typename-prefix', /licenseType/, 'the word of the trade: the same field has this name everywhere'],
];

const published = { ...plugin.configs['flat/schema-all'].rules, ...plugin.configs['flat/schema-relay'].rules };
const rules = { ...published, 'no-restricted-syntax': ['error', ...OWN] };
for (const [name, options] of CHANGED) {
  assert.ok(PREFIX + name in published, `${name} is not a rule of the linter`);
  rules[PREFIX + name] = options === 'off' ? 'off' : ['error', options];
}

const schema = path.join(ROOT, 'schema.graphql');
const linter = new ESLint({
  cwd: ROOT,
  overrideConfigFile: true,
  overrideConfig: [
    {
      files: ['**/*.graphql'],
      plugins: { '@graphql-eslint': plugin },
      languageOptions: { parser: plugin.parser, parserOptions: { graphQLConfig: { schema } } },
      linterOptions: { noInlineConfig: true },
      rules,
    },
  ],
});
const [{ messages }] = await linter.lintFiles([schema]);
const lines = readFileSync(schema, 'utf8').split('\n');

await step('the schema can be read', () => {
  const [message] = messages.filter(({ ruleId }) => ruleId === null);
  assert.equal(message, undefined, message?.message);
});

const met = new Set();
for (const rule of Object.keys(rules).sort()) {
  if (rules[rule] === 'off') {
    continue;
  }
  const name = rule.replace(PREFIX, '');
  const findings = messages.filter(({ ruleId, message }) => {
    const known = ruleId === rule ? KNOWN.find(([of, text]) => of === name && text.test(message)) : undefined;
    met.add(known);
    return ruleId === rule && known === undefined;
  });
  await step(name, () => assert.ok(findings.length === 0, `${findings.length} findings`));
  for (const { line, message } of findings) {
    const where = message.includes('"') ? '' : ` (${lines[line - 1].trim()})`;
    console.log(`           schema.graphql:${line} ${message}${where}`);
  }
}

await step('every known finding still occurs', () => {
  const gone = KNOWN.filter((known) => !met.has(known));
  assert.deepEqual(gone.map(([rule, text]) => `${rule} ${text}`), []);
});

finish();
