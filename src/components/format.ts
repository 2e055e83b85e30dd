// Numbers for readers: a unit they can picture, and no more digits than the interval supports.

/** Non-breaking space between a number and its unit (SI brochure 5.4.3). */
const NBSP = "\u00a0";

/** Significant digits of a number that comes without an interval. */
const DIGITS_WITHOUT_INTERVAL = 3;

const TIME_UNITS = [
  {unit: "ns", seconds: 1e-9},
  {unit: "µs", seconds: 1e-6},
  {unit: "ms", seconds: 1e-3},
  {unit: "s", seconds: 1},
] as const;

const BYTE_UNITS = ["B", "kB", "MB", "GB", "TB"];

export interface Scale {
  unit: string;
  /** Divide by this. */
  divisor: number;
}

/** The unit in which `value` reads best: 0.00184 s → ms. Units that are not times or bytes stay. */
export function scale(value: number, unit: string): Scale {
  const size = Math.abs(value);
  const time = TIME_UNITS.find((candidate) => candidate.unit === unit);
  if (time !== undefined) {
    const seconds = size * time.seconds;
    const best = TIME_UNITS.findLast((candidate) => seconds >= candidate.seconds) ?? TIME_UNITS[0];
    return {unit: best.unit, divisor: best.seconds / time.seconds};
  }
  // A count of what its label names: it needs no further word.
  if (unit === "count") return {unit: "", divisor: 1};
  if (unit === "share") return {unit: "%", divisor: 0.01};
  if (unit === "bytes" || unit === "B") {
    const step = size >= 1 ? Math.min(BYTE_UNITS.length - 1, Math.floor(Math.log10(size) / 3)) : 0;
    return {unit: BYTE_UNITS[step] ?? "B", divisor: 1000 ** step};
  }
  return {unit, divisor: 1};
}

/** Position of the last digit worth showing, as a power of ten: an uncertainty of 0.034 gives -2, one of
 *  0.014 gives -3 (a leading 1 or 2 keeps one more digit: Particle Data Group, Review, 5.3). */
export function lastDigit(uncertainty: number): number {
  const power = Math.floor(Math.log10(uncertainty));
  return uncertainty / 10 ** power < 3 ? power - 1 : power;
}

function digitsAt(value: number, power: number): string {
  const rounded = power > 0 ? Math.round(value / 10 ** power) * 10 ** power : value;
  const decimals = Math.max(0, Math.min(12, -power));
  return rounded
    .toLocaleString("en-US", {minimumFractionDigits: decimals, maximumFractionDigits: decimals})
    .replace("-", "−");
}

/** A count: `12,345`. */
export function count(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

/** A bare number with `digits` significant digits at least, whole digits never dropped. */
export function number(value: number, digits = DIGITS_WITHOUT_INTERVAL): string {
  if (!Number.isFinite(value)) return value > 0 ? "∞" : String(value);
  if (value === 0) return "0";
  if (Number.isInteger(value) && Math.abs(value) < 1e6) return count(value).replace("-", "−");
  return digitsAt(value, Math.min(0, Math.floor(Math.log10(Math.abs(value))) + 1 - digits));
}

/** Joins a number and its unit as print does: `3.1×`, `12 %`, `4 ms`. */
export function withUnit(text: string, unit: string): string {
  if (unit === "") return text;
  return unit === "×" ? `${text}×` : `${text}${NBSP}${unit}`;
}

export interface Interval {
  /** Null: not measured. */
  value: number | null;
  low: number | null;
  high: number | null;
}

export interface Formatted {
  /** `1.84 ms`. */
  value: string;
  /** `1.79–1.90 ms`, or null without an interval. */
  interval: string | null;
}

/** False for the value of a statistic that had no rows. */
export function isKnown(value: number | null): value is number {
  return value !== null && Number.isFinite(value);
}

/** Value and interval in one unit, with the digits the interval supports. `chosen` keeps a unit that stands
 *  elsewhere already. */
export function estimate(
  {value, low, high}: Interval,
  unit: string,
  chosen: Scale = isKnown(value) ? scale(value, unit) : {unit, divisor: 1},
): Formatted {
  if (!isKnown(value)) return {value: "—", interval: null};
  const whole = (text: string) => withUnit(text, chosen.unit);
  const v = value / chosen.divisor;
  if (!isKnown(low) || !isKnown(high)) return {value: whole(number(v)), interval: null};
  const [l, h] = [low / chosen.divisor, high / chosen.divisor];
  const uncertainty = (h - l) / 2;
  if (uncertainty === 0) return {value: whole(number(v)), interval: whole(number(v))};
  const power = lastDigit(uncertainty);
  return {value: whole(digitsAt(v, power)), interval: whole(`${digitsAt(l, power)}–${digitsAt(h, power)}`)};
}

/** `threshold` as a reader meets it: `below 50 ms`. */
export function threshold(comparison: string, value: number, unit: string): string {
  const words: Record<string, string> = {"<": "below", "<=": "at most", ">": "above", ">=": "at least"};
  const chosen = scale(value, unit);
  return `${words[comparison] ?? comparison}${NBSP}${withUnit((value / chosen.divisor).toLocaleString("en-US", {maximumFractionDigits: 6}), chosen.unit)}`;
}

/** `1 block`, `3 blocks`. */
export function plural(n: number, noun: string): string {
  return `${count(n)}${NBSP}${noun}${n === 1 ? "" : "s"}`;
}

/** Day and minute in UTC: `24 November 2026, 13:05 UTC`; in a table `2026-11-24 13:05`. */
export function moment(ms: number, form: "text" | "table" = "text"): string {
  const date = new Date(ms);
  if (form === "table") return date.toISOString().slice(0, 16).replace("T", NBSP).replaceAll("-", "\u2011");
  const day = date.toLocaleDateString("en-GB", {
    day: "numeric",
    month: "long",
    year: "numeric",
    timeZone: "UTC",
  });
  return `${day}, ${date.toISOString().slice(11, 16)}${NBSP}UTC`;
}
