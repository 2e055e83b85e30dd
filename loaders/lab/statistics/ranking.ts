// How good a ranked list is when relevance is yes or no.

/** Discounted cumulative gain of the first k, over that of the best possible list of k (Järvelin & Kekäläinen
 *  2002, ACM TOIS 20:422; gain 1 for a relevant item, discount 1 / log2(rank + 1)). 0…1; throws without a relevant item. */
export function ndcgAtK(ranked: readonly number[], relevant: ReadonlySet<number>, k: number): number {
  if (relevant.size === 0) throw new RangeError("nDCG of a list with nothing relevant to find has no value");
  let gained = 0;
  let best = 0;
  for (let rank = 1; rank <= k; rank++) {
    const discount = 1 / Math.log2(rank + 1);
    const item = ranked[rank - 1];
    if (item !== undefined && relevant.has(item)) gained += discount;
    if (rank <= relevant.size) best += discount;
  }
  return gained / best;
}

/** 1 when any of the first k is relevant, else 0 (Deshpande & Karypis 2004, ACM TOIS 22:143). */
export function hitAtK(ranked: readonly number[], relevant: ReadonlySet<number>, k: number): 0 | 1 {
  return ranked.slice(0, k).some((item) => relevant.has(item)) ? 1 : 0;
}
