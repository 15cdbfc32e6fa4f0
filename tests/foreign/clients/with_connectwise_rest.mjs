// The steps through connectwise-rest, which pins the model version and pages until a page is short.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';

import { CLIENT_ID, COMPANY, HOST, PRIVATE, PUBLIC, finish, refused, step } from './steps.mjs';

const { ManageAPI, utils } = createRequire(`${process.env.FOREIGN_MODULES}/`)('connectwise-rest');

function connect(privateKey = PRIVATE) {
  return new ManageAPI({
    companyId: COMPANY,
    companyUrl: HOST,
    publicKey: PUBLIC,
    privateKey,
    clientId: CLIENT_ID,
    logger: () => {},
  });
}

const api = connect();
const replace = (path, value) => [{ op: 'replace', path, value }];
let company;
let board;
let ticket;
let agreement;
let item;

await step('system info', async () => {
  const info = await api.SystemAPI.getSystemInfo();
  assert.match(info.version, /^v\d/);
  assert.equal(typeof info.isCloud, 'boolean');
});

await step('companies by conditions', async () => {
  const conditions = '(name like "%group%" and deletedFlag = false) or identifier = "Fabrikam"';
  const found = await api.CompanyAPI.getCompanyCompanies({ conditions, orderBy: 'id asc' });
  assert.ok(found.some((each) => each.identifier === 'Fabrikam'));
  assert.ok(found.length > 1 && found.every((each) => each.name.includes('Group') || each.identifier === 'Fabrikam'));
});

await step('count and all pages of companies', async () => {
  const filter = { conditions: 'deletedFlag = false', orderBy: 'id asc' };
  const { count } = await api.CompanyAPI.getCompanyCompaniesCount({ ...filter });
  const found = await api.paginate(api.CompanyAPI.getCompanyCompanies, { pageSize: 4 }, { ...filter });
  assert.equal(found.length, count);
  assert.equal(new Set(found.map((each) => each.id)).size, count);
  company = found[2];
});

await step('one company and its fields', async () => {
  const whole = await api.CompanyAPI.getCompanyCompaniesById(company.id);
  assert.equal(whole.name, company.name);
  const some = await api.CompanyAPI.getCompanyCompaniesById(company.id, { fields: 'id,status/name' });
  assert.deepEqual(Object.keys(some).sort(), ['id', 'status']);
  assert.deepEqual(Object.keys(some.status), ['name']);
});

await step('sites of a company', async () => {
  const sites = await api.CompanyAPI.getCompanyCompaniesByParentIdSites(company.id);
  assert.ok(sites.some((site) => site.name === 'Main'));
});

await step('contacts by childConditions', async () => {
  const [first] = await api.CompanyAPI.getCompanyContacts({ conditions: `company/id = ${company.id}` });
  const mail = first.communicationItems.find((each) => each.communicationType === 'Email').value;
  const childConditions = `communicationItems/value like "${mail}" AND communicationItems/communicationType="Email"`;
  const found = await api.CompanyAPI.getCompanyContacts({ childConditions });
  assert.deepEqual(found.map((each) => each.id), [first.id]);
});

await step('replace a contact', async () => {
  const [first] = await api.CompanyAPI.getCompanyContacts({ conditions: `company/id = ${company.id}` });
  const whole = { id: first.id, firstName: first.firstName, lastName: 'Renamed', company: { id: company.id } };
  const after = await api.CompanyAPI.putCompanyContactsById(first.id, whole);
  assert.equal(after.lastName, 'Renamed');
  assert.equal(after.title, undefined);
});

await step('boards and statuses', async () => {
  [board] = await api.ServiceAPI.getServiceBoards({ conditions: 'inactiveFlag = false' });
  const statuses = await api.ServiceAPI.getServiceBoardsByParentIdStatuses(board.id);
  board.closed = statuses.find((each) => each.closedStatus);
  board.other = statuses.find((each) => !each.closedStatus && !each.defaultFlag);
});

await step('create a ticket by names', async () => {
  ticket = await api.ServiceAPI.postServiceTickets({
    summary: 'Backup failed on VM03',
    board: { name: board.name },
    company: { identifier: company.identifier },
    initialDescription: 'The volume is full.',
    recordType: 'ServiceTicket',
    externalXRef: 'foreign:connectwise-rest',
  });
  assert.equal(ticket.company.id, company.id);
  assert.equal(ticket.board.id, board.id);
  assert.equal(ticket.closedFlag, false);
});

await step('read, search and count tickets', async () => {
  assert.equal((await api.ServiceAPI.getServiceTicketsById(ticket.id)).summary, ticket.summary);
  const conditions = `externalXRef = "foreign:connectwise-rest" and dateEntered > [2015-12-23T05:53:27Z]`;
  const found = await api.ServiceAPI.postServiceTicketsSearch({ conditions });
  assert.deepEqual(found.map((each) => each.id), [ticket.id]);
  assert.equal((await api.ServiceAPI.getServiceTicketsCount({ conditions })).count, 1);
});

await step('add and list notes', async () => {
  const note = { text: 'Freed some space.', resolutionFlag: true };
  const made = await api.ServiceAPI.postServiceTicketsByParentIdNotes(ticket.id, note);
  assert.equal(made.ticketId, ticket.id);
  const notes = await api.ServiceAPI.getServiceTicketsByParentIdNotes(ticket.id, { orderBy: 'id asc' });
  assert.deepEqual(notes.map((each) => each.text), ['The volume is full.', 'Freed some space.']);
});

await step('close and reopen the ticket', async () => {
  const closed = await api.ServiceAPI.patchServiceTicketsById(ticket.id, replace('status', { id: board.closed.id }));
  assert.equal(closed.closedFlag, true);
  const open = await api.ServiceAPI.patchServiceTicketsById(ticket.id, replace('/status', { id: board.other.id }));
  assert.equal(open.closedFlag, false);
  assert.equal(open.closedDate, undefined);
});

