import assert from 'node:assert/strict';
import { acceptance, expectError, expectStatus } from './harness.mjs';

await acceptance('stores', async (service) => {
  assert.deepEqual(await expectStatus(service, 200, 'GET', '/store/inventory'), {});
  await expectStatus(service, 200, 'PUT', '/store/inventory/leash', { json: { quantity: 5 } });
  await expectStatus(service, 200, 'PUT', '/store/inventory/ball', { json: { quantity: 0 } });
  await expectError(service, 400, 'invalid', 'PUT', '/store/inventory/leash', { json: { quantity: -1 } });
  await expectError(service, 400, 'invalid', 'PUT', '/store/inventory/leash', { json: { quantity: 1.5 } });
  await expectError(service, 400, 'invalid', 'PUT', '/store/inventory/No%20Such', { json: { quantity: 1 } });

  const order = await expectStatus(service, 201, 'POST', '/store/orders', { json: { item: 'leash', quantity: 3 } });
  assert.deepEqual(order, { id: 1, item: 'leash', quantity: 3, status: 'placed' });
  await expectError(service, 409, 'conflict', 'POST', '/store/orders', { json: { item: 'leash', quantity: 3 } });
  await expectError(service, 409, 'conflict', 'POST', '/store/orders', { json: { item: 'ball', quantity: 1 } });
  await expectError(service, 400, 'invalid', 'POST', '/store/orders', { json: { item: 'leash', quantity: 0 } });
  assert.deepEqual(await expectStatus(service, 200, 'GET', '/store/inventory'), { leash: 2, ball: 0 });

  // Ten customers at once want the last two.
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => service.request('POST', '/store/orders', { json: { item: 'leash', quantity: 1 } })),
  );
  const placed = answers.filter(({ status }) => status === 201);
  assert.equal(placed.length, 2, `${placed.length} of 10 customers got one of the last 2`);
  assert.deepEqual(await expectStatus(service, 200, 'GET', '/store/inventory'), { leash: 0, ball: 0 });

  assert.equal((await expectStatus(service, 200, 'DELETE', '/store/orders/1')).status, 'cancelled');
  await expectError(service, 409, 'conflict', 'DELETE', '/store/orders/1');
  assert.equal((await expectStatus(service, 200, 'GET', '/store/orders/1')).status, 'cancelled');
  assert.deepEqual(await expectStatus(service, 200, 'GET', '/store/inventory'), { leash: 3, ball: 0 });
  await expectError(service, 404, 'not-found', 'GET', '/store/orders/999');
});
