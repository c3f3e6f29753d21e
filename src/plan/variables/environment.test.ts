import { expect, it } from 'vitest';
import { isRequestVariable } from '../../os/shell-helper.ts';
import { environmentName, isValueName, valueEnvironment } from './environment.ts';

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

it('cuts what an environment might not hold', () => {
  expect(valueEnvironment({}, { inputs: { long: 'x'.repeat(20_000) } })).toEqual({
    GASTOWN_VAR_LONG: 'x'.repeat(16_384),
  });
});

it.each(['a', 'a1', 'log-level', 'log_level', 'v-1', 'A_b-C'])('%s can be told to programs', (name) => {
  expect(isValueName(name)).toBe(true);
  expect(isRequestVariable(environmentName(name))).toBe(true);
});

it.each(['', '_x', 'a__b', 'a-_b', 'c-', 'c_', '1a', '-a', 'ä', 'a'.repeat(65)])('%s is no name', (name) => {
  expect(isValueName(name)).toBe(false);
});
