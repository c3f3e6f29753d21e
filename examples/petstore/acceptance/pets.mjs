import assert from 'node:assert/strict';
import { acceptance, expectError, expectStatus } from './harness.mjs';

await acceptance('pets', async (service) => {
  assert.deepEqual(await expectStatus(service, 200, 'GET', '/pets'), []);

  const rex = await expectStatus(service, 201, 'POST', '/pets', { json: { name: 'Rex', kind: 'dog' } });
  assert.deepEqual(rex, { id: 1, name: 'Rex', kind: 'dog', status: 'available', tags: [] });
  const tom = await expectStatus(service, 201, 'POST', '/pets', {
    json: { name: 'Tom ☃', kind: 'cat', status: 'sold', tags: ['grey'] },
  });
  assert.deepEqual(await expectStatus(service, 200, 'GET', `/pets/${tom.id}`), tom);
  assert.deepEqual(await expectStatus(service, 200, 'GET', '/pets?status=sold'), [tom]);
  await expectError(service, 400, 'invalid', 'GET', '/pets?status=lost');

  const sold = await expectStatus(service, 200, 'PUT', '/pets/1', { json: { name: 'Rex', kind: 'dog', status: 'sold' } });
  assert.equal(sold.status, 'sold');
  assert.equal((await expectStatus(service, 200, 'GET', '/pets?status=sold')).length, 2);

  for (const json of [{}, { name: '', kind: 'dog' }, { name: 'x', kind: 'dog', status: 'lost' }, { name: 'x', kind: 'dog', id: 9 }, [], null, 7]) {
    await expectError(service, 400, 'invalid', 'POST', '/pets', { json });
  }
  await expectError(service, 400, 'invalid', 'POST', '/pets', { text: '{"name":' });
  await expectError(service, 413, 'too-large', 'POST', '/pets', { json: { name: 'x'.repeat(100_000), kind: 'dog' } });
  assert.equal((await expectStatus(service, 200, 'GET', '/pets')).length, 2, 'a refused pet was stored');

  await expectStatus(service, 204, 'DELETE', '/pets/1');
  await expectError(service, 404, 'not-found', 'DELETE', '/pets/1');
  await expectError(service, 404, 'not-found', 'GET', '/pets/1');
  await expectError(service, 404, 'not-found', 'PUT', '/pets/99', { json: { name: 'x', kind: 'dog' } });
  assert.deepEqual(await expectStatus(service, 200, 'GET', '/pets'), [tom]);
});
