// Probes across the border of spaces: spaces full of look-alikes are asked in every way there is, and whatever comes
// back must bear the mark of the space that was asked.

/** Asks and returns the body as text; the status where it is not 200. */
export type Ask = (method: "GET" | "POST", path: string, body?: unknown) => Promise<string>;

export interface Marked {
  spaces: readonly string[];
  /** Episodes of each space; the i-th has the same vector in all of them. */
  episodes: number;
  vectorOf(i: number): number[];
}

/** Ids differ by the space alone, and begin with it. */
export const idOf = (space: string, i: number) => `${space}:${i}`;

type Probe = (
  space: string,
  i: number,
  vector: number[],
) => [method: "GET" | "POST", path: string, body?: unknown];

const V1 = (space: string, rest: string) => `/v1/spaces/${space}/${rest}`;
const V2 = (space: string, rest: string) => `/v2/spaces/${space}/${rest}`;
const recall =
  (mode: string, cue: (space: string, i: number, vector: number[]) => object): Probe =>
  (space, i, vector) => ["POST", V2(space, "recall"), {cue: cue(space, i, vector), mode, concepts: true}];

/** One of each kind of question whose answer names episodes. */
export const PROBES: Readonly<Record<string, Probe>> = {
  "recall of v1": (space, _i, vector) => ["POST", V1(space, "recall"), {vector}],
  "similar, by vector": recall("similar", (_space, _i, vector) => ({kind: "vector", vector})),
  "spreading, by id": recall("spreading", (space, i) => ({kind: "episodes", ids: [idOf(space, i)]})),
  "blended, by vector": recall("blended", (_space, _i, vector) => ({kind: "vector", vector})),
  "blended, by both": recall("blended", (space, i, vector) => ({
    kind: "mixed",
    vector,
    ids: [idOf(space, i)],
  })),
  newest: recall("similar", () => ({kind: "newest"})),
  spread: (space, i) => ["POST", V1(space, "spread"), {seeds: [{id: idOf(space, i)}]}],
  reach: (space, i) => ["POST", V1(space, "reach"), {id: idOf(space, i), hops: 3}],
  complete: (space, _i, vector) => [
    "POST",
    V1(space, "complete"),
    {vector, known: vector.map((_, axis) => axis % 2 === 0)},
  ],
  concepts: (space) => ["GET", V1(space, "concepts?limit=20")],
  get: (space, i) => ["GET", V1(space, `episodes/${encodeURIComponent(idOf(space, i))}`)],
  edges: (space, i) => ["GET", V1(space, `episodes/${encodeURIComponent(idOf(space, i))}/edges`)],
  scan: (space, i) => ["GET", V1(space, `episodes?limit=5&after=${encodeURIComponent(idOf(space, i))}`)],
};
export const KINDS = Object.keys(PROBES);

/** Marks of other spaces in an answer. */
export function foreign(answer: string, space: string, spaces: readonly string[]): string[] {
  return spaces.filter((other) => other !== space && answer.includes(`"${other}:`));
}

export type Outcome = "ok" | "leak" | "failed";

/** One probe of a kind (index into KINDS). */
export async function probe(
  ask: Ask,
  {spaces, vectorOf}: Marked,
  [kind, space, i]: readonly [kind: number, space: number, i: number],
): Promise<Outcome> {
  const name = spaces[space] as string;
  const make = PROBES[KINDS[kind] as string] as Probe;
  try {
    return foreign(await ask(...make(name, i, vectorOf(i))), name, spaces).length > 0 ? "leak" : "ok";
  } catch {
    return "failed";
  }
}
