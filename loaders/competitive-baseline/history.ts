// Histories of a lead made up by seed: level with noise as measured ones have it, and a loss where one is planted.

export interface Noise {
  /** Standard deviation of the logarithm of a month's ratio. */
  sigma: number;
  /** Share of months in which the machine was disturbed, and by how many times the noise is larger in these. */
  wild: number;
  factor: number;
}

/** A standard normal value (Box & Muller 1958). */
const normal = (random: () => number) =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** `months` ratios around `lead`; from month `from` (0-based) on it loses `loss` of itself each month. */
export function simulatedHistory(
  {months, lead, loss, from}: {months: number; lead: number; loss: number; from: number},
  {sigma, wild, factor}: Noise,
  random: () => number,
): number[] {
  return Array.from({length: months}, (_, month) => {
    const spread = random() < wild ? sigma * factor : sigma;
    return lead * (1 - loss) ** Math.max(0, month - from + 1) * Math.exp(spread * normal(random));
  });
}
