/**
 * Many values of one field as JSON that is small and quick to read: once when all are the same, as a list of the different
 * ones where there are few of them.
 */

/** Values of one field, in order. What is equal as JSON is one value after reading, and must not be changed. */
export type Column<Value> =
  | { readonly all: Value }
  | { readonly different: readonly Value[]; readonly at: readonly number[] }
  | { readonly each: readonly Value[] };

/** A list of different values is worth it up to this many for each value that there is. */
const FEW = 1 / 4;

/** Puts values into a column; what JSON cannot say is lost. */
export function columnOf<Value>(values: readonly Value[]): Column<Value> {
  const most = Math.max(1, values.length * FEW);
  const places = new Map<unknown, number>();
  const different: Value[] = [];
  const at: number[] = [];
  for (const value of values) {
    const key = typeof value === 'number' ? value : JSON.stringify(value);
    let place = places.get(key);
    if (place === undefined) {
      place = different.push(value) - 1;
      if (different.length > most) return { each: values };
      places.set(key, place);
    }
    at.push(place);
  }
  const [only] = different;
  return different.length === 1 && only !== undefined ? { all: only } : { different, at };
}

/** Gives the value at a place. */
export function readColumn<Value>(column: Column<Value>): (at: number) => Value {
  if ('all' in column) return () => column.all;
  if ('each' in column) return (at) => column.each[at] as Value;
  return (at) => column.different[column.at[at] as number] as Value;
}
