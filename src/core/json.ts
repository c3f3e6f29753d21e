/** Plain JSON, as beads leave it for others; already parsed, bounded and checked where it came in. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue;
}
