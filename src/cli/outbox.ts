/**
 * Messages on their way to one receiver that may be slow, broken or gone. Owns: what waits and what is under way.
 * I1 Putting never waits and never throws. I2 One message is under way and at most {@link MOST_WAITING} wait; beyond that
 * the oldest is dropped. I3 Each kind of trouble is told once.
 */
export interface Receiver {
  /** Begins sentences. */
  readonly name: string;
  /** Gives what went wrong, in words that follow the name; gives up at once when the signal aborts. */
  deliver(message: string, signal: AbortSignal): Promise<string | undefined>;
}

const MOST_WAITING = 16;

export class Outbox {
  readonly #receiver: Receiver;
  readonly #signal: AbortSignal;
  readonly #say: (sentence: string) => void;
  readonly #waiting: string[] = [];
  #delivering: Promise<void> | undefined;
  #hasFailed = false;
  #hasDropped = false;

  /** When the signal aborts, what is not delivered by then is given up; its reason ends the sentence that says so. */
  constructor(receiver: Receiver, signal: AbortSignal, say: (sentence: string) => void) {
    this.#receiver = receiver;
    this.#signal = signal;
    this.#say = say;
  }

  get isEmpty(): boolean {
    return this.#delivering === undefined;
  }

  put(message: string): void {
    this.#waiting.push(message);
    if (this.#waiting.length > MOST_WAITING) {
      this.#waiting.shift();
      if (!this.#hasDropped)
        this.#say(`${this.#receiver.name} is too slow: the oldest notifications are dropped`);
      this.#hasDropped = true;
    }
    this.#delivering ??= this.#deliverAll();
  }

  /** Resolves when nothing waits any more. */
  async emptied(): Promise<void> {
    await this.#delivering;
  }

  async #deliverAll(): Promise<void> {
    const { name } = this.#receiver;
    for (let message = this.#waiting.shift(); message !== undefined; message = this.#waiting.shift()) {
      const problem = await this.#deliver(message);
      if (problem === undefined) continue;
      if (this.#signal.aborted) {
        const lost = 1 + this.#waiting.splice(0).length;
        this.#say(
          `${name}: ${lost === 1 ? '1 notification was' : `${lost} notifications were`} given up ${String(this.#signal.reason)}`,
        );
      } else if (!this.#hasFailed) {
        this.#hasFailed = true;
        this.#say(`${name} ${problem}`);
      }
    }
    this.#delivering = undefined;
  }

  async #deliver(message: string): Promise<string | undefined> {
    try {
      return await this.#receiver.deliver(message, this.#signal);
    } catch (error) {
      // Whatever it is, it must not end the run.
      return `failed: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
}
