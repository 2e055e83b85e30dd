// Shapes checked before they cross the border.
import {InvalidArgumentError} from "./errors.ts";

/** The largest count that crosses the border: u32. */
export const COUNT_MAX = 4_294_967_295;

export function positive(value: number, name: string): number {
  if (!Number.isInteger(value) || value < 0 || value > COUNT_MAX)
    throw new InvalidArgumentError(
      `${name} is ${value}`,
      "invalid_argument",
      "pass a whole number, not below zero",
    );
  return value;
}

/** For a value that is none of those there are. */
export function refuse(name: string, value: unknown): never {
  throw new InvalidArgumentError(
    `${name} is ${JSON.stringify(value) ?? String(value)}`,
    "invalid_argument",
    `see the type of ${name}`,
  );
}

export function lengths(n: number, columns: Record<string, {length: number} | undefined>): void {
  for (const [name, column] of Object.entries(columns))
    if (column !== undefined && column.length !== n)
      throw new InvalidArgumentError(
        `${name} has ${column.length} entries for ${n} items`,
        "invalid_argument",
        "pass one entry per item",
      );
}
