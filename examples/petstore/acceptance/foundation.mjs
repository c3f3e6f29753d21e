import assert from 'node:assert/strict';
import { join } from 'node:path';
import { acceptance, expectError, expectStatus } from './harness.mjs';

await acceptance('foundation', async (service, folder) => {
  assert.deepEqual(await expectStatus(service, 200, 'GET', '/health'), { status: 'ok' });
  await expectError(service, 404, 'not-found', 'GET', '/no-such-thing');
  await expectError(service, 405, 'method-not-allowed', 'DELETE', '/health');

  const { openStore } = await import('../service/src/store.mjs');
  const file = join(folder, 'shop.json');
  const first = openStore(file).collection('things');
  first.add({ name: 'one' });
  first.add({ name: 'two' });
  first.delete(1);
  const again = openStore(file).collection('things');
  assert.deepEqual(again.all(), [{ name: 'two', id: 2 }], 'the store does not keep documents across a restart');
  assert.equal(again.add({ name: 'three' }).id, 3, 'the store gives an id out twice');
  again.get(2).name = 'changed outside';
  assert.equal(again.get(2).name, 'two', 'the store hands out its own objects instead of copies');
});
