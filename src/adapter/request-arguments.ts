/**
 * Reads the arguments of a request, whatever a client sent. Each getter answers with a value of the type it promises or throws
 * a UserError that names the argument.
 */
import { errors } from './errors';

export class RequestArguments {
  private readonly given: Readonly<Record<string, unknown>>;

  constructor(given: unknown) {
    this.given = isObject(given) ? given : {};
  }

  has(name: string): boolean {
    return this.given[name] !== undefined && this.given[name] !== null;
  }

  /** Everything, as it was sent. */
  object(): Readonly<Record<string, unknown>> {
    return this.given;
  }

  /** A whole number from `low` to `high`, or `missing` when it is not given. */
  integer(name: string, low: number, high: number, missing?: number): number {
    const value = this.given[name];
    if (!this.has(name) && missing !== undefined) return missing;
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < low || value > high)
      throw errors.badArgument(name, `a whole number from ${low} to ${high}`);
    return value;
  }

  text(name: string, missing?: string): string {
    const value = this.given[name];
    if (!this.has(name) && missing !== undefined) return missing;
    if (typeof value !== 'string') throw errors.badArgument(name, 'text');
    return value;
  }

  oneOf<T extends string>(name: string, words: readonly T[]): T {
    const value = words.find((word) => word === this.given[name]);
    if (value === undefined) throw errors.badArgument(name, words.map((word) => `"${word}"`).join(' or '));
    return value;
  }

  optionalText(name: string): string | undefined {
    return this.has(name) ? this.text(name) : undefined;
  }

  flag(name: string): boolean {
    const value = this.given[name];
    if (value !== undefined && value !== null && typeof value !== 'boolean')
      throw errors.badArgument(name, 'true or false');
    return value === true;
  }

  /** A list of objects, each read the same way; empty when it is not given. */
  list(name: string): RequestArguments[] {
    const value = this.given[name] ?? [];
    if (!Array.isArray(value)) throw errors.badArgument(name, 'a list');
    return value.map((item: unknown) => {
      if (!isObject(item)) throw errors.badArgument(name, 'a list of objects');
      return new RequestArguments(item);
    });
  }

  /** Numbers from 0 to 255, at least one. */
  bytes(name: string): Uint8Array {
    const value = this.given[name];
    const isByte = (item: unknown) =>
      Number.isInteger(item) && (item as number) >= 0 && (item as number) <= 0xff;
    if (!Array.isArray(value) || value.length === 0 || !value.every(isByte))
      throw errors.badArgument(name, 'a list of bytes (numbers from 0 to 255)');
    return Uint8Array.from(value as number[]);
  }

  texts(name: string): string[] {
    const value = this.given[name] ?? [];
    if (!Array.isArray(value) || value.some((item) => typeof item !== 'string'))
      throw errors.badArgument(name, 'a list of texts');
    return value as string[];
  }

  /** An object inside; empty when it is not given. */
  inner(name: string): RequestArguments {
    const value = this.given[name];
    if (value !== undefined && !isObject(value)) throw errors.badArgument(name, 'an object');
    return new RequestArguments(value);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
