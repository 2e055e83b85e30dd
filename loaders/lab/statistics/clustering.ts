// How well groups that were found agree with classes that are known.

/** Members of each group and class: n_ij over pairs of labels. Both lists have one label per item. */
function contingency(found: readonly (string | number)[], known: readonly (string | number)[]) {
  if (found.length !== known.length)
    throw new RangeError(`${found.length} found labels and ${known.length} known ones; give each item both`);
  const both = new Map<string, number>();
  const ofFound = new Map<string, number>();
  const ofKnown = new Map<string, number>();
  const count = (map: Map<string, number>, key: string) => map.set(key, (map.get(key) ?? 0) + 1);
  found.forEach((label, item) => {
    count(both, JSON.stringify([label, known[item]]));
    count(ofFound, String(label));
    count(ofKnown, String(known[item]));
  });
  return {both, ofFound, ofKnown, n: found.length};
}

const pairs = (n: number) => (n * (n - 1)) / 2;
const sumPairs = (counts: Iterable<number>) => {
  let sum = 0;
  for (const n of counts) sum += pairs(n);
  return sum;
};

/** Agreement in pairs, less what chance would give: 1 where groups and classes are the same, about 0 where they have
 *  nothing to do with each other. Hubert & Arabie, Journal of Classification 2, 1985. NaN where chance would agree
 *  wholly: one group and one class, or all alone in both. */
export function adjustedRandIndex(
  found: readonly (string | number)[],
  known: readonly (string | number)[],
): number {
  const {both, ofFound, ofKnown, n} = contingency(found, known);
  const together = sumPairs(both.values());
  const [a, b] = [sumPairs(ofFound.values()), sumPairs(ofKnown.values())];
  const expected = (a * b) / pairs(n);
  return (together - expected) / ((a + b) / 2 - expected);
}

/** Share of items whose class is the commonest of their group: Manning, Raghavan & Schütze 2008, section 16.3. */
export function purity(found: readonly (string | number)[], known: readonly (string | number)[]): number {
  const {both, n} = contingency(found, known);
  const most = new Map<string, number>();
  for (const [key, count] of both) {
    const [label] = JSON.parse(key) as [string | number];
    most.set(String(label), Math.max(most.get(String(label)) ?? 0, count));
  }
  return [...most.values()].reduce((sum, count) => sum + count, 0) / n;
}
