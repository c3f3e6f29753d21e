/**
 * Choices as numbers. Everything made up here is made by reading a tape: fast-check makes the tapes, and shrinks them to
 * shorter ones and smaller numbers, so zero and the end of the tape are always the simplest choice.
 */
import fc from 'fast-check';

export class Tape {
  readonly #numbers: readonly number[];
  #at = 0;

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#numbers.length;
  }

  /** One of 0 … n-1. */
  below(n: number): number {
    return (this.#numbers[this.#at++] ?? 0) % Math.max(1, n);
  }

  /** True once in n times. */
  rarely(n: number): boolean {
    return this.below(n) === n - 1;
  }

  one<Option>(options: readonly [Option, ...Option[]] | readonly Option[]): Option {
    const option = options[this.below(options.length)];
    if (option === undefined) throw new Error('there is nothing to choose from');
    return option;
  }

  /** Up to `most` of what `make` makes. */
  many<Item>(most: number, make: (at: number) => Item): Item[] {
    return Array.from({ length: this.below(most + 1) }, (_, at) => make(at));
  }
}

export const tapes = (longest: number): fc.Arbitrary<Tape> =>
  fc.array(fc.nat(0xffff), { maxLength: longest, size: 'max' }).map((numbers) => new Tape(numbers));
