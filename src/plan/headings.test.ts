import { describe, expect, it } from 'vitest';
import { Outline } from './headings.ts';

const document = `---
title: Not a heading
# nor this
---
# Petstore API

Intro.

## 1. Requirements

### 1.1 Pet_Management

Pets.

### Store-Management

\`\`\`
## Code is no heading
\`\`\`

> ## Nor a quotation

Architecture
------------

### API \`Layer\` & *Co*

#### Errors

## Data Models
#### Errors

Last.

`;
const outline = new Outline(document);
const all = outline.headings;
const lines = document.split('\n');

describe('headings', () => {
  it('are found outside of code, quotations and front matter', () => {
    expect(all.map(({ title, depth, parent }) => `${depth} ${title} < ${parent?.title ?? ''}`)).toEqual([
      '1 Petstore API < ',
      '2 1. Requirements < Petstore API',
      '3 1.1 Pet_Management < 1. Requirements',
      '3 Store-Management < 1. Requirements',
      '2 Architecture < Petstore API',
      '3 API Layer & Co < Architecture',
      '4 Errors < API Layer & Co',
      '2 Data Models < Petstore API',
      '4 Errors < Data Models',
    ]);
  });

  it('span up to the next of their level, without trailing empty lines', () => {
    for (const { lines: range } of all) {
      expect(lines[range.from - 1]).not.toBe('');
      expect(lines[range.to - 1]).not.toBe('');
    }
    const at = (title: string): readonly string[] => {
      const found = all.find((heading) => heading.title === title);
      return found === undefined ? [] : lines.slice(found.lines.from - 1, found.lines.to);
    };
    expect(at('1.1 Pet_Management')).toEqual(['### 1.1 Pet_Management', '', 'Pets.']);
    expect(at('Data Models')).toEqual(['## Data Models', '#### Errors', '', 'Last.']);
  });
});

describe('a reference', () => {
  it.each([
    ['requirements.pet_management', '1.1 Pet_Management'],
    ['REQUIREMENTS.Pet Management', '1.1 Pet_Management'],
    ['petstore_api.requirements.store_management', 'Store-Management'],
    ['petstore_api.store_management', 'Store-Management'],
    ['store-management', 'Store-Management'],
    ['architecture.api_layer_co', 'API Layer & Co'],
    ['architecture.errors', 'Errors'],
    ['data_models.errors', 'Errors'],
    ['data_models', 'Data Models'],
  ])('%s', (ref, title) => {
    expect(outline.find(ref)).toMatchObject({ type: 'found', heading: { title } });
  });

  it.each(['nothing', 'pet_management.requirements', 'requirements.errors', '', '.', 'a..b'])(
    '%j is missing',
    (ref) => {
      expect(outline.find(ref)).toEqual({ type: 'missing' });
    },
  );

  it('does not choose among equals', () => {
    expect(outline.find('errors')).toMatchObject({ type: 'ambiguous', headings: { length: 2 } });
  });

  it('prefers a path without gaps, then the outermost', () => {
    const nested = new Outline('# A\n## B\n### C\n## X\n### Y\n#### B\n##### C\n');
    expect(nested.find('a.c')).toMatchObject({ type: 'found', heading: { depth: 3 } });
    expect(nested.find('y.c')).toMatchObject({ type: 'found', heading: { depth: 5 } });
    expect(nested.find('b.c')).toMatchObject({ type: 'found', heading: { depth: 3 } });
  });
});
