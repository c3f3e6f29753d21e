import { idOf, invalid, notFound } from './http.mjs';

const STATUSES = ['available', 'pending', 'sold'];

const petBody = {
  type: 'object',
  required: ['name', 'kind'],
  properties: {
    name: { type: 'string', minLength: 1, maxLength: 80 },
    kind: { type: 'string', minLength: 1, maxLength: 80 },
    status: { type: 'string', enum: STATUSES },
    tags: { type: 'array', items: { type: 'string', minLength: 1, maxLength: 40 } },
  },
};

/** Fills in what a new pet may leave out. */
export const completePet = ({ name, kind, status = 'available', tags = [] }) => ({ name, kind, status, tags });

/** Adds the routes of pets. */
export default function pets({ router, store }) {
  const collection = store.collection('pets');
  const tag = 'pets';

  function existing(params) {
    const pet = collection.get(idOf(params));
    if (!pet) throw notFound(`no pet ${params.id}`);
    return pet;
  }

  router.add({
    method: 'POST',
    path: '/pets',
    tag,
    summary: 'Adds a pet',
    body: petBody,
    responses: { 201: 'The pet, with its id', 400: 'The pet is not valid' },
    handle: ({ body }) => ({ status: 201, body: collection.add(completePet(body)) }),
  });
  router.add({
    method: 'GET',
    path: '/pets',
    tag,
    summary: 'Lists pets; ?status= shows only those with that status',
    query: { status: { type: 'string', enum: STATUSES } },
    responses: { 200: 'A list of pets', 400: 'The status is unknown' },
    handle({ query }) {
      const status = query.get('status');
      if (status !== null && !STATUSES.includes(status)) throw invalid(`status must be one of ${STATUSES.join(', ')}`);
      return { status: 200, body: collection.all().filter((pet) => status === null || pet.status === status) };
    },
  });
  router.add({
    method: 'GET',
    path: '/pets/{id}',
    tag,
    summary: 'Shows one pet',
    responses: { 200: 'The pet', 404: 'There is no such pet' },
    handle: ({ params }) => ({ status: 200, body: existing(params) }),
  });
  router.add({
    method: 'PUT',
    path: '/pets/{id}',
    tag,
    summary: 'Replaces a pet',
    body: petBody,
    responses: { 200: 'The pet as it is now', 400: 'The pet is not valid', 404: 'There is no such pet' },
    handle: ({ params, body }) => ({ status: 200, body: collection.put(existing(params).id, completePet(body)) }),
  });
  router.add({
    method: 'DELETE',
    path: '/pets/{id}',
    tag,
    summary: 'Removes a pet',
    responses: { 204: 'It is gone', 404: 'There is no such pet' },
    handle({ params }) {
      collection.delete(existing(params).id);
      return { status: 204 };
    },
  });
}
