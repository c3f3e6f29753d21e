import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type Posting, postJson, signatureOf } from './webhook.ts';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const { signal } = new AbortController();
const post = (address: string, more: Partial<Posting> = {}): Promise<string | undefined> =>
  postJson({ address, body: '{"a":"é"}', headers: { 'X-Own': 'value' }, signal, ...more });

describe('posting', () => {
  it('sends the body once, with its headers, to the path that was asked for', async () => {
    const seen: unknown[] = [];
    const address = await serve((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method, url, headers } = request;
        seen.push([method, url, headers['x-own'], headers['content-type'], Buffer.concat(chunks).toString()]);
        response.writeHead(204).end();
      });
    });
    expect(await post(`${address}/hook?a=b`)).toBeUndefined();
    expect(seen).toEqual([['POST', '/hook?a=b', 'value', 'application/json', '{"a":"é"}']]);
  });

  it('follows no redirect', async () => {
    const asked: (string | undefined)[] = [];
    const address = await serve((request, response) => {
      asked.push(request.url);
      response.writeHead(307, { Location: '/elsewhere' }).end();
    });
    expect(await post(`${address}/hook`)).toBe('answered with a redirect (307), which is not followed');
    expect(asked).toEqual(['/hook']);
  });

  it('says what else went wrong', async () => {
    const broken = await serve((_, response) => response.writeHead(500).end());
    expect(await post(broken)).toBe('answered with status 500');
    const rude = await serve((request) => request.socket.destroy());
    expect(await post(rude)).toBe('cannot be reached: ECONNRESET');
    const gone = await serve(() => {});
    await new Promise((resolve) => servers.pop()?.close(resolve));
    expect(await post(gone)).toBe('cannot be reached: ECONNREFUSED');
    expect(await post(gone.replace('http:', 'https:'))).toBe('cannot be reached: ECONNREFUSED');
    for (const address of ['file:///etc/passwd', 'http://[::1', 'http://h:99999/'])
      expect(await post(address)).toBe('is no valid address');
  });

  it('waits for nobody longer than it may', async () => {
    let closed = 0;
    const address = await serve((request) => request.socket.on('close', () => (closed += 1)));
    expect(await post(address, { limitMs: 200 })).toBe('did not answer within 0.2 s');
    const givingUp = new AbortController();
    const posted = post(address, { signal: givingUp.signal });
    givingUp.abort();
    expect(await posted).toBe('did not answer in time');
    expect(await post(address, { signal: givingUp.signal })).toBe('was not asked any more');
    await expect.poll(() => closed).toBeGreaterThan(0);
  });

  it('reads nothing of an answer that never ends', async () => {
    const address = await serve((_, response) => {
      response.writeHead(200);
      const pour = (): void => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      };
      response.on('drain', pour);
      pour();
    });
    expect(await post(address)).toBeUndefined();
  });
});

describe('a signature', () => {
  it('is HMAC-SHA256 over the date and the body', () => {
    // Computed with: printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac secret
    expect(signatureOf('secret', '1700000000', '{"a":1}')).toBe(
      '49f24e537407743fa4a0242bb63b94b9a47ee99cbbe071ccd8a22550ae411686',
    );
    expect(signatureOf('secret', '1700000001', '{"a":1}')).not.toBe(
      '49f24e537407743fa4a0242bb63b94b9a47ee99cbbe071ccd8a22550ae411686',
    );
  });
});
