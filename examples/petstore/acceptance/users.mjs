import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { acceptance, expectError, expectStatus } from './harness.mjs';

await acceptance(
  'users',
  async (service, folder) => {
    const ada = { name: 'ada', password: 'correct horse' };
    const registered = await expectStatus(service, 201, 'POST', '/users/register', { json: ada });
    assert.deepEqual(registered, { id: 1, name: 'ada' }, 'registering answers with more than id and name');
    await expectError(service, 409, 'conflict', 'POST', '/users/register', { json: { ...ada, name: 'Ada' } });
    await expectError(service, 400, 'invalid', 'POST', '/users/register', { json: { name: 'bob', password: 'short' } });
    await expectError(service, 400, 'invalid', 'POST', '/users/register', { json: { name: 'b\u001b[31m', password: 'long enough' } });

    const wrong = { json: { ...ada, password: 'wrong horse' } };
    const unknown = { json: { ...ada, name: 'nobody' } };
    await expectError(service, 401, 'unauthorized', 'POST', '/users/login', wrong);
    assert.deepEqual(
      await expectStatus(service, 401, 'POST', '/users/login', wrong),
      await expectStatus(service, 401, 'POST', '/users/login', unknown),
      'a wrong password and an unknown name are answered differently',
    );

    await expectError(service, 401, 'unauthorized', 'GET', '/users/me');
    await expectError(service, 401, 'unauthorized', 'GET', '/users/me', { token: 'made-up' });
    const { token } = await expectStatus(service, 200, 'POST', '/users/login', { json: ada });
    assert.deepEqual(await expectStatus(service, 200, 'GET', '/users/me', { token }), { id: 1, name: 'ada' });

    const stored = readFileSync(join(folder, 'shop.json'), 'utf8');
    assert.ok(!stored.includes(ada.password), 'the password is stored as it is');
    assert.ok(!stored.includes(token), 'the token is stored as it is');

    await expectStatus(service, 204, 'POST', '/users/logout', { token });
    await expectError(service, 401, 'unauthorized', 'GET', '/users/me', { token });
    await expectError(service, 401, 'unauthorized', 'POST', '/users/logout', { token });
  },
  (folder) => ({ PETSTORE_DATA: join(folder, 'shop.json') }),
);
