// The questions in SQL. Each is prepared once by its name; a graph is a table of edges ordered by their source.

export const SCHEMA = (dimension: number) => [
  "CREATE EXTENSION IF NOT EXISTS vector",
  `CREATE TABLE items(id int PRIMARY KEY, embedding vector(${Math.max(1, dimension)}), grp int)`,
  "CREATE TABLE edges(src int, dst int, w float8, PRIMARY KEY (src, dst) INCLUDE (w))",
];

export const vectorIndex = (m: number, efConstruction: number) =>
  `CREATE INDEX items_embedding ON items USING hnsw (embedding vector_cosine_ops) WITH (m = ${m}, ef_construction = ${efConstruction})`;

export const INSERT_ITEMS =
  "INSERT INTO items(id, embedding, grp) SELECT id, v::vector, g FROM unnest($1::int[], $2::text[], $3::int[]) AS t(id, v, g)";
export const INSERT_EDGES =
  "INSERT INTO edges(src, dst, w) SELECT * FROM unnest($1::int[], $2::int[], $3::float8[])";

const HOPS_MAX = 3;

/** Common table expressions that end in `last(node)`, the distinct nodes within so many hops, seed $1 maybe among. */
const WITHIN: Record<string, (hops: number) => string> = {
  "single hops": (hops) =>
    `WITH h1(node) AS (SELECT dst FROM edges WHERE src = $1)${Array.from(
      {length: HOPS_MAX - 1},
      (_, at) => at + 2,
    )
      .filter((hop) => hop <= hops)
      .map(
        (hop) =>
          `, h${hop}(node) AS (SELECT node FROM h${hop - 1} UNION SELECT e.dst FROM h${hop - 1} JOIN edges e ON e.src = node)`,
      )
      .join("")}, last(node) AS (SELECT node FROM h${hops})`,
  plain: (hops) =>
    `WITH RECURSIVE walk(node, hops) AS (SELECT $1::int, 0 UNION
       SELECT e.dst, hops + 1 FROM walk JOIN edges e ON e.src = node WHERE hops < ${hops}),
     last(node) AS (SELECT DISTINCT node FROM walk)`,
};

export const WORDINGS = Object.keys(WITHIN);
export const countWithin = (wording: string, hops: number) =>
  `${WITHIN[wording]?.(hops)} SELECT count(*)::int AS answer FROM last WHERE node <> $1`;
export const nodesWithin = (wording: string, hops: number) =>
  `${WITHIN[wording]?.(hops)} SELECT node AS answer FROM last WHERE node <> $1`;

/** $1 seed, $2 limit, $3 and $4: damping of a first step, and of two in a row. */
export const SPREAD = `SELECT dst AS answer FROM (
    SELECT dst, w * $3::float8 AS a FROM edges WHERE src = $1
    UNION ALL
    SELECT f.dst, e.w * f.w * $4::float8 FROM edges e JOIN edges f ON f.src = e.dst WHERE e.src = $1) t
  WHERE dst <> $1 GROUP BY dst ORDER BY sum(a) DESC, dst LIMIT $2`;

export const SEARCH = "SELECT id AS answer FROM items ORDER BY embedding <=> $1::vector LIMIT $2";

/** $1 vector, $2 k, $3 group. */
export const HYBRID = `WITH hits(id) AS MATERIALIZED (SELECT id FROM items ORDER BY embedding <=> $1::vector LIMIT $2),
  middle(node) AS (SELECT DISTINCT e.dst FROM hits JOIN edges e ON e.src = hits.id),
  near(node) AS (SELECT node FROM middle UNION SELECT e.dst FROM middle JOIN edges e ON e.src = node)
  SELECT (SELECT array_agg(id) FROM hits) AS hits,
    ARRAY(SELECT i.id FROM near JOIN items i ON i.id = node
      WHERE i.grp = $3 AND i.id NOT IN (SELECT id FROM hits)) AS found`;

export const NOTHING_ASKED = "SELECT 1 AS answer";
