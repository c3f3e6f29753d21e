/** Posting JSON over HTTP, once: no redirect is followed, no proxy asked, nothing of the answer kept but its status. */
import { createHmac } from 'node:crypto';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

const LIMIT_MS = 10_000;

export interface Posting {
  /** `http:` or `https:`. */
  readonly address: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Gives the request up. */
  readonly signal: AbortSignal;
  /** Gives it up, too. */
  readonly limitMs?: number;
}

/**
 * Posts. Gives what went wrong, in words that complete "the address …"; undefined when the answer was a success. Once
 * it was given up nothing of it is left but, at worst, a look-up of the host's name, which the system does not let go.
 */
export function postJson(posting: Posting): Promise<string | undefined> {
  const { address, body, headers, signal, limitMs = LIMIT_MS } = posting;
  return new Promise((resolve) => {
    const url = URL.canParse(address) ? new URL(address) : undefined;
    const request =
      url?.protocol === 'http:' ? requestHttp : url?.protocol === 'https:' ? requestHttps : undefined;
    if (url === undefined || request === undefined) {
      resolve('is no valid address');
      return;
    }
    if (signal.aborted) {
      resolve('was not asked any more');
      return;
    }
    const asked = request(url, {
      method: 'POST',
      // A connection of its own, closed afterwards.
      agent: false,
      headers: { ...headers, 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) },
    });
    const end = (words?: string): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      asked.destroy();
      resolve(words);
    };
    const timer = setTimeout(() => end(`did not answer within ${limitMs / 1000} s`), limitMs);
    const onAbort = (): void => end('did not answer in time');
    signal.addEventListener('abort', onAbort);
    // Stays: giving a request up is an error of its own, by then of no meaning.
    asked.on('error', (error) => end(`cannot be reached: ${reasonOf(error)}`));
    asked.once('response', ({ statusCode = 0 }) => end(problemOf(statusCode)));
    asked.end(body);
  });
}

/** The signature of a message at a time, in hexadecimal: HMAC-SHA256 over both, so that neither can be exchanged. */
export const signatureOf = (secret: string, timestamp: string, body: string): string =>
  createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');

function problemOf(status: number): string | undefined {
  if (status >= 200 && status < 300) return undefined;
  return status >= 300 && status < 400
    ? `answered with a redirect (${status}), which is not followed`
    : `answered with status ${status}`;
}

/** Of several addresses that were tried, the message is empty. */
const reasonOf = (error: Error): string =>
  'code' in error && typeof error.code === 'string' ? error.code : error.message;
