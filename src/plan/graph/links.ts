/** What the dependencies of beads name: from ids to positions, with everything that can be wrong with an id. */
import type { Collector } from '../../diagnostic/collector.ts';
import { quote } from '../../diagnostic/neutralise.ts';
import type { BeadDraft } from '../dialects/bead-draft.ts';
import type { Located } from '../dialects/schema.ts';
import { similar } from '../similar.ts';

/** Does not own: the beads. */
export class Links {
  readonly #beads: readonly BeadDraft[];
  readonly #index: ReadonlyMap<string, number>;
  readonly #broken: ReadonlySet<string>;
  readonly #collector: Collector;

  constructor(
    beads: readonly BeadDraft[],
    index: ReadonlyMap<string, number>,
    broken: ReadonlySet<string>,
    collector: Collector,
  ) {
    this.#beads = beads;
    this.#index = index;
    this.#broken = broken;
    this.#collector = collector;
  }

  /** The beads that `entries` name, without repetitions; all that is wrong with them is reported. */
  known(
    bead: BeadDraft,
    own: number,
    entries: readonly Located<string>[],
    verb: 'requires' | 'waits for the failure of',
  ): readonly number[] {
    const known: number[] = [];
    const seen = new Set<string>();
    for (const entry of entries) {
      const target = this.#index.get(entry.value);
      if (seen.has(entry.value)) {
        report(
          this.#collector,
          'plan/repeated-requirement',
          bead,
          entry,
          `bead ${quote(bead.id)} lists ${quote(entry.value)} twice`,
        );
      } else if (target === own) {
        report(
          this.#collector,
          'plan/self-dependency',
          bead,
          entry,
          `Circular dependency detected: ${bead.id} → ${bead.id}`,
        );
      } else if (target !== undefined) {
        known.push(target);
      } else if (!this.#broken.has(entry.value)) {
        this.#unknown(bead, entry, verb);
      }
      seen.add(entry.value);
    }
    return known;
  }

  #unknown(bead: BeadDraft, entry: Located<string>, verb: string): void {
    const near = similar(entry.value, this.#index.keys(), this.#collector.patience);
    const target = this.#beads[near === undefined ? -1 : (this.#index.get(near) ?? -1)];
    this.#collector.report(
      'plan/unknown-requirement',
      `bead ${quote(bead.id)} ${verb} ${quote(entry.value)}, but no bead has that id`,
      {
        span: bead.source.span(entry),
        ...(target === undefined
          ? {}
          : {
              related: [{ span: target.source.span(target.idPlace), label: 'this bead has a similar id' }],
              hints: [`did you mean "${target.id}"?`],
            }),
      },
    );
  }
}

function report(
  collector: Collector,
  code: 'plan/repeated-requirement' | 'plan/self-dependency',
  bead: BeadDraft,
  entry: Located<string>,
  message: string,
): void {
  collector.report(code, message, { span: bead.source.span(entry) });
}
