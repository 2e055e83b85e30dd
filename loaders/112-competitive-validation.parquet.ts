// Experiment 112: engram beside the systems people use, on this host, with the same data, at equal recall.
import {GRAPHS, VECTOR_SETS} from "./competitive-validation/data.ts";
import {competed} from "./competitive-validation/metrics.ts";
import {measure, type Parameters} from "./competitive-validation/programme.ts";
import {K} from "./competitive-validation/rows.ts";
import {subjectsOf} from "./competitive-validation/subjects.ts";
import {answersOf, controlOf, tablesOf} from "./competitive-validation/tables.ts";
import {experiment} from "./lab/experiment.ts";
import {errorsAbove, nothingAsked} from "./lab/void-rules.ts";
import {readCards} from "./systems/cards.ts";

const CARDS = await readCards();
const SUBJECTS = subjectsOf(CARDS);
const {floors, metrics} = competed(SUBJECTS);

export default experiment<Parameters>({
  id: "112",
  slug: "competitive-validation",
  title: "Competitive validation",
  asks: "Is engram ahead of the systems people use, on the same machine, at equal recall?",
  hypothesis:
    "At equal recall engram answers more searches per second than every rival; it walks, spreads, answers hybrid questions and acknowledges durable writes in less time; each ratio's interval lies above its floor.",
  source: import.meta.url,
  datasets: [...VECTOR_SETS, ...GRAPHS],
  systems: CARDS.map(({name}) => name),
  profiles: {
    quick: {
      vectors: {"wikispeedia-minilm": 10_000},
      queries: 150,
      k: K,
      graphs: ["wikispeedia"],
      seeds: 8,
      wordings: "best",
      hybrid: 0,
      writes: {singles: 40, batches: 4},
      all_cores: [],
      subjects: ["engram", "hnswlib", "usearch", "qdrant", "qdrant int8", "kuzu"],
      starts: 2,
      rounds_per_start: 3,
      null_requests: 200,
      pass_ms: 150,
      walk_ms: 150,
    },
    standard: {
      vectors: {"wikispeedia-minilm": 20_000, mnist: 5_000},
      queries: 200,
      k: K,
      graphs: GRAPHS,
      seeds: 60,
      wordings: "all",
      hybrid: 2_000,
      writes: {singles: 40, batches: 5},
      all_cores: ["wikispeedia-minilm"],
      subjects: "all",
      starts: 1,
      rounds_per_start: 6,
      null_requests: 200,
      pass_ms: 100,
      walk_ms: 250,
    },
    full: {
      vectors: {"wikispeedia-minilm": 100_000, mnist: 60_000},
      queries: 1_000,
      k: K,
      graphs: GRAPHS,
      seeds: 500,
      wordings: "all",
      hybrid: 100_000,
      writes: {singles: 500, batches: 100},
      all_cores: VECTOR_SETS,
      subjects: "all",
      starts: 6,
      rounds_per_start: 2,
      null_requests: 1_000,
      pass_ms: 5_000,
      walk_ms: 5_000,
    },
  },
  floors,
  metrics: [...metrics, controlOf()],
  answers: answersOf(floors),
  tables: tablesOf(CARDS),
  voidIf: [errorsAbove(0), nothingAsked],
  stops: "After the declared number of rounds and process starts.",
  excludes:
    "A system that cannot be had; a visit whose process dies (void, and asked once more in a fresh process); one whose index covers less than it was given, whose walks or spreading differ from plain loops, or that loses an acknowledged write when it is killed.",
  threats: [
    "Rounds share process starts (quick: three each, standard: all six): their interval does not hold all of what differs between starts; profile full has twelve rounds over six starts.",
    "Profile quick searches 10,000 passages and asks few systems, standard 20,000 passages and 5,000 images; what an index costs grows with size, and not alike for all.",
    "We tuned all systems ourselves, and know our own best.",
    "The client waits for each answer (closed loop): rates compare cost per request, not behaviour under load.",
    "A slow system answers fewer of the same queries and walks from fewer of the same seeds, as many as fit into the time of a pass; a ratio is over those that both were asked, and its interval is wider for it.",
    "Where a system has a process of its own, its requests are timed inside of it; the road is shown, not counted.",
    "Images are searched by cosine of their unit vectors, and the real graphs got their weights by seed.",
    "Indexes are built once per run with all cores; every start opens the same index.",
  ],
  measure: (context) => measure(CARDS, context),
});
