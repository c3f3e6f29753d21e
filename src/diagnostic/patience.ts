/**
 * How much may still be spent on hints. One hint costs a look at every name that could have been meant: where thousands of
 * names are wrong, all hints together would cost their product.
 */
export class Patience {
  #left: number;

  constructor(steps = 3_000_000) {
    this.#left = steps;
  }

  /** Whether there is any left, before `steps` of it are taken. */
  spend(steps: number): boolean {
    if (this.#left <= 0) return false;
    this.#left -= steps;
    return true;
  }
}