await step('agreements', async () => {
  const conditions = `company/id = ${company.id} and cancelledFlag = false`;
  [agreement] = await api.FinanceAPI.getFinanceAgreements({ conditions, orderBy: 'id asc' });
  assert.equal((await api.FinanceAPI.getFinanceAgreementsById(agreement.id)).name, agreement.name);
});

await step('catalogue', async () => {
  const conditions = 'inactiveFlag = false and productClass in ("Agreement","Service")';
  const items = await api.paginate(api.ProcurementAPI.getProcurementCatalog, { pageSize: 10 }, { conditions });
  assert.ok(items.length > 1);
  assert.ok(items.every((each) => ['Agreement', 'Service'].includes(each.productClass)));
  [item] = items;
});

await step('additions: add, change, cancel', async () => {
  const finance = api.FinanceAPI;
  const day = `${agreement.nextInvoiceDate.slice(0, 10)}T00:00:00Z`;
  const made = await finance.postFinanceAgreementsByParentIdAdditions(agreement.id, {
    product: { id: item.id },
    billCustomer: 'Billable',
    quantity: 2,
    unitPrice: 0.05,
    effectiveDate: day,
  });
  assert.equal(made.extPrice, 0.1);
  const change = (operations) => finance.patchFinanceAgreementsByParentIdAdditionsById(made.id, agreement.id, operations);
  assert.equal((await change(replace('quantity', 0.5))).quantity, 0.5);
  assert.equal((await change(replace('cancelledDate', day))).cancelledDate, day);
  assert.equal((await change([{ op: 'remove', path: 'cancelledDate' }])).cancelledDate, undefined);
  const listed = await finance.getFinanceAgreementsByParentIdAdditions(agreement.id, { conditions: `id = ${made.id}` });
  assert.deepEqual(listed.map((each) => each.id), [made.id]);
});

await step('members', async () => {
  const found = await api.SystemAPI.getSystemMembers({ conditions: 'inactiveFlag = false' });
  assert.ok(found.length > 0 && found.every((each) => each.identifier));
});

await step('configurations', async () => {
  const made = await api.CompanyAPI.postCompanyConfigurations({
    name: 'VM03',
    type: { id: 1 },
    company: { id: company.id },
    deviceIdentifier: 'js-vm03',
  });
  const found = await api.CompanyAPI.getCompanyConfigurations(undefined, { conditions: 'deviceIdentifier = "js-vm03"' });
  assert.deepEqual(found.map((each) => each.id), [made.id]);
  const linked = await api.ServiceAPI.postServiceTicketsByParentIdConfigurations(ticket.id, { id: made.id });
  assert.equal(linked.id, made.id);
});

await step('callbacks', async () => {
  const entry = { url: 'https://example.com/js?recordId=', objectId: 1, type: 'ticket', level: 'owner' };
  const made = await api.SystemAPI.postSystemCallbacks(entry);
  await refused(400, api.SystemAPI.postSystemCallbacks(entry), 'ObjectExists');
  await refused(400, api.SystemAPI.postSystemCallbacks({ ...entry, url: 'nowhere' }), 'Invalid URL');
  await api.SystemAPI.deleteSystemCallbacksById(made.id);
  const left = await api.SystemAPI.getSystemCallbacks();
  assert.ok(left.every((each) => each.id !== made.id));
});

await step('a delivery and its signature', async () => {
  let deliver;
  const delivered = new Promise((resolve) => (deliver = resolve));
  const receiver = createServer(async (request, response) => {
    const parts = [];
    for await (const part of request) {
      parts.push(part);
    }
    response.end();
    deliver({ url: request.url, signature: request.headers['x-content-signature'], text: Buffer.concat(parts).toString() });
  });
  await new Promise((listening) => receiver.listen(0, '127.0.0.1', listening));
  const url = `http://127.0.0.1:${receiver.address().port}/psa?recordId=`;
  const made = await api.SystemAPI.postSystemCallbacks({ url, objectId: 1, type: 'ticket', level: 'owner' });
  try {
    await api.ServiceAPI.patchServiceTicketsById(ticket.id, replace('summary', 'Bäckup failed on VM03, twice'));
    const late = new Promise((_, reject) => setTimeout(reject, 10_000, new Error('nothing was delivered')).unref());
    const { url: called, signature, text } = await Promise.race([delivered, late]);
    assert.equal(called, `/psa?recordId=${ticket.id}&action=updated`);
    const message = JSON.parse(text);
    assert.equal(message.ID, ticket.id);
    assert.equal(JSON.parse(message.Entity).summary, 'Bäckup failed on VM03, twice');
    const { signing_key: key } = await (await fetch(message.Metadata.key_url)).json();
    assert.equal(utils.Callback.verifyMessage(message, signature, key), true);
    assert.equal(utils.Callback.verifyMessage({ ...message, ID: 1 }, signature, key), false);
  } finally {
    await api.SystemAPI.deleteSystemCallbacksById(made.id);
    receiver.close();
  }
});

await step('errors', async () => {
  await refused(401, connect('wrong').SystemAPI.getSystemInfo(), 'Unauthorized');
  await refused(404, api.CompanyAPI.getCompanyCompaniesById(999999), 'NotFound', 'Company 999999 not found');
  await refused(400, api.ServiceAPI.postServiceTickets({ summary: 'No company' }), 'MissingRequiredField');
  await refused(400, api.ServiceAPI.getServiceTickets({ conditions: 'closedFlag = 1' }), 'Expected a boolean value');
  await refused(404, api.request({ path: '/system/nothing', method: 'get' }), 'The endpoint does not exist.');
});

finish();
