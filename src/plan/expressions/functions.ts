/** Which functions expressions may call. What is not here is refused when the plan is loaded. */

/** Called as `size(x)`. */
export const FUNCTIONS = ['has', 'size', 'string', 'int', 'double', 'bool'] as const;

/** Called on a list or a map, with a name for its items: `list.exists(x, …)`. */
export const LOOPS = ['all', 'exists', 'exists_one', 'filter', 'map'] as const;

/** Called on a value: `text.contains("x")`. */
export const METHODS = [
  'size',
  'contains',
  'startsWith',
  'endsWith',
  'lowerAscii',
  'upperAscii',
  'trim',
  'split',
  'join',
] as const;

export type FunctionName = (typeof FUNCTIONS)[number];
export type LoopName = (typeof LOOPS)[number];
export type MethodName = (typeof METHODS)[number];

export const isFunction = (name: string): name is FunctionName => FUNCTIONS.some((one) => one === name);
export const isLoop = (name: string): name is LoopName => LOOPS.some((one) => one === name);
export const isMethod = (name: string): name is MethodName => METHODS.some((one) => one === name);
