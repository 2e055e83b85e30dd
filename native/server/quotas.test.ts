import assert from "node:assert/strict";
import {test} from "node:test";
import {asking, withServer} from "./fixture.ts";
import {Server} from "./server.ts";

test("a space that is full takes no more, and others are not touched by it; the quota holds across a restart", () =>
  withServer(async ({ask, server, directory}) => {
    await ask("PUT", "/v1/spaces/small", {dimension: 2, quota: {episodes: 2}});
    await ask("PUT", "/v1/spaces/other", {dimension: 2});
    const store = (space: string, id: string, call = ask) =>
      call("POST", `/v1/spaces/${space}/episodes`, {id});
    assert.deepEqual([(await store("small", "a")).status, (await store("small", "b")).status], [200, 200]);
    const full = await store("small", "c");
    assert.equal(full.status, 403);
    assert.equal(full.body.error.code, "quota_exceeded");
    assert.equal((await store("other", "c")).status, 200);
    assert.equal(
      (await ask("GET", "/v1/spaces/small/episodes/a")).status,
      200,
      "what is there is still read",
    );
    await server.close();
    const again = await Server.start({data: `${directory}/data`});
    assert.equal((await store("small", "c", asking(`http://127.0.0.1:${again.port}`))).status, 403);
    await again.close();
  }));

test("a space that asks faster than it may is told when to come again", () => {
  let now = 0;
  return withServer(
    async ({ask}) => {
      await ask("PUT", "/v1/spaces/slow", {dimension: 2, quota: {requestsPerS: 2}});
      const read = () => ask("GET", "/v1/spaces/slow/episodes");
      const answers = [await read(), await read(), await read()];
      assert.deepEqual(
        answers.map(({status}) => status),
        [200, 200, 429],
      );
      assert.equal(answers[2]?.headers.get("retry-after"), "1");
      now += 500;
      assert.equal((await read()).status, 200);
    },
    {clock: () => now},
  );
});
