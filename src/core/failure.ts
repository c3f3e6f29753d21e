/**
 * An attempt that went wrong, as plain data. Adapters may throw; the engine converts at one funnel.
 * The class decides which budget pays (docs/semantics.md, "Failures"):
 * - `task`: the work or its verification failed, the attempt ran into its time limit, or it showed no sign of life; spends a retry.
 * - `infrastructure`: the rig could not be made or the agent could not start (a command says so with exit 75); own small budget.
 * - `lost`: the machine or the process died; run again, nothing spent.
 */
export type FailureClass = 'task' | 'infrastructure' | 'lost';

export interface Failure {
  readonly class: FailureClass;
  /** Stable, for programs: `exit`, `signal`, `timeout`, `artifact-missing`, `check-failed`, `rig`, `agent-missing`, `lost`, … */
  readonly code: string;
  /** One sentence, for people; may quote outside text, so neutralise it before printing. */
  readonly message: string;
}
