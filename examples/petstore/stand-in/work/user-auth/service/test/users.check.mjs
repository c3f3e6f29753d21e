import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRouter } from '../src/http.mjs';
import { hashPassword, verifyPassword } from '../src/passwords.mjs';
import { openStore } from '../src/store.mjs';
import users from '../src/users.mjs';

test('a password is verified against its own hash only', async () => {
  const secret = await hashPassword('correct horse');
  assert.equal(await verifyPassword('correct horse', secret), true);
  assert.equal(await verifyPassword('battery staple', secret), false);
});

test('the same password gets another hash each time', async () => {
  const [one, two] = [await hashPassword('correct horse'), await hashPassword('correct horse')];
  assert.notEqual(one.passwordHash, two.passwordHash);
});

test('a token expires, and only its hash is stored', async () => {
  const router = createRouter();
  const store = openStore();
  let time = 0;
  users({ router, store, now: () => time });
  const call = (method, path, request) =>
    router.routes.find((one) => one.method === method && one.path === path).handle(request);
  const body = { name: 'ada', password: 'correct horse' };
  await call('POST', '/users/register', { body });
  const { token } = (await call('POST', '/users/login', { body })).body;
  assert.ok(!JSON.stringify(store.collection('tokens').all()).includes(token));
  const headers = { authorization: `Bearer ${token}` };
  assert.equal(call('GET', '/users/me', { headers }).body.name, 'ada');
  time = 60 * 60 * 1000;
  assert.throws(() => call('GET', '/users/me', { headers }), { status: 401 });
});
