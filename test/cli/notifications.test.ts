/** Who is told about a run: by a real program and a real server on this machine. */
import { createHmac } from 'node:crypto';
import { chmodSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { convoy, Sandbox } from '../support/sandbox.ts';

const CONFIG = '.config/gastown/config.toml';
const cwd = 'project';

/** A project, and a home with a configuration of these lines below `[notify]`. */
function sandboxWith(notify: readonly string[], plan = convoy({ a: {} })): Sandbox {
  const sandbox = new Sandbox(
    Object.fromEntries(Object.entries(plan).map(([path, text]) => [`${cwd}/${path}`, text])),
  );
  sandbox.write({
    [CONFIG]: `[notify]\n${notify.join('\n')}\n`,
    // One line of JSON per notification, as it came.
    'note.mjs': `import { appendFileSync, readFileSync } from 'node:fs';
      appendFileSync(process.argv[2], readFileSync(0));`,
  });
  // Whatever the umask of whoever runs this.
  chmodSync(sandbox.path('.config/gastown'), 0o755);
  chmodSync(sandbox.path(CONFIG), 0o644);
  return sandbox;
}

/** Lets a program write down what it is told; the sandbox is known only after the configuration is. */
function noting(sandbox: Sandbox, more = ''): void {
  const command = [process.execPath, sandbox.path('note.mjs'), sandbox.path('noted')];
  sandbox.write({ [CONFIG]: `[notify]\ncommand = ${JSON.stringify(command)}\n${more}` });
}

const notedIn = (sandbox: Sandbox): unknown[] =>
  sandbox.has('noted')
    ? sandbox
        .read('noted')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line))
    : [];

interface Hook extends AsyncDisposable {
  readonly address: string;
  readonly requests: {
    readonly url: string | undefined;
    readonly headers: IncomingHttpHeaders;
    readonly body: string;
  }[];
}

