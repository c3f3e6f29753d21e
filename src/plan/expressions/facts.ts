/** The facts that expressions are evaluated against: plain data, gathered by whoever asks. */
import type { VariableValue } from '../../core/plan.ts';
import type { Outcome } from './scope.ts';

/** What is known of a bead when an expression is evaluated. */
export interface BeadFacts {
  readonly outcome: Outcome;
  /** What its work reported, as JSON. */
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly artifacts: readonly string[];
}

/** What expressions are evaluated against. `beads` need only hold what `beadsNamed` gives. */
export interface Facts {
  readonly beads: Readonly<Record<string, BeadFacts>>;
  readonly vars: Readonly<Record<string, VariableValue>>;
  /** The variables that `formula.env` lists, as far as they are set. */
  readonly env: Readonly<Record<string, string>>;
  /** Whether a file of the project exists; false for every path that leaves it. */
  fileExists(path: string): boolean;
}
