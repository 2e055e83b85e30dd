// When a number computed again in a browser is the same number: counts exactly, values to the last bits
// that two versions of DuckDB may sum differently.

/** Relative; doubles carry 2.2e-16, sums of up to 10⁷ of them in any order stay well below this. */
export const RELATIVE_TOLERANCE = 1e-9;

export interface Recomputed {
  value: number | bigint | null;
  n: number | bigint | null;
}

export function agrees(claim: {value: number; n: number}, row: Recomputed): boolean {
  if (row.value === null || row.n === null) return false;
  const value = Number(row.value);
  const scale = Math.max(Math.abs(value), Math.abs(claim.value));
  return Number(row.n) === claim.n && Math.abs(value - claim.value) <= RELATIVE_TOLERANCE * scale;
}