async function hook(answer: (response: ServerResponse) => void): Promise<Hook> {
  const requests: Hook['requests'] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { url, headers } = request;
      requests.push({ url, headers, body: Buffer.concat(chunks).toString() });
      answer(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    requests,
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const posting = (address: string): string[] => [
  'on = ["done", "failed", "paused"]',
  `webhook = "${address}"`,
  'webhook_secret = "env:HOOK_SECRET"',
];
const withSecret = { cwd, env: { HOOK_SECRET: 'a secret of some length' } };

describe('a program', () => {
  it('is told once when a run pauses, and when it is done if that is asked for', async () => {
    await using sandbox = sandboxWith([], convoy({ a: { run: 'test -e mended' }, b: {} }));
    noting(sandbox, 'on = ["paused", "done"]\n');
    expect((await sandbox.gastown(['run'], { cwd })).code).toBe(3);
    const about = { project: 'project', root: sandbox.path(cwd), formula: 'sample', run: 'r1' };
    const paused = {
      ...about,
      event: 'paused',
      bead: 'a',
      sentence: 'Bead execution failed: "a" has used up its attempts',
    };
    expect(notedIn(sandbox)).toEqual([paused]);
    sandbox.write({ [`${cwd}/mended`]: '' });
    expect((await sandbox.gastown(['resume'], { cwd })).code).toBe(0);
    expect(notedIn(sandbox)).toEqual([paused, { ...about, event: 'done', sentence: '2 done' }]);
  });

  it('is not told of what nobody asked for, nor of a stop', async () => {
    await using sandbox = sandboxWith([], convoy({ a: { run: 'touch begun; sleep 60' }, b: {} }));
    noting(sandbox);
    const { ended, process } = sandbox.start(['run', '--bead', 'a'], { cwd });
    await sandbox.until('a has begun', () => sandbox.has(`${cwd}/begun`));
    process.kill('SIGINT');
    expect((await ended).code).toBe(130);
    expect((await sandbox.gastown(['run', '--bead', 'b', '--rerun'], { cwd })).code).toBe(0);
    expect(notedIn(sandbox)).toEqual([]);
  });

  it('that cannot be found is said to, and the run goes on', async () => {
    await using sandbox = sandboxWith(['on = ["done"]', 'command = ["no-such-program"]']);
    const { code, stdout } = await sandbox.gastown(['run'], { cwd });
    expect(code).toBe(0);
    expect(stdout.match(/the notification program no-such-program cannot be found/g)).toHaveLength(1);
  });
});

describe('a webhook', () => {
  it('gets ids and states, signed, and no texts', async () => {
    await using server = await hook((response) => response.writeHead(204).end());
    await using sandbox = sandboxWith(
      posting(server.address),
      convoy({ a: { run: 'echo private; exit 1' } }),
    );
    expect((await sandbox.gastown(['run'], withSecret)).code).toBe(3);
    expect(server.requests).toHaveLength(1);
    const [{ url, headers, body } = { url: '', headers: {}, body: '' }] = server.requests;
    expect(url).toBe('/hook');
    expect(JSON.parse(body)).toEqual({
      event: 'paused',
      project: 'project',
      formula: 'sample',
      run: 'r1',
      bead: 'a',
    });
    const timestamp = headers['x-gastown-timestamp'];
    expect(Math.abs(Number(timestamp) - Date.now() / 1000)).toBeLessThan(60);
    expect(headers['x-gastown-signature']).toBe(
      `sha256=${createHmac('sha256', withSecret.env.HOOK_SECRET).update(`${timestamp}.${body}`).digest('hex')}`,
    );
  });

  it('that redirects is not followed', async () => {
    await using server = await hook((response) => response.writeHead(302, { Location: '/elsewhere' }).end());
    await using sandbox = sandboxWith(posting(server.address));
    const { code, stdout } = await sandbox.gastown(['run'], withSecret);
    expect(code).toBe(0);
    expect(stdout).toContain('answered with a redirect (302), which is not followed');
    expect(server.requests.map(({ url }) => url)).toEqual(['/hook']);
  });

  it('that is gone is told of once, without its path, and not on standard output of --json', async () => {
    const server = await hook(() => {});
    await server[Symbol.asyncDispose]();
    await using sandbox = sandboxWith(posting(server.address));
    const { code, stdout, stderr } = await sandbox.gastown(['run', '--json'], withSecret);
    expect(code).toBe(0);
    for (const line of stdout.trimEnd().split('\n')) expect(JSON.parse(line)).toHaveProperty('type');
    const host = new URL(server.address).host;
    expect(stderr.split('\n').filter((line) => line.includes('webhook'))).toEqual([
      `the webhook at ${host} cannot be reached: ECONNREFUSED`,
    ]);
  });

  it('that hangs holds the program for a few seconds after the run, and not once it is interrupted', async () => {
    await using server = await hook(() => {});
    await using sandbox = sandboxWith(posting(server.address));
    const patient = await sandbox.gastown(['run'], withSecret);
    expect(patient.code).toBe(0);
    expect(patient.stdout).toMatch(
      /\n1 done in .*\n(?:.*\n)*the webhook at .*: 1 notification was given up after 5 s\n$/,
    );

    const { process, ended } = sandbox.start(['run', '--rerun'], withSecret);
    let printed = '';
    process.stdout?.on('data', (chunk: Buffer) => {
      printed += String(chunk);
    });
    await sandbox.until('the run is over, its webhook not', () => {
      return printed.includes('1 done in') && server.requests.length === 2;
    });
    process.kill('SIGINT');
    expect((await ended).code).toBe(0);
    expect(printed).toContain('1 notification was given up at SIGINT');
  });

  it('is not notified without its secret', async () => {
    await using server = await hook((response) => response.end());
    await using sandbox = sandboxWith(posting(server.address));
    const { code, stdout } = await sandbox.gastown(['run'], { cwd });
    expect(code).toBe(0);
    expect(stdout).toContain('the webhook is not notified: $HOOK_SECRET, which holds its secret, is not set');
    expect(server.requests).toEqual([]);
  });
});

describe('the configuration', () => {
  it('of notifications is the user’s: a project cannot bring one', async () => {
    await using sandbox = new Sandbox(convoy({ a: {} }));
    sandbox.write({
      'gastown.toml': '[notify]\non = ["done"]\ncommand = ["touch", "/notified"]\n'.replace(
        '/notified',
        sandbox.path('notified'),
      ),
    });
    const { code, stderr } = await sandbox.gastown(['run']);
    expect(code).toBe(0);
    expect(stderr).toContain('unknown key "notify"');
    expect(stderr).toContain('configured by each user, in ~/.config/gastown/config.toml');
    expect(sandbox.has('notified')).toBe(false);
    expect((await sandbox.gastown(['run', '--strict'])).code).toBe(2);
  });

  it('with an error is a warning with its place; nobody is told, and the run goes on', async () => {
    await using sandbox = sandboxWith([]);
    noting(sandbox, 'on = ["always"]\n');
    const { code, stderr } = await sandbox.gastown(['run'], { cwd });
    expect(code).toBe(0);
    expect(stderr).toBe(
      `warning: ${sandbox.path(CONFIG)}:3:7: \`notify.on[0]\` is "always", but must be one of: needs-person, paused, failed, done\n` +
        '  = hint: until that is mended, nobody is notified\n',
    );
    expect(notedIn(sandbox)).toEqual([]);
  });

  it('that others can write is not believed', async () => {
    await using sandbox = sandboxWith([]);
    noting(sandbox, 'on = ["done"]\n');
    chmodSync(sandbox.path(CONFIG), 0o666);
    const { code, stderr } = await sandbox.gastown(['run'], { cwd });
    expect(code).toBe(0);
    expect(stderr).toContain(`the configuration "${sandbox.path(CONFIG)}" can be written by other users`);
    expect(notedIn(sandbox)).toEqual([]);
  });
});
