import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRouter } from '../src/http.mjs';
import pets, { completePet } from '../src/pets.mjs';
import { openStore } from '../src/store.mjs';

function route(method, path) {
  const router = createRouter();
  pets({ router, store: openStore() });
  return router.routes.find((one) => one.method === method && one.path === path);
}

test('a new pet is available and has no tags', () => {
  assert.deepEqual(completePet({ name: 'Rex', kind: 'dog' }), { name: 'Rex', kind: 'dog', status: 'available', tags: [] });
});

test('an unknown status filter is refused', () => {
  const { handle } = route('GET', '/pets');
  assert.throws(() => handle({ query: new URLSearchParams('status=lost') }), { status: 400, code: 'invalid' });
});

test('ids that are no numbers are not found', () => {
  const { handle } = route('GET', '/pets/{id}');
  for (const id of ['0', '-1', 'x', '1e3', '']) assert.throws(() => handle({ params: { id } }), { status: 404 });
});
