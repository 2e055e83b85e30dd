// When a number computed again in a browser is the same number: counts exactly, values to the last bits
// that two versions of DuckDB may sum differently.

/** Relative; doubles carry 2.2e-16, sums of up to 10⁷ of them in any order stay well below this. */
export const RELATIVE_TOLERANCE = 1e-9;

export interface Recomputed {
  value: number | bigint | null;
  n: number | bigint | null;
}

/** `row` is missing where the query yields none: the same as a claim that was not measured. */
export function agrees(claim: {value: number | null; n: number}, row: Recomputed | undefined): boolean {
  if (claim.value === null) return row === undefined || row.value === null;
  if (row === undefined || row.value === null || row.n === null) return false;
  const value = Number(row.value);
  const scale = Math.max(Math.abs(value), Math.abs(claim.value));
  return Number(row.n) === claim.n && Math.abs(value - claim.value) <= RELATIVE_TOLERANCE * scale;
}
