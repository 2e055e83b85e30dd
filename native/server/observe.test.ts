// What the server tells of itself: metrics, the audit log, health.
import assert from "node:assert/strict";
import {test} from "node:test";
import {pino} from "pino";
import {withNotes} from "./fixture.ts";

/** Every line of the log as an object. */
function logged() {
  const lines: Record<string, unknown>[] = [];
  const log = pino({level: "info"}, {write: (line: string) => lines.push(JSON.parse(line))});
  return {lines, log};
}

test("metrics count each request by operation, version and status, and tell of spaces, queues and disk", () =>
  withNotes(async ({ask}) => {
    await ask("POST", "/v1/spaces/notes/recall", {vector: [1, 0, 0]});
    await ask("POST", "/v2/spaces/notes/recall", {cue: {kind: "vector", vector: [1, 0]}});
    const {body, headers} = await ask("GET", "/metrics");
    assert.match(headers.get("content-type") ?? "", /^application\/openmetrics-text/);
    const text = body.toString();
    for (const line of [
      /engram_request_seconds_count\{operation="recall",version="v1",status="200"\} 1\n/,
      /engram_request_seconds_count\{operation="answer",version="v2",status="400"\} 1\n/,
      /engram_request_seconds_bucket\{.*operation="storeBatch".*\} 1 # \{request_id="[0-9a-f-]{36}"\}/,
      /engram_space_episodes\{space="notes"\} 2\n/,
      /engram_space_takes_writes\{space="notes",code="ok"\} 1\n/,
      /engram_requests_waiting\{cost="search"\} 0\n/,
      /engram_disk_free_bytes [1-9]/,
      /engram_serving 1\n/,
    ])
      assert.match(text, line);
  }));

test("the audit log names who did what where, and holds no key and no content", () => {
  const {lines, log} = logged();
  return withNotes(
    async ({ask}) => {
      const secret = {authorization: "Bearer engram_secret"};
      await ask("DELETE", "/v1/spaces/notes/episodes/east", undefined, secret);
      await ask("GET", "/v1/spaces", undefined, {...secret, host: "evil.example"});
      const audit = lines.filter((line) => line.audit === true);
      assert.deepEqual(
        audit.map(({verb, outcome, space}) => ({verb, outcome, space})),
        [
          {verb: "admin", outcome: "admitted", space: "notes"},
          {verb: "forget", outcome: "admitted", space: "notes"},
        ],
      );
      assert.doesNotMatch(JSON.stringify(lines), /secret|to the east/);
    },
    {log},
  );
});
