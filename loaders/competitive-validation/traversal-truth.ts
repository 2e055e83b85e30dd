// What a right traversal answers: breadth-first search over plain arrays, by none of the systems under test.

export interface Adjacency {
  first: Uint32Array;
  to: Uint32Array;
}

export function adjacency(nodes: number, from: Uint32Array, to: Uint32Array): Adjacency {
  const first = new Uint32Array(nodes + 1);
  for (const node of from) first[node + 1] = (first[node + 1] as number) + 1;
  for (let node = 0; node < nodes; node++)
    first[node + 1] = (first[node + 1] as number) + (first[node] as number);
  const place = first.slice();
  const ends = new Uint32Array(to.length);
  from.forEach((node, at) => {
    ends[place[node] as number] = to[at] as number;
    place[node] = (place[node] as number) + 1;
  });
  return {first, to: ends};
}

/** Distinct nodes within 1…hops of the seed along edges, without the seed. */
export function within({first, to}: Adjacency, seed: number, hops: number): Uint32Array {
  const seen = new Set([seed]);
  let frontier = [seed];
  for (let hop = 0; hop < hops; hop++) {
    const next: number[] = [];
    for (const node of frontier)
      for (const end of to.subarray(first[node], first[node + 1]))
        if (!seen.has(end)) {
          seen.add(end);
          next.push(end);
        }
    frontier = next;
  }
  seen.delete(seed);
  return Uint32Array.from(seen);
}
