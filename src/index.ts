/** The library: what an editor, a test or another tool needs to understand a formula without running it. */
export type { Bead, Formula, NodeSpec, Plan } from './core/plan.ts';
export type { NodeStatus } from './core/status.ts';
export type { Diagnostic, Position, Severity, Span } from './diagnostic/diagnostic.ts';
export { neutralise } from './diagnostic/neutralise.ts';
export { renderText } from './diagnostic/render-text.ts';
export { loadProject, type ProjectLoad } from './project/load-project.ts';
export { graphText } from './view/graph-text.ts';
export { type GraphView, graphOfPlan } from './view/graph-view.ts';
