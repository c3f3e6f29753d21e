/**
 * What the acceptance checks share: start the service the beads built as its own process on a free loopback port, talk
 * to it over HTTP, stop it. A failure is one clear message, with what the service said on standard error, and exit 1.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SERVER = fileURLToPath(new URL('../service/src/server.mjs', import.meta.url));
const START_LIMIT_MS = 20_000;
const REQUEST_LIMIT_MS = 20_000;

/** Starts the service; the answer has its address, `request`, and `stop`, and what it wrote to standard error. */
export async function start(env = {}) {
  const child = spawn(process.execPath, [SERVER], {
    env: { ...process.env, HOST: '127.0.0.1', PORT: '0', PETSTORE_DATA: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const closed = new Promise((resolve) => child.once('close', (code, signal) => resolve(signal ?? code)));
  let stdout = '';
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (chunk) => (stderr += chunk));

  const address = await new Promise((resolve, reject) => {
    const fail = (what) => {
      kill();
      reject(new Error(`the service ${what}\n${stderr}`));
    };
    const limit = setTimeout(() => fail(`did not say where it listens within ${START_LIMIT_MS / 1000} s`), START_LIMIT_MS);
    child.once('error', (error) => fail(`could not be started: ${error.message}`));
    child.once('close', (code, signal) => {
      clearTimeout(limit);
      fail(`ended before it was ready (${signal ?? `exit ${code}`})`);
    });
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      stdout += chunk;
      const line = /listening on (http:\/\/127\.0\.0\.1:\d+)\s/.exec(stdout);
      if (!line) return;
      clearTimeout(limit);
      resolve(line[1]);
    });
  });

  /** One request; `json` is sent as JSON, and an answer that is JSON comes parsed in `body`. */
  async function request(method, path, { json, text, token } = {}) {
    const response = await fetch(address + path, {
      method,
      headers: {
        ...((json !== undefined || text !== undefined) && { 'content-type': 'application/json' }),
        ...(token && { authorization: `Bearer ${token}` }),
      },
      body: json === undefined ? text : JSON.stringify(json),
      signal: AbortSignal.timeout(REQUEST_LIMIT_MS),
    });
    const raw = await response.text();
    const type = response.headers.get('content-type') ?? '';
    return { status: response.status, type, body: type.startsWith('application/json') ? JSON.parse(raw) : raw };
  }

  /** Asks the service to end and insists that it does so cleanly. */
  async function stop() {
    const limit = setTimeout(kill, START_LIMIT_MS);
    child.kill('SIGTERM');
    const end = await closed;
    clearTimeout(limit);
    process.off('exit', kill);
    assert.equal(end, 0, 'the service does not end cleanly on SIGTERM');
  }

  return { request, stop, stderr: () => stderr };
}

/** Insists on a status; the message names the request. */
export async function expectStatus(service, status, method, path, options) {
  const answer = await service.request(method, path, options);
  assert.equal(answer.status, status, `${method} ${path}: status ${answer.status} instead of ${status}: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

/** Insists on an error answer in the agreed form. */
export async function expectError(service, status, code, method, path, options) {
  const body = await expectStatus(service, status, method, path, options);
  assert.equal(body?.error?.code, code, `${method} ${path}: error code ${JSON.stringify(body?.error?.code)} instead of "${code}"`);
  assert.equal(typeof body.error.message, 'string', `${method} ${path}: an error needs a message`);
}

/** Runs one acceptance: starts the service, checks, stops it, whatever happens. */
export async function acceptance(name, check, env) {
  for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => process.exit(1));
  const folder = mkdtempSync(join(tmpdir(), 'petstore-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  let service;
  try {
    service = await start(env?.(folder));
    await check(service, folder);
    await service.stop();
    console.log(`ok: ${name}`);
  } catch (error) {
    console.error(`not ok: ${name}\n${error.message}`);
    if (service?.stderr()) console.error(`The service said:\n${service.stderr()}`);
    process.exit(1);
  }
}
