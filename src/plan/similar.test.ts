import { describe, expect, it } from 'vitest';
import { similar } from './similar.ts';

const ids = ['foundation', 'pet-crud', 'store-crud', 'user-auth', 'api-docs', 'a'];

describe('similar', () => {
  it.each([
    ['store-curd', 'store-crud'],
    ['Foundation', 'foundation'],
    ['fundation', 'foundation'],
    ['userauth', 'user-auth'],
    ['api_docs', 'api-docs'],
    ['petcurd', 'pet-crud'],
    ['nothing-like-it', undefined],
    ['b', undefined],
    ['', undefined],
    ['x'.repeat(1000), undefined],
  ])('%s → %s', (word, expected) => {
    expect(similar(word, ids)).toBe(expected);
  });
});
