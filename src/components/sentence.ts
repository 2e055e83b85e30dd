// Finds the number a sentence is about, so that it can be clicked where it stands.

export interface Parts {
  before: string;
  number: string;
  /** Punctuation that must not be torn from the number. */
  close: string;
  after: string;
}

const UNITS = "(?:\\s?(?:ns|µs|ms|s|×|%|MB|GB|kB|B|\\/s|QPS|queries\\/s|requests\\/s)(?![\\w]))?";
const NUMBER = new RegExp(`[−-]?\\d[\\d,]*(?:\\.\\d+)?${UNITS}`, "gu");

/** Powers by which a number may have been moved to read better (units of time, bytes, per cent). */
const MOVES = [1, 1e3, 1e6, 1e9, 1e-3, 1e-6, 1e-9, 100];

/** How far, relative to the value, a rounded number may be from it. */
const ROUNDING = 0.06;

/** Splits around the number nearest to `value`; null when the sentence does not say it. */
export function splitAtValue(sentence: string, value: number): Parts | null {
  const near = [...sentence.matchAll(NUMBER)].flatMap((match) => {
    const told = Number.parseFloat(match[0].replaceAll(",", "").replace("−", "-"));
    const away = MOVES.map((move) => Math.abs(told - value * move) / Math.max(Math.abs(value * move), 1e-12));
    const best = Math.min(...away);
    return best <= ROUNDING ? [{match, best}] : [];
  });
  const {match} = near.sort((a, b) => a.best - b.best || a.match.index - b.match.index)[0] ?? {};
  if (match === undefined) return null;
  const end = match.index + match[0].length;
  const close = sentence.slice(end).match(/^[.,;:!?)]*/)?.[0] ?? "";
  return {
    before: sentence.slice(0, match.index),
    number: match[0],
    close,
    after: sentence.slice(end + close.length),
  };
}
