import { problemWith } from './schema.mjs';

const BODY_LIMIT = 64 * 1024;

/** An error with an HTTP status and a code for programs; its message is shown to the client. */
export class HttpError extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export const invalid = (message) => new HttpError(400, 'invalid', message);
export const notFound = (message) => new HttpError(404, 'not-found', message);
export const conflict = (message) => new HttpError(409, 'conflict', message);

/** Routes are values, so that the documentation can be generated from them. */
export function createRouter() {
  const routes = [];

  /** Adds a route: method, path with `{name}` parts, tag, summary, responses, handle; optionally body and auth. */
  function add(route) {
    routes.push({ ...route, parts: route.path.split('/') });
  }

  function find(method, path) {
    const parts = path.split('/');
    const here = routes.filter((route) => matches(route.parts, parts));
    if (here.length === 0) throw notFound(`nothing at ${path}`);
    // A literal path wins over one with parameters.
    const candidates = here.filter((route) => route.method === method);
    const route = candidates.find((one) => one.path === path) ?? candidates[0];
    if (!route) throw new HttpError(405, 'method-not-allowed', `${path} knows no ${method}`);
    return { route, params: paramsOf(route.parts, parts) };
  }

  /** The listener for `node:http`. */
  async function listener(request, response) {
    try {
      const url = new URL(request.url, 'http://service');
      const { route, params } = find(request.method, url.pathname);
      const body = route.body ? await readJson(request, route.body) : undefined;
      const answer = await route.handle({ params, query: url.searchParams, headers: request.headers, body });
      send(response, answer);
    } catch (error) {
      if (!(error instanceof HttpError)) console.error(error);
      const { status, code, message } =
        error instanceof HttpError ? error : { status: 500, code: 'internal', message: 'internal error' };
      send(response, { status, body: { error: { code, message } } });
    }
  }

  return { add, routes, listener };
}

/** Turns the `{id}` of a path into a number, or answers 404. */
export function idOf(params) {
  if (!/^[1-9]\d{0,14}$/.test(params.id)) throw notFound(`no such id: ${params.id}`);
  return Number(params.id);
}

function matches(pattern, parts) {
  return pattern.length === parts.length && pattern.every((part, index) => part.startsWith('{') || part === parts[index]);
}

function paramsOf(pattern, parts) {
  const named = pattern.flatMap((part, index) => (part.startsWith('{') ? [[part.slice(1, -1), decoded(parts[index])]] : []));
  return Object.fromEntries(named);
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    throw invalid(`not a valid path: ${part}`);
  }
}

async function readJson(request, schema) {
  const chunks = [];
  let length = 0;
  // What is too much is read, not kept: a client that is cut off while sending would never see the answer.
  for await (const chunk of request) {
    length += chunk.length;
    if (length <= BODY_LIMIT) chunks.push(chunk);
  }
  if (length > BODY_LIMIT) throw new HttpError(413, 'too-large', `a body has at most ${BODY_LIMIT} bytes`);
  let value;
  try {
    value = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw invalid('the body is not JSON');
  }
  const problem = problemWith(schema, value);
  if (problem) throw invalid(problem);
  return value;
}

function send(response, { status, body, type = 'application/json; charset=utf-8' }) {
  response.statusCode = status;
  response.setHeader('x-content-type-options', 'nosniff');
  if (body === undefined) return void response.end();
  response.setHeader('content-type', type);
  response.end(typeof body === 'string' ? body : `${JSON.stringify(body)}\n`);
}
