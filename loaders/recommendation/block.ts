// Experiment 102 in a process of its own: write the past durably, ask every case of every method, then serve
// reads and writes together on an open loop, the writes being the ratings that came next.
import {Engine, type Space} from "../../native/engine.ts";
import type {Ratings} from "../datasets/movielens.ts";
import {stream} from "../lab/statistics/random.ts";
import {hitAtK, ndcgAtK} from "../lab/statistics/ranking.ts";
import {poisson} from "../load/arrivals.ts";
import {type OpenLoopResult, openLoop} from "../load/openloop.ts";
import {als} from "./als.ts";
import {itemKnn, likesOf, popularity} from "./baselines.ts";
import {
  associate,
  blend,
  type Films,
  Memory,
  resemble,
  storeFilms,
  storePeople,
  taste,
  writeRating,
} from "./memory.ts";
import {type Method, rank, type Scores} from "./method.ts";
import {type Case, split} from "./split.ts";

export interface BlockInput {
  directory: string;
  ratings: Ratings;
  films: Films;
  written: number;
  given: number;
  k: number;
  writes_in_flight: number;
  rate_per_s: number;
  requests: number;
  probes: number;
  seed: number;
}

export interface Scored {
  method: string;
  configuration: Record<string, string | number | boolean>;
  /** Per case: user, nDCG@k, hit@k. */
  user: Uint32Array;
  ndcg: Float64Array;
  hit: Uint8Array;
}

export interface BlockOutput {
  write_rates: Float64Array;
  edges: number;
  scored: Scored[];
  /** Per probe: what a day-old and a ninety-day-old memory brought. */
  probes: {recent: Float64Array; old: Float64Array};
  serve: OpenLoopResult["columns"];
  backlog_max: number;
  cpu_seconds: number;
  rss_after_load: number;
  rss_after_serving: number;
}

/** Writes whose rate is one value. */
const RATE_OVER = 1_000;
const RECENT_DAYS = [0, 2] as const;
const OLD_DAYS = [80, 100] as const;
const SECONDS_PER_DAY = 86_400;
export const OPERATIONS = ["recommend", "resemble", "hybrid", "write"];
/** Half of the requests are writes. */
const MIX = [1 / 6, 1 / 6, 1 / 6, 1 / 2];

async function writePast(
  space: Space,
  {ratings, written, writes_in_flight}: BlockInput,
  report: (share: number, doing: string) => void,
): Promise<Float64Array> {
  const rates: number[] = [];
  for (let first = 0; first < written; first += RATE_OVER) {
    const end = Math.min(written, first + RATE_OVER);
    const began = process.hrtime.bigint();
    let next = first;
    const lane = async () => {
      while (next < end) await writeRating(space, ratings, next++);
    };
    await Promise.all(Array.from({length: writes_in_flight}, lane));
    rates.push((end - first) / (Number(process.hrtime.bigint() - began) / 1e9));
    report((end / written) * 0.5, "writing the past, durably");
  }
  return Float64Array.from(rates);
}

async function scoreOf(
  name: string,
  configuration: Scored["configuration"],
  cases: readonly Case[],
  k: number,
  score: (one: Case) => Scores | Promise<Scores>,
): Promise<Scored> {
  const ndcg = new Float64Array(cases.length);
  const hit = new Uint8Array(cases.length);
  for (const [index, one] of cases.entries()) {
    const ranked = rank(await score(one), one, k);
    ndcg[index] = ndcgAtK(ranked, one.relevant, k);
    hit[index] = hitAtK(ranked, one.relevant, k);
  }
  return {method: name, configuration, user: Uint32Array.from(cases, ({user}) => user), ndcg, hit};
}

/** The virtual clock of a case: the moment of its last given rating. */
const nowOf = ({given}: Case) => Math.max(...given.map(({at}) => at));

/** Two films alike in everything but age: how much activation each brings its only neighbour. */
async function probeAges(
  engine: Engine,
  count: number,
  random: () => number,
): Promise<BlockOutput["probes"]> {
  const space = await engine.space("ages", {dimension: 2});
  const memory = new Memory(space);
  const recent = new Float64Array(count);
  const old = new Float64Array(count);
  const between = ([low, high]: readonly [number, number]) => low + (high - low) * random();
  const now = 365 * SECONDS_PER_DAY;
  for (let probe = 0; probe < count; probe++) {
    const movies = [probe * 4, probe * 4 + 1] as const;
    const others = [probe * 4 + 2, probe * 4 + 3] as const;
    const films = [...movies, ...others].map((movie) => `film ${movie}`);
    const people = movies.map((movie) => `person ${movie}`);
    await space.storeBatch({ids: [...films, ...people]}, {durability: "async"});
    for (const side of [0, 1] as const) {
      const person = people[side] as string;
      const weights = Float32Array.of(1);
      const film = (movie: number) => `film ${movie}`;
      await space.linkBatch(
        {from: [film(movies[side])], to: [person], relation: "rated by", weights},
        {durability: "async"},
      );
      await space.linkBatch(
        {from: [person], to: [film(others[side])], relation: "rated", weights},
        {durability: "async"},
      );
    }
    const given = [RECENT_DAYS, OLD_DAYS].map((days, side) => ({
      movie: movies[side] as number,
      stars: 5,
      at: now - between(days) * SECONDS_PER_DAY,
    }));
    const scores = await associate(memory, given, now);
    recent[probe] = scores.get(others[0]) ?? 0;
    old[probe] = scores.get(others[1]) ?? 0;
  }
  return {recent, old};
}

