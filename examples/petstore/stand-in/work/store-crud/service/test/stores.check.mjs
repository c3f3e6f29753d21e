import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRouter } from '../src/http.mjs';
import { openStore } from '../src/store.mjs';
import stores from '../src/stores.mjs';

function shop(stock) {
  const router = createRouter();
  const store = openStore();
  stores({ router, store });
  const call = (method, path, request) =>
    router.routes.find((one) => one.method === method && one.path === path).handle(request);
  for (const [item, quantity] of Object.entries(stock)) {
    call('PUT', '/store/inventory/{item}', { params: { item }, body: { quantity } });
  }
  return { call, stock: () => call('GET', '/store/inventory', {}).body };
}

test('a refused order takes nothing', () => {
  const { call, stock } = shop({ leash: 2 });
  assert.throws(() => call('POST', '/store/orders', { body: { item: 'leash', quantity: 3 } }), { status: 409 });
  assert.deepEqual(stock(), { leash: 2 });
});

test('what was never in stock cannot be ordered', () => {
  const { call } = shop({});
  assert.throws(() => call('POST', '/store/orders', { body: { item: 'yeti', quantity: 1 } }), { status: 409 });
});

test('cancelling twice puts back once', () => {
  const { call, stock } = shop({ leash: 2 });
  call('POST', '/store/orders', { body: { item: 'leash', quantity: 2 } });
  call('DELETE', '/store/orders/{id}', { params: { id: '1' } });
  assert.throws(() => call('DELETE', '/store/orders/{id}', { params: { id: '1' } }), { status: 409 });
  assert.deepEqual(stock(), { leash: 2 });
});
