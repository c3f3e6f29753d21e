/** A TOML file as a light tree of values, each with its place. */
import type { Place } from './source.ts';

export interface TomlString extends Place {
  readonly type: 'string';
  readonly value: string;
}
export interface TomlNumber extends Place {
  readonly type: 'integer' | 'float';
  readonly value: number;
}
export interface TomlBoolean extends Place {
  readonly type: 'boolean';
  readonly value: boolean;
}
/** A date or time, as it is written. */
export interface TomlDate extends Place {
  readonly type: 'date';
  readonly value: string;
}
export interface TomlArray extends Place {
  readonly type: 'array';
  readonly items: readonly TomlValue[];
}
export interface TomlTable extends Place {
  readonly type: 'table';
  readonly entries: ReadonlyMap<string, TomlEntry>;
}
/** A key with its value; the place is the key's. */
export interface TomlEntry extends Place {
  readonly key: string;
  readonly value: TomlValue;
}
export type TomlValue = TomlString | TomlNumber | TomlBoolean | TomlDate | TomlArray | TomlTable;