export async function main(input: BlockInput, report: (value: unknown) => void): Promise<BlockOutput> {
  const {directory, ratings, films, written, given, k, seed, requests} = input;
  const tell = (share: number, doing: string) => report({share, doing});
  const engine = await Engine.open(directory, {durability: "group"});
  const space = await engine.space("films", {dimension: films.dimension});
  tell(0, "storing films and people");
  await storeFilms(space, films);
  await storePeople(space, new Set(ratings.user));
  await space.sync();

  const write_rates = await writePast(space, input, tell);
  const {edges} = space.stats();
  const rss_after_load = process.memoryUsage.rss();

  const memory = new Memory(space);
  const {past, cases} = split(ratings, written, given);
  const rowOf = new Map(Array.from(films.movie, (movie, row) => [movie, row]));
  const likes = likesOf(past);
  const hybrid = async (one: Pick<Case, "given">, now: number) => {
    const association = await associate(memory, one.given, now);
    const cue = taste(films, rowOf, one.given, now);
    return cue === null ? association : blend(association, await resemble(memory, cue));
  };
  tell(0.55, "asking every case of every method");
  const baselines: Method[] = [popularity(likes), itemKnn(likes), als(likes, stream(seed, "als"))];
  const scored: Scored[] = [];
  for (const method of baselines)
    scored.push(await scoreOf(method.name, method.configuration, cases, k, (one) => method.score(one.given)));
  scored.push(
    await scoreOf("engram", {mode: "spreading and likeness"}, cases, k, (one) => hybrid(one, nowOf(one))),
  );
  scored.push(
    await scoreOf("engram, spreading alone", {mode: "spreading"}, cases, k, (one) =>
      associate(memory, one.given, nowOf(one)),
    ),
  );
  tell(0.65, "probing the weight of age");
  const probes = await probeAges(engine, input.probes, stream(seed, "probes"));

  const draw = stream(seed, "mix");
  const operation = Uint8Array.from({length: requests}, () => {
    let left = draw();
    return Math.max(
      0,
      MIX.findIndex((share) => {
        left -= share;
        return left < 0;
      }),
    );
  });
  const intended_ns = poisson(input.rate_per_s, requests, stream(seed, "arrivals"));
  const pick = stream(seed, "cases");
  const chosen = Array.from({length: requests}, () => cases[Math.floor(pick() * cases.length)] as Case);
  let next = written;
  const write = () => {
    const index = next < ratings.user.length ? next++ : ratings.user.length - 1;
    return writeRating(space, ratings, index);
  };
  const asks: Record<string, (one: Case) => Promise<unknown>> = {
    recommend: async (one) => rank(await associate(memory, one.given, nowOf(one)), one, k),
    resemble: async (one) => {
      const cue = taste(films, rowOf, one.given, nowOf(one));
      return cue === null ? [] : rank(await resemble(memory, cue, k + given), one, k);
    },
    hybrid: async (one) => rank(await hybrid(one, nowOf(one)), one, k),
    write,
  };
  const before = process.cpuUsage();
  const run = await openLoop({
    intended_ns,
    operation,
    operations: OPERATIONS,
    start: (index) => {
      const ask = asks[OPERATIONS[operation[index] as number] as string];
      if (ask === undefined) throw new RangeError(`request ${index} has no operation`);
      return ask(chosen[index] as Case);
    },
    progress: (done) => tell(0.7 + (done / requests) * 0.3, "serving reads and writes together"),
  });
  const spent = process.cpuUsage(before);
  const rss_after_serving = process.memoryUsage.rss();
  await engine.close();
  return {
    write_rates,
    edges,
    scored,
    probes,
    serve: run.columns,
    backlog_max: run.backlog_max,
    cpu_seconds: (spent.user + spent.system) / 1e6,
    rss_after_load,
    rss_after_serving,
  };
}
