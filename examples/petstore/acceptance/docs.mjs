import assert from 'node:assert/strict';
import { acceptance, expectStatus } from './harness.mjs';

const EXPECTED = [
  'get /health',
  'post /pets', 'get /pets', 'get /pets/{id}', 'put /pets/{id}', 'delete /pets/{id}',
  'get /store/inventory', 'put /store/inventory/{item}',
  'post /store/orders', 'get /store/orders/{id}', 'delete /store/orders/{id}',
  'post /users/register', 'post /users/login', 'post /users/logout', 'get /users/me',
  'get /openapi.json', 'get /docs',
];

await acceptance('docs', async (service) => {
  const description = await expectStatus(service, 200, 'GET', '/openapi.json');
  assert.match(description.openapi, /^3\.1\./, 'not an OpenAPI 3.1 document');
  const documented = Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method} ${path}`),
  );
  assert.deepEqual(documented.sort(), [...EXPECTED].sort(), 'the documented routes are not the specified ones');

  const pet = description.paths['/pets'].post.requestBody.content['application/json'].schema;
  assert.deepEqual(pet.required, ['name', 'kind'], 'the body of POST /pets is not described');
  assert.deepEqual(description.paths['/users/me'].get.security, [{ bearer: [] }], 'GET /users/me does not say that it needs a token');

  const { status, type, body: html } = await service.request('GET', '/docs');
  assert.equal(status, 200);
  assert.match(type, /^text\/html/, '/docs is not HTML');
  for (const route of EXPECTED) {
    const [method, path] = route.split(' ');
    assert.ok(html.includes(`${method.toUpperCase()} ${path}<`), `/docs does not mention ${route}`);
  }
  assert.ok(!/<script/i.test(html), '/docs has scripts');
});
