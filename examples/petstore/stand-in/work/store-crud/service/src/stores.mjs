import { conflict, idOf, invalid, notFound } from './http.mjs';

const ITEM = '^[a-z0-9][a-z0-9-]{0,39}$';

const stockBody = { type: 'object', required: ['quantity'], properties: { quantity: { type: 'integer', minimum: 0 } } };
const orderBody = {
  type: 'object',
  required: ['item', 'quantity'],
  properties: { item: { type: 'string', pattern: ITEM }, quantity: { type: 'integer', minimum: 1 } },
};

/** Adds the routes of the store: inventory and orders. Every change of stock happens inside one handler, so none is lost. */
export default function stores({ router, store }) {
  const inventory = store.collection('inventory');
  const orders = store.collection('orders');
  const tag = 'store';

  const stockOf = (item) => inventory.get(item)?.quantity ?? 0;
  const setStock = (item, quantity) => inventory.put(item, { quantity });

  function existing(params) {
    const order = orders.get(idOf(params));
    if (!order) throw notFound(`no order ${params.id}`);
    return order;
  }

  router.add({
    method: 'GET',
    path: '/store/inventory',
    tag,
    summary: 'Says how many of each item are in stock',
    responses: { 200: 'Quantities by item' },
    handle: () => ({
      status: 200,
      body: Object.fromEntries(inventory.all().map(({ id, quantity }) => [id, quantity])),
    }),
  });
  router.add({
    method: 'PUT',
    path: '/store/inventory/{item}',
    tag,
    summary: 'Sets the stock of an item',
    body: stockBody,
    responses: { 200: 'The item and its quantity', 400: 'The name or the quantity is not valid' },
    handle({ params: { item }, body }) {
      if (!new RegExp(ITEM, 'u').test(item)) throw invalid(`an item's name must match ${ITEM}`);
      setStock(item, body.quantity);
      return { status: 200, body: { item, quantity: body.quantity } };
    },
  });
  router.add({
    method: 'POST',
    path: '/store/orders',
    tag,
    summary: 'Places an order and takes it from the stock',
    body: orderBody,
    responses: { 201: 'The order', 400: 'The order is not valid', 409: 'There is not enough in stock' },
    handle({ body: { item, quantity } }) {
      const left = stockOf(item) - quantity;
      if (left < 0) throw conflict(`only ${stockOf(item)} of ${item} in stock`);
      setStock(item, left);
      return { status: 201, body: orders.add({ item, quantity, status: 'placed' }) };
    },
  });
  router.add({
    method: 'GET',
    path: '/store/orders/{id}',
    tag,
    summary: 'Shows one order',
    responses: { 200: 'The order', 404: 'There is no such order' },
    handle: ({ params }) => ({ status: 200, body: existing(params) }),
  });
  router.add({
    method: 'DELETE',
    path: '/store/orders/{id}',
    tag,
    summary: 'Cancels an order and puts it back into the stock',
    responses: { 200: 'The cancelled order', 404: 'There is no such order', 409: 'It was cancelled before' },
    handle({ params }) {
      const order = existing(params);
      if (order.status === 'cancelled') throw conflict(`order ${order.id} was cancelled before`);
      setStock(order.item, stockOf(order.item) + order.quantity);
      return { status: 200, body: orders.put(order.id, { ...order, status: 'cancelled' }) };
    },
  });
}
