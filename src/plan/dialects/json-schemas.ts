import { beadFile, libraryFile } from './bead-schema.ts';
import { formulaFile } from './formula-schema.ts';
import type { JsonSchema, Kind } from './schema.ts';
import { rigFile, settingsFile } from './settings-schema.ts';
import { userFile } from './user-schema.ts';

/** The published JSON Schemas (draft 7) by file name, made from the declarations that read the files. */
export function jsonSchemas(): ReadonlyMap<string, JsonSchema> {
  return new Map([
    ['formula.schema.json', schema('A GasTown formula', formulaFile)],
    ['bead.schema.json', schema('A GasTown bead', beadFile)],
    ['library.schema.json', schema('A GasTown library bead: library/NAME.toml', libraryFile)],
    ['gastown.schema.json', schema('GasTown settings: gastown.toml', settingsFile)],
    ['rig.schema.json', schema('A GasTown rig: rigs/NAME.toml', rigFile)],
    ['config.schema.json', schema('GasTown user configuration: config.toml', userFile)],
  ]);
}

const schema = (title: string, kind: Kind<unknown>): JsonSchema => ({
  $schema: 'http://json-schema.org/draft-07/schema#',
  title,
  ...kind.json,
});
