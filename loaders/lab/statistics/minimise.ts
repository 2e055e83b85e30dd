// The least value of a function of a few variables that can only be asked, not differentiated.

export interface Minimum {
  at: number[];
  value: number;
}

/** Nelder & Mead's simplex (Computer Journal 7, 1965) with their coefficients 1, 2, ½ and ½, begun at the best point of a
 *  grid over `ranges`, so that it does not end in the first hollow. Outside of the ranges a point counts as infinitely
 *  bad. Ends when the simplex spans less than `span` of every range. */
export async function minimise(
  ranges: readonly (readonly [low: number, high: number])[],
  ask: (at: number[]) => Promise<number>,
  {grid = 16, span = 1e-5, steps = 400} = {},
): Promise<Minimum> {
  const inside = (at: number[]) =>
    at.every((value, i) => value >= (ranges[i]?.[0] as number) && value <= (ranges[i]?.[1] as number));
  const told = async (at: number[]): Promise<Minimum> => ({
    at,
    value: inside(at) ? await ask(at) : Number.POSITIVE_INFINITY,
  });
  const widths = ranges.map(([low, high]) => high - low);
  let best: Minimum = {at: [], value: Number.POSITIVE_INFINITY};
  for (let cell = 0; cell < grid ** ranges.length; cell++) {
    const point = await told(
      ranges.map(
        ([low], i) => low + ((Math.floor(cell / grid ** i) % grid) / (grid - 1)) * (widths[i] as number),
      ),
    );
    if (point.value < best.value || best.at.length === 0) best = point;
  }
  const {at: begin} = best;
  const simplex = [best];
  for (const [i, [, high]] of ranges.entries()) {
    const step = (widths[i] as number) / (grid - 1);
    const moved = [...begin];
    moved[i] = (begin[i] as number) + ((begin[i] as number) + step > high ? -step : step);
    simplex.push(await told(moved));
  }
  const mix = (a: number[], b: number[], share: number) =>
    a.map((value, i) => value + share * ((b[i] as number) - value));
  for (let step = 0; step < steps; step++) {
    simplex.sort((a, b) => a.value - b.value);
    const [first, worst] = [simplex[0] as Minimum, simplex.at(-1) as Minimum];
    const wide = widths.some(
      (width, i) =>
        Math.max(...simplex.map(({at}) => Math.abs((at[i] as number) - (first.at[i] as number)))) >
        span * width,
    );
    if (!wide) break;
    const others = simplex.slice(0, -1);
    const middle = begin.map(
      (_, i) => others.reduce((sum, {at}) => sum + (at[i] as number), 0) / others.length,
    );
    const mirrored = await told(mix(middle, worst.at, -1));
    if (mirrored.value < first.value) {
      const further = await told(mix(middle, worst.at, -2));
      simplex.splice(-1, 1, further.value < mirrored.value ? further : mirrored);
    } else if (mirrored.value < (others.at(-1) as Minimum).value) {
      simplex.splice(-1, 1, mirrored);
    } else {
      const better = mirrored.value < worst.value ? mirrored : worst;
      const nearer = await told(mix(middle, better.at, 0.5));
      if (nearer.value < better.value) simplex.splice(-1, 1, nearer);
      else
        for (const [i, {at}] of simplex.entries()) if (i > 0) simplex[i] = await told(mix(first.at, at, 0.5));
    }
  }
  return simplex.reduce((a, b) => (b.value < a.value ? b : a));
}
