// The steps through @apigrate/autotask-restapi, which discovers the zone, writes children below their parents and takes
// a 404 for nothing.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';

import { finish, step } from './steps.mjs';

const { AutotaskRestApi } = createRequire(`${process.env.FOREIGN_MODULES}/`)('@apigrate/autotask-restapi');

const BASE = `${process.env.FOREIGN_AUTOTASK}/ATServicesRest/`;
const connect = (secret) =>
  new AutotaskRestApi('bridge@training.example', secret, 'PSABRIDGE0TRAINING000000001', { base_url: BASE });
const api = connect('secret');
const credentials = { ApiIntegrationCode: api.code, UserName: api.user, Secret: api.secret };
const all = { filter: [{ op: 'exist', field: 'id' }] };

async function refused(status, call, part) {
  await assert.rejects(call, (error) => {
    assert.equal(error.status, status);
    assert.ok(JSON.stringify(error.details).includes(part), JSON.stringify(error.details));
    return true;
  });
}

let company;
let ticket;

await step('the zone is discovered and used', async () => {
  const { item } = await api.Companies.get(0);
  assert.equal(item.companyName, 'Training MSP');
  assert.equal(api.zoneInfo.url, BASE);
});

await step('companies by filter', async () => {
  const filter = [
    { op: 'eq', field: 'isActive', value: true },
    { op: 'beginsWith', field: 'companyName', value: 'contoso' },
  ];
  const { items } = await api.Companies.query({ filter, includeFields: ['id', 'companyName'] });
  assert.equal(items.length, 1);
  [company] = items;
});

await step('count and all pages of companies', async () => {
  const { queryCount } = await api.Companies.count(all);
  const seen = new Set();
  let page = await api.Companies.query({ ...all, MaxRecords: 4 });
  for (;;) {
    page.items.forEach((each) => seen.add(each.id));
    if (!page.pageDetails.nextPageUrl) break;
    page = await (await fetch(page.pageDetails.nextPageUrl, { headers: credentials })).json();
  }
  assert.equal(seen.size, queryCount);
});

await step('fields, picklists and user-defined fields', async () => {
  const { fields } = await api.Tickets.fieldInfo();
  const status = fields.find((field) => field.name === 'status');
  assert.ok(status.picklistValues.some((value) => value.value === '5' && value.label === 'Complete'));
  assert.equal((await api.Tickets.info()).info.canDelete, false);
  assert.ok((await api.Companies.udfInfo()).fields.length > 0);
});

await step('create, change, replace and complete a ticket', async () => {
  const draft = { companyID: company.id, title: 'Backup failed on VM03', status: 1, priority: 2, externalID: 'foreign:1' };
  const { itemId } = await api.Tickets.create(draft);
  await api.Tickets.update({ id: itemId, priority: 1 });
  const { item } = await api.Tickets.get(itemId);
  assert.match(item.ticketNumber, /^T\d{8}\.\d{4}$/);
  await api.Tickets.replace({ ...item, status: 5 });
  ticket = (await api.Tickets.query({ filter: [{ op: 'eq', field: 'externalID', value: 'foreign:1' }] })).items[0];
  assert.deepEqual([ticket.id, ticket.status, ticket.priority], [itemId, 5, 1]);
  assert.ok(ticket.completedDate);
});

await step('notes of a ticket', async () => {
  const note = { title: 'Freed', description: 'Freed some space.', noteType: 1, publish: 1 };
  const { itemId } = await api.TicketNotes.create(ticket.id, note);
  assert.equal((await api.TicketNotes.get(itemId)).item.ticketID, ticket.id);
});

await step('contacts below their company', async () => {
  const person = { firstName: 'Eve', lastName: 'Example', isActive: 1 };
  const { itemId } = await api.CompanyContacts.create(company.id, person);
  await api.CompanyContacts.update(company.id, { id: itemId, title: 'Owner' });
  assert.equal((await api.Contacts.get(itemId)).item.title, 'Owner');
  assert.equal((await api.CompanyContacts.delete(company.id, itemId)).itemId, itemId);
  assert.equal(await api.Contacts.get(itemId), null);
});

await step('units of a service', async () => {
  const [contract] = (await api.Contracts.query({ filter: [{ op: 'eq', field: 'companyID', value: company.id }] })).items;
  const [service] = (await api.ContractServices.query({ filter: [{ op: 'eq', field: 'contractID', value: contract.id }] })).items;
  const filter = [{ op: 'eq', field: 'contractServiceID', value: service.id }];
  const last = async () => (await api.ContractServiceUnits.query({ filter })).items.at(-1);
  const before = await last();
  const effectiveDate = `${before.startDate.slice(0, 10)}T02:00:00`;
  const change = { contractServiceID: service.id, effectiveDate, unitChange: 2 };
  await api.ContractServiceAdjustments.create(contract.id, change);
  assert.equal((await last()).units, before.units + 2);
});

await step('errors', async () => {
  await refused(401, () => connect('wrong').Companies.get(0), '');
  await refused(500, () => api.Tickets.create({ companyID: company.id }), 'Missing Required Field: title.');
  await refused(500, () => api.Companies.query({ filter: [{ op: 'eq', field: 'nope', value: 1 }] }), 'Unable to find nope');
  await refused(405, () => api.Tickets.delete(ticket.id), 'http method');
  assert.equal(await api.Companies.get(999_999), null);
});

finish();
