// The questions in Cypher: the plain one, as its manual would put it, and the best one found, beside each other.
// All are parameterised, so that a plan is made once.

export const HOPS = [1, 2, 3];

/** One hop further from distinct nodes `from`, themselves kept. */
const further = (from: string, to: string) =>
  `CALL (${from}) { RETURN ${from} AS ${to} UNION ALL MATCH (${from})-[:E]->(${to}) RETURN ${to} }`;

const steps = (hops: number) =>
  HOPS.slice(1, hops)
    .map((hop) => `${further(`n${hop - 1}`, `n${hop}`)} WITH DISTINCT a, n${hop}`)
    .join(" ");

/** From a to the distinct nodes b within so many hops. */
const WITHIN: Record<string, (hops: number) => string> = {
  plain: (hops) => `MATCH (a:N {id: $seed})-[:E*1..${hops}]->(b) WHERE b <> a WITH DISTINCT b`,
  "single hops": (hops) =>
    `MATCH (a:N {id: $seed})-[:E]->(n1) WITH DISTINCT a, n1 ${steps(hops)} WITH a, n${hops} AS b WHERE b <> a`,
};

export const CYPHER_WORDINGS = Object.keys(WITHIN);

export const countWithin = (wording: string, hops: number) =>
  `${WITHIN[wording]?.(hops) ?? ""} RETURN count(b) AS answer`;
export const nodesWithin = (wording: string, hops: number) =>
  `${WITHIN[wording]?.(hops) ?? ""} RETURN b.id AS answer`;

const STRONGEST =
  "WITH b, sum(a) AS activation ORDER BY activation DESC, b.id LIMIT $limit RETURN b.id AS answer";

/** $one and $two: damping of a first step, and of two in a row. */
export const SPREAD: Record<string, string> = {
  plain: `MATCH (s:N {id: $seed})-[p:E*1..2]->(b) WHERE b <> s
    WITH b, CASE size(p) WHEN 1 THEN p[0].w * $one ELSE p[0].w * p[1].w * $two END AS a ${STRONGEST}`,
  "single hops": `MATCH (s:N {id: $seed})-[e:E]->(m)
    CALL (s, e, m) { RETURN m AS b, e.w * $one AS a UNION ALL
      MATCH (m)-[f:E]->(b) WHERE b <> s RETURN b, e.w * f.w * $two AS a } ${STRONGEST}`,
};

/** $effort candidates of its index, of which the first $k count: the procedure has no other knob. */
export const SEARCH =
  "CALL db.index.vector.queryNodes('vectors', $effort, $vector) YIELD node RETURN node.id AS answer LIMIT $k";

export const HYBRID = `CALL db.index.vector.queryNodes('vectors', $effort, $vector) YIELD node
  WITH node LIMIT $k WITH collect(node) AS hits
  CALL (hits) { UNWIND hits AS hit MATCH (hit)-[:E]->(m) WITH DISTINCT hits, m
    ${further("m", "b")} WITH DISTINCT hits, b WHERE b.group = $group AND NOT b IN hits
    RETURN collect(b.id) AS found }
  RETURN [hit IN hits | hit.id] AS hits, found`;

export const WRITE = "UNWIND $rows AS row CREATE (:N {id: row.id, vector: row.vector})";
export const WRITTEN = "MATCH (n:N) RETURN n.id AS answer";
export const NOTHING_ASKED = "RETURN 1 AS answer";
