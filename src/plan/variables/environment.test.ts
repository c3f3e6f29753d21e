import { expect, it } from 'vitest';
import { valueEnvironment } from './environment.ts';

it('has the variables of the formula and the inputs of the bead, which win', () => {
  const formula = { vars: { 'log-level': 3, on: false, target: 'x' } };
  expect(valueEnvironment(formula)).toEqual({
    GASTOWN_VAR_LOG_LEVEL: '3',
    GASTOWN_VAR_ON: 'false',
    GASTOWN_VAR_TARGET: 'x',
  });
  expect(valueEnvironment(formula, { inputs: { target: 'own', more: 1 } })).toMatchObject({
    GASTOWN_VAR_TARGET: 'own',
    GASTOWN_VAR_MORE: '1',
  });
  expect(valueEnvironment({})).toEqual({});
});
