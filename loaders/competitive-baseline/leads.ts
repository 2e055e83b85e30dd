// The history of leads: each stored run of experiment 112 gives one ratio per scenario and rival, with the rival's
// version and configuration and the recall it was reached at. Runs of one profile form one history.
import type {Metric} from "../lab/experiment.ts";
import type {StoredRun} from "../lab/store/store.ts";
import {openViews} from "../lab/store/views.ts";

export interface Lead {
  profile: string;
  scenario: string;
  rival: string;
  version: string;
  /** Canonical JSON. */
  configuration: string;
  ratio: number;
  n: number;
  /** Of both sides; 1 where answers were compared one by one. */
  recall: number;
  run: string;
  measured_at_ms: number;
}

const RECALL = /recall (0\.\d+)$/;

/** Leads of one run. A run whose records these metrics cannot read has none. */
async function leadsOf(run: StoredRun, metrics: readonly Metric[]): Promise<Lead[]> {
  const database = await openViews([run]);
  try {
    const [about] = await database.rows("SELECT profile, started_at_ms FROM runs");
    const subjects = new Map(
      (
        await database.rows(
          "SELECT subject, min(subject_version) AS version, min(configuration) AS configuration FROM blocks WHERE requests > 0 GROUP BY subject",
        )
      ).map((row) => [String(row.subject), row]),
    );
    const leads: Lead[] = [];
    for (const {compares, estimator, rows} of metrics) {
      if (compares === undefined || !subjects.has(compares.rival)) continue;
      const [found] = await database.rows(estimator.sql(rows));
      if (found === undefined || found.value === null) continue;
      leads.push({
        profile: String(about?.profile),
        scenario: compares.scenario,
        rival: compares.rival,
        version: String(subjects.get(compares.rival)?.version),
        configuration: String(subjects.get(compares.rival)?.configuration),
        ratio: Number(found.value),
        n: Number(found.n),
        recall: Number(RECALL.exec(compares.scenario)?.[1] ?? 1),
        run: run.run,
        measured_at_ms: Number(about?.started_at_ms),
      });
    }
    return leads;
  } finally {
    database.close();
  }
}

/** Leads of the newest `most` runs, oldest first. */
export async function readLeads(
  runs: readonly StoredRun[],
  metrics: readonly Metric[],
  most: number,
): Promise<Lead[]> {
  const newest = [...runs].sort((a, b) => (a.run < b.run ? -1 : 1)).slice(-most);
  const leads: Lead[] = [];
  for (const run of newest) leads.push(...(await leadsOf(run, metrics)));
  return leads;
}

/** Histories: leads of one profile, scenario and rival in order of time. */
export function histories(leads: readonly Lead[]): Map<string, Lead[]> {
  const all = new Map<string, Lead[]>();
  for (const lead of leads) {
    const name = `${lead.profile}: ${lead.scenario} against ${lead.rival}`;
    all.set(name, [...(all.get(name) ?? []), lead]);
  }
  return all;
}
