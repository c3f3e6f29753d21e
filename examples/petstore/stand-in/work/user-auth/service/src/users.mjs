import { conflict, HttpError } from './http.mjs';
import { hashPassword, hashToken, newToken, verifyPassword } from './passwords.mjs';

const TOKEN_LIFETIME_MS = 60 * 60 * 1000;

const credentials = {
  type: 'object',
  required: ['name', 'password'],
  properties: {
    name: { type: 'string', pattern: '^[A-Za-z0-9.-]{3,40}$' },
    password: { type: 'string', minLength: 8, maxLength: 200 },
  },
};

const unauthorized = (message) => new HttpError(401, 'unauthorized', message);
const publicPart = ({ id, name }) => ({ id, name });

/** Adds the routes of users. `now` is the clock by which tokens expire. */
export default function users({ router, store, now = Date.now }) {
  const people = store.collection('users');
  const tokens = store.collection('tokens');
  const tag = 'users';
  // Checked when a name is unknown, so that the answer takes as long as for a wrong password.
  const nobody = hashPassword(newToken());

  const byName = (name) => people.all().find((user) => user.name.toLowerCase() === name.toLowerCase());

  /** The user of a request's bearer token, or 401. */
  function authenticated(headers) {
    const [, token] = /^Bearer ([\w-]+)$/.exec(headers.authorization ?? '') ?? [];
    const held = token && tokens.get(hashToken(token));
    if (!held || held.expiresAt <= now()) throw unauthorized('log in first: this needs a valid token');
    return { user: people.get(held.user), token: held.id };
  }

  router.add({
    method: 'POST',
    path: '/users/register',
    tag,
    summary: 'Makes an account',
    body: credentials,
    responses: { 201: 'The user', 400: 'The name or the password is not valid', 409: 'The name is taken' },
    async handle({ body: { name, password } }) {
      const secret = await hashPassword(password);
      // Looked up after the hashing: from here on nothing else can register in between.
      if (byName(name)) throw conflict(`the name ${name} is taken`);
      return { status: 201, body: publicPart(people.add({ name, ...secret })) };
    },
  });
  router.add({
    method: 'POST',
    path: '/users/login',
    tag,
    summary: 'Answers with a token for an hour',
    body: credentials,
    responses: { 200: 'A token', 401: 'The name or the password is wrong' },
    async handle({ body: { name, password } }) {
      const user = byName(name);
      const right = await verifyPassword(password, user ?? (await nobody));
      if (!user || !right) throw unauthorized('the name or the password is wrong');
      const token = newToken();
      const expiresAt = now() + TOKEN_LIFETIME_MS;
      tokens.put(hashToken(token), { user: user.id, expiresAt });
      return { status: 200, body: { token, expiresAt: new Date(expiresAt).toISOString() } };
    },
  });
  router.add({
    method: 'POST',
    path: '/users/logout',
    tag,
    summary: 'Makes the token worthless',
    auth: true,
    responses: { 204: 'Logged out', 401: 'No valid token' },
    handle({ headers }) {
      tokens.delete(authenticated(headers).token);
      return { status: 204 };
    },
  });
  router.add({
    method: 'GET',
    path: '/users/me',
    tag,
    summary: "Shows the token's user",
    auth: true,
    responses: { 200: 'The user', 401: 'No valid token' },
    handle: ({ headers }) => ({ status: 200, body: publicPart(authenticated(headers).user) }),
  });
}
