// From a prepared table of frontiers to what its chart draws.
import type {FrontierRow} from "../charts/frontier.js";
import {orNull, type Rows} from "./table.js";

export const frontierRows = (rows: Rows): FrontierRow[] =>
  rows.map((row) => ({
    subject: String(row.subject),
    effort: Number(row.effort),
    recall: Number(row.recall),
    qps: Number(row.qps),
    low: orNull(row.low_qps),
    high: orNull(row.high_qps),
  }));
