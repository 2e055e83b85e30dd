// The frame every chart is drawn in: its size, and scales that several charts share.

/** Width is that of the whole drawing, labels included. `vertical` names the vertical axis with its unit: it
 *  stands above the axis, where it costs no width. */
export function frame(width: number, height: number, vertical?: string) {
  const size = {width, height, autosize: {type: "fit-x", contains: "padding"} as const};
  return vertical === undefined ? size : {...size, title: vertical};
}

/** A log domain with `room` pixels more at its upper end, for labels to the right of the last mark. */
export function withRoom([low, high]: [number, number], room: number, width: number): [number, number] {
  return [low, high * (high / low) ** (room / Math.max(width - room, 1))];
}

/** Ends of a log axis around all of `values`, with room of `factor` on both sides. */
export function logDomain(values: (number | null)[], factor = 1.3): [number, number] {
  const positive = values.filter((value): value is number => value !== null && value > 0);
  if (positive.length === 0) return [0.1, 10];
  return [Math.min(...positive) / factor, Math.max(...positive) * factor];
}

/** Ticks of a log axis that people read: 1, 2, 5 of each decade, or decades alone where many. */
export function logTicks([low, high]: [number, number]): number[] {
  const decades = Math.log10(high / low);
  const steps = decades > 3.5 ? [1] : decades > 1.7 ? [1, 3] : [1, 2, 5];
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++)
    for (const step of steps) {
      // A quotient for negative powers: 10 ** -3 * 3 is 0.003 only in a fraction's form.
      const tick = power < 0 ? step / 10 ** -power : step * 10 ** power;
      if (tick >= low && tick <= high) ticks.push(tick);
    }
  return ticks;
}

/** A time (s) that people have a name for, and whether it is told in a narrow chart, too. */
export type NamedTime = readonly [at: number, name: string, inNarrow: boolean];

/** Ticks of an axis of times at those of `named` that lie within it. */
export function namedTicks(named: readonly NamedTime[], [low, high]: [number, number], narrow: boolean) {
  const ticks = named.filter(([at, , short]) => at >= low && at <= high && (short || !narrow));
  return {
    values: ticks.map(([at]) => at),
    labelExpr: ticks
      .map(([at, name]) => `datum.value === ${at} ? '${name}' : `)
      .join("")
      .concat("''"),
    grid: false,
  };
}
