/* What comes from the server (or from storage) is `unknown` until one of these accepts it. Members
 * that we do not know are ignored, as docs/protocol.md asks; one that is missing or of another type
 * is a ParseError that names it. */

export class ParseError extends Error {
  override name = "ParseError";
}

export type Parse<T> = (value: unknown, path?: string) => T;

function wrong(path: string, expected: string, value: unknown): never {
  const found = value === null ? "null" : Array.isArray(value) ? "a list" : typeof value;
  throw new ParseError(`${path}: expected ${expected}, found ${found}`);
}

export const parseText: Parse<string> = (value, path = "value") =>
  typeof value === "string" ? value : wrong(path, "text", value);

export const parseNumber: Parse<number> = (value, path = "value") =>
  typeof value === "number" && Number.isFinite(value) ? value : wrong(path, "a number", value);

/* Whole numbers beyond 2^53 would be rounded silently; microseconds reach that in the year 2255. */
export const parseInteger: Parse<number> = (value, path = "value") =>
  typeof value === "number" && Number.isSafeInteger(value)
    ? value
    : wrong(path, "a whole number", value);

export const parseBool: Parse<boolean> = (value, path = "value") =>
  typeof value === "boolean" ? value : wrong(path, "true or false", value);

export const parseUnknown: Parse<unknown> = (value) => value;

export function parseOneOf<const T extends string>(names: readonly T[]): Parse<T> {
  return (value, path = "value") =>
    names.find((name) => name === value) ?? wrong(path, `one of ${names.join(", ")}`, value);
}

export function parseList<T>(item: Parse<T>): Parse<T[]> {
  return (value, path = "value") =>
    Array.isArray(value)
      ? value.map((entry: unknown, index) => item(entry, `${path}[${index}]`))
      : wrong(path, "a list", value);
}

export function parseNullable<T>(inner: Parse<T>): Parse<T | null> {
  return (value, path = "value") => (value === null ? null : inner(value, path));
}

/* An object used as a table of names, such as `flags: {"no-face": 2}`. */
export function parseRecord<T>(inner: Parse<T>): Parse<Record<string, T>> {
  return (value, path = "value") => {
    const found: Record<string, T> = {};
    for (const [name, entry] of Object.entries(object(value, path)))
      found[name] = inner(entry, `${path}.${name}`);
    return found;
  };
}

function object(value: unknown, path: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return wrong(path, "an object", value);
  return value as Record<string, unknown>;
}

/* The members of one object, taken one by one: `const f = fields(value, path); f.text("id")`. */
export class Fields {
  constructor(
    private readonly members: Record<string, unknown>,
    private readonly path: string,
  ) {}

  get<T>(name: string, parse: Parse<T>): T {
    return parse(this.members[name], `${this.path}.${name}`);
  }
  /* A member that may be absent altogether. */
  optional<T, D>(name: string, parse: Parse<T>, otherwise: D): T | D {
    return this.members[name] === undefined ? otherwise : this.get(name, parse);
  }
  text(name: string): string {
    return this.get(name, parseText);
  }
  number(name: string): number {
    return this.get(name, parseNumber);
  }
  integer(name: string): number {
    return this.get(name, parseInteger);
  }
  bool(name: string): boolean {
    return this.get(name, parseBool);
  }
  oneOf<const T extends string>(name: string, names: readonly T[]): T {
    return this.get(name, parseOneOf(names));
  }
  list<T>(name: string, item: Parse<T>): T[] {
    return this.get(name, parseList(item));
  }
  nullable<T>(name: string, inner: Parse<T>): T | null {
    return this.get(name, parseNullable(inner));
  }
}

export function fields(value: unknown, path = "value"): Fields {
  return new Fields(object(value, path), path);
}
