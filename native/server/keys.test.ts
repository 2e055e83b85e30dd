import assert from "node:assert/strict";
import {mkdtempSync, readFileSync, rmSync, statSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {test} from "node:test";
import {RefusedError} from "./error.ts";
import {addKey, Keys} from "./keys.ts";

/** Of the statistical form; ENGRAM_TIMING=1 runs it. */
const ROUNDS = 200_000;
const DIFFERENCE_MAX = 0.05;

function withKey(use: (path: string, key: string) => void): void {
  const directory = mkdtempSync(join(tmpdir(), "engram-keys-"));
  const path = join(directory, "keys.json");
  try {
    use(path, addKey(path, {spaces: ["mine"], verbs: ["read"]}));
  } finally {
    rmSync(directory, {recursive: true});
  }
}

/** Same length, another secret that differs at one place only. */
function wrong(key: string, at: "first" | "last"): string {
  const place = at === "first" ? "engram_0123456789abcdef_".length : key.length - 2;
  return `${key.slice(0, place)}${key[place] === "A" ? "B" : "A"}${key.slice(place + 1)}`;
}

test("the file of keys holds no key and is its owner's alone", () =>
  withKey((path, key) => {
    const secret = key.slice("engram_0123456789abcdef_".length);
    assert.equal(Buffer.from(secret, "base64url").length, 32);
    assert.ok(!readFileSync(path, "utf8").includes(secret));
    assert.equal(statSync(path).mode & 0o777, 0o600);
  }));

test("a key reaches its spaces and verbs and nothing else", () =>
  withKey((path, key) => {
    const principal = Keys.read(path).verify(`Bearer ${key}`);
    assert.ok(principal.may("read", "mine"));
    assert.ok(!principal.may("write", "mine"));
    assert.ok(!principal.may("read", "yours"));
  }));

test("every comparison is over whole digests of one length, exactly once, whether the id is known or not", () =>
  withKey((path, key) => {
    const compared: [number, number][] = [];
    const keys = new Keys(JSON.parse(readFileSync(path, "utf8")), (a, b) => {
      compared.push([a.length, b.length]);
      return false;
    });
    const unknown = key.replace(/_[0-9a-f]{16}_/, `_${"0".repeat(16)}_`);
    for (const token of [key, wrong(key, "first"), wrong(key, "last"), unknown])
      assert.throws(() => keys.verify(`Bearer ${token}`), RefusedError);
    assert.deepEqual(compared, Array(4).fill([32, 32]));
  }));

if (process.env.ENGRAM_TIMING)
  test("the time of a refusal does not tell how much of a key was right", (t) =>
    withKey((path, key) => {
      const keys = Keys.read(path);
      const guesses = [wrong(key, "first"), wrong(key, "last")];
      const times = guesses.map(() => [] as number[]);
      for (let round = 0; round < ROUNDS; round++) {
        const which = round % 2;
        const began = process.hrtime.bigint();
        try {
          keys.verify(`Bearer ${guesses[which]}`);
        } catch {}
        times[which]?.push(Number(process.hrtime.bigint() - began));
      }
      const [first = 0, last = 0] = times.map((list) => list.sort((a, b) => a - b)[list.length >> 1]);
      t.diagnostic(`medians: ${first} ns where the first place is wrong, ${last} ns where the last is`);
      assert.ok(Math.abs(first / last - 1) < DIFFERENCE_MAX);
    }));
