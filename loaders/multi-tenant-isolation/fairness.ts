// How evenly tenants were served, as one number.

/** Jain's index of each block over its tenants' rates: (Σx)² / (n · Σx²), 1 where all are equal, 1/n where one has all.
 *  Jain, Chiu & Hawe, DEC-TR-301, 1984. `rows`: SQL that yields block, tenant and value. */
export function jainSql(rows: string): string {
  return `SELECT sum(value) * sum(value) / (count(*) * sum(value * value)) AS value, block FROM (${rows}) GROUP BY block`;
}
