/**
 * Says what is wrong with a value under a JSON Schema (type, enum, minLength, maxLength, pattern, minimum, items, required,
 * properties; unknown properties are refused). Answers undefined when nothing is.
 */
export function problemWith(schema, value, where = 'the body') {
  if (!hasType(schema.type, value)) return `${where} must be of type ${schema.type}`;
  if (schema.enum && !schema.enum.includes(value)) return `${where} must be one of ${schema.enum.join(', ')}`;
  switch (schema.type) {
    case 'string':
      if (value.length < (schema.minLength ?? 0)) return `${where} must have at least ${schema.minLength} characters`;
      if (value.length > (schema.maxLength ?? Infinity)) return `${where} must have at most ${schema.maxLength} characters`;
      if (schema.pattern && !new RegExp(schema.pattern, 'u').test(value)) return `${where} must match ${schema.pattern}`;
      return undefined;
    case 'integer':
      return value < (schema.minimum ?? -Infinity) ? `${where} must be at least ${schema.minimum}` : undefined;
    case 'array':
      return firstProblem(value.map((item, index) => [schema.items, item, `${where}[${index}]`]));
    case 'object':
      return objectProblem(schema, value, where);
    default:
      return undefined;
  }
}

function objectProblem(schema, value, where) {
  for (const key of schema.required ?? []) if (!Object.hasOwn(value, key)) return `${where} needs "${key}"`;
  for (const key of Object.keys(value)) if (!Object.hasOwn(schema.properties, key)) return `${where} has no "${key}"`;
  return firstProblem(Object.entries(value).map(([key, item]) => [schema.properties[key], item, `"${key}"`]));
}

function firstProblem(checks) {
  for (const check of checks) {
    const problem = problemWith(...check);
    if (problem) return problem;
  }
  return undefined;
}

function hasType(type, value) {
  switch (type) {
    case 'array':
      return Array.isArray(value);
    case 'integer':
      return Number.isSafeInteger(value);
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    default:
      return typeof value === type;
  }
}
