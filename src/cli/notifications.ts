/**
 * Tells a program and a webhook of the user's choice how a run goes. Owns: what was not delivered yet. Does not own: what
 * is worth telling (`turning-points.ts`) and to whom, which the user's own configuration says.
 * I1 A run never waits for a receiver; the session's end does, for at most {@link PATIENCE_MS}. I2 What is posted holds ids,
 * names and states, no sentence and no path.
 */
import { basename } from 'node:path';
import { neutralise } from '../diagnostic/neutralise.ts';
import type { SessionObserver } from '../engine/session.ts';
import { systemClock } from '../os/clock.ts';
import { tellProgram } from '../os/notify-program.ts';
import type { NotificationEvent, NotifySettings } from '../plan/user-settings.ts';
import { loadUserConfiguration } from '../project/user-configuration.ts';
import { Outbox, type Receiver } from './outbox.ts';
import { type Console, print } from './terminal/console.ts';
import { type Notification, TurningPoints } from './turning-points.ts';

const PATIENCE_MS = 5000;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

interface Channel {
  readonly outbox: Outbox;
  readonly message: (notification: Notification) => string;
}

type Say = (sentence: string) => void;

/** Whom the user wants to be told; undefined: nobody. What is wrong with the configuration is printed and ends nothing. */
export function openNotifications(
  { env, stderr }: Pick<Console, 'env' | 'stderr'>,
  root: string,
  say: Say,
): Notifications | undefined {
  const { settings, warnings, isUsable } = loadUserConfiguration(env);
  print(stderr, [
    ...warnings.map((warning) => `warning: ${neutralise(warning)}`),
    ...(isUsable ? [] : ['  = hint: until that is mended, nobody is notified']),
  ]);
  return settings.notify === undefined ? undefined : new Notifications(settings.notify, root, env, say);
}

class Notifications implements AsyncDisposable {
  readonly #on: ReadonlySet<NotificationEvent>;
  readonly #channels: readonly Channel[];
  readonly #points = new TurningPoints();
  readonly #givingUp = new AbortController();

  constructor(settings: NotifySettings, root: string, env: Console['env'], say: Say) {
    const { on, command, webhook } = settings;
    const { signal } = this.#givingUp;
    const project = basename(root);
    this.#on = on;
    const channels: Channel[] = [];
    if (command !== undefined)
      channels.push({
        outbox: new Outbox(programReceiver(command, env), signal, say),
        message: ({ event, formula, run, bead, sentence }) =>
          JSON.stringify({ event, project, root, formula, run, bead, sentence }),
      });
    const secret = webhook === undefined ? undefined : env[webhook.secretVariable];
    if (webhook !== undefined && secret)
      channels.push({
        outbox: new Outbox(webhookReceiver(webhook.address, secret), signal, say),
        message: ({ event, formula, run, bead }) => JSON.stringify({ event, project, formula, run, bead }),
      });
    else if (webhook !== undefined)
      say(`the webhook is not notified: $${webhook.secretVariable}, which holds its secret, is not set`);
    this.#channels = channels;
  }

  /** An observer that follows a session together with another one, which is served first. */
  beside(other: SessionObserver): SessionObserver {
    return {
      opened: (opening, rows) => {
        other.opened(opening, rows);
        this.#points.opened(rows);
      },
      committed: (run, changed, events) => {
        other.committed(run, changed, events);
        for (const notification of this.#points.notificationsOf(run, changed, events))
          this.#tell(notification);
      },
      // Whoever drives notifies: one event, one notification.
      joined: (run, rows) => other.joined(run, rows),
      followed: (run, changed, events) => other.followed(run, changed, events),
      waits: (unmet, waitMs) => other.waits(unmet, waitMs),
      swept: (leftovers) => other.swept(leftovers),
    };
  }

  /** From now on a signal to the program is about the notifications, not about the run, which is over. */
  heed(): void {
    for (const name of SIGNALS) process.on(name, this.#onSignal);
  }

  /** Waits a little for what is under way; a signal to the program ends the wait. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#channels.some(({ outbox }) => !outbox.isEmpty)) {
      const timer = setTimeout(() => this.#givingUp.abort(`after ${PATIENCE_MS / 1000} s`), PATIENCE_MS);
      await Promise.all(this.#channels.map(({ outbox }) => outbox.emptied()));
      clearTimeout(timer);
    }
    for (const name of SIGNALS) process.off(name, this.#onSignal);
  }

  readonly #onSignal = (name: NodeJS.Signals): void => this.#givingUp.abort(`at ${name}`);

  #tell(notification: Notification): void {
    if (!this.#on.has(notification.event)) return;
    for (const { outbox, message } of this.#channels) outbox.put(message(notification));
  }
}

const programReceiver = (command: readonly string[], env: Console['env']): Receiver => ({
  name: `the notification program ${command[0]}`,
  deliver: (message, signal) => tellProgram({ command, input: `${message}\n`, env, signal }),
});

/** An address may hold a secret of its own: sentences name the host only. */
const webhookReceiver = (address: string, secret: string): Receiver => ({
  name: `the webhook at ${URL.canParse(address) ? new URL(address).host : 'its address'}`,
  async deliver(body, signal) {
    // Most runs post nothing: they do not load what speaks HTTP.
    const { postJson, signatureOf } = await import('../os/webhook.ts');
    const timestamp = String(Math.floor(systemClock.now() / 1000));
    return postJson({
      address,
      body,
      headers: {
        'X-Gastown-Timestamp': timestamp,
        'X-Gastown-Signature': `sha256=${signatureOf(secret, timestamp, body)}`,
      },
      signal,
    });
  },
});
