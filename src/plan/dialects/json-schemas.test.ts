import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { jsonSchemas } from './json-schemas.ts';

describe('the published schemas', () => {
  // UPDATE=1 writes them.
  it.each([...jsonSchemas()])('%s is what the declarations give', (name, schema) => {
    const file = new URL(`../../../schemas/${name}`, import.meta.url);
    const text = `${JSON.stringify(schema, null, 2)}\n`;
    if (process.env['UPDATE'] === '1') writeFileSync(file, text);
    expect(readFileSync(file, 'utf8')).toBe(text);
  });
});
