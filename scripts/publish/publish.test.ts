import assert from "node:assert/strict";
import {spawn} from "node:child_process";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {after, before, beforeEach, test} from "node:test";
import type {Overview, Summary} from "../../loaders/lab/claim.ts";
import type {Run} from "../../loaders/lab/record.ts";
import {append, open} from "../../loaders/lab/store/store.ts";
import type {buildSite} from "./build.ts";
import {filesBelow, sha256} from "./files.ts";
import {versions} from "./listing.ts";
import {publish} from "./publish.ts";
import {verifyReport} from "./verify.ts";

const BIG = "x".repeat(100_000);

function run(id: string): Run {
  return {
    run: id,
    experiment: "006",
    profile: "quick",
    key: "cd".repeat(32),
    definition_sha256: "ab".repeat(32),
    engine_sha256: "01".repeat(32),
    harness_sha256: "02".repeat(32),
    parameters: "{}",
    datasets: "{}",
    seed: 1,
    session: "s",
    replicate: 0,
    started_at_ms: 1,
    ended_at_ms: 2,
    git_commit: "c0ffee",
    git_dirty: false,
    compiler: "g++",
    compiler_flags: "-O3",
    host_sha256: "03".repeat(32),
    host_cpu: "cpu",
    host_cores: 2,
    host_cpu_quota: null,
    host_kernel: "6",
    host_mitigations: "",
    host_governor: "",
    host_memory_bytes: 1,
    host_disk: "d",
    host_clocksource: "tsc",
    host_libc: "glibc",
    host_node: "v20",
    lockfile_sha256: "04".repeat(32),
  };
}

function summary(runs: string[]): Summary {
  return {
    id: "006",
    slug: "latency-tail",
    title: "Latency tail",
    asks: "How long?",
    hypothesis: "Not long.",
    stops: "",
    excludes: "",
    threats: [],
    definition_sha256: "ab".repeat(32),
    key: "cd".repeat(32),
    profile: "quick",
    state: "measured",
    reasons: [],
    verdict: "met",
    claims: [],
    tables: {},
    runs: runs.map((id) => ({
      run: id,
      profile: "quick",
      started_at_ms: 1,
      seconds: 1,
      git_commit: "c0ffee",
      git_dirty: false,
      host: "h",
      blocks: 1,
      excluded: 0,
      requests: 1,
    })),
    exclusions: [],
    environment: {},
    datasets: [],
    command: "",
  };
}

let root = "";
const store = () => join(root, "store");
const reports = () => join(root, "reports");

/** A site of three files over the real store, in place of Framework's. */
function pages(text: string): typeof buildSite {
  return async ({output, version = ""}) => {
    const index = open(store());
    const data = join(output, "_file", "data");
    mkdirSync(data, {recursive: true});
    const overview: Overview = {
      version: index.root,
      measured_on: "2026-11-24",
      experiments: [{id: "006", slug: "latency-tail", title: "", group: "", verdict: "met", note: ""}],
      answers: [],
    };
    writeFileSync(join(data, "overview.0.json"), JSON.stringify(overview));
    writeFileSync(
      join(data, "006-latency-tail.0.json"),
      JSON.stringify(summary(index.runs.map((stored) => stored.run))),
    );
    writeFileSync(join(output, "index.html"), `${text} ${version}`);
    writeFileSync(join(output, "big.wasm"), BIG);
    return {output, pages: 1};
  };
}

const lines: string[] = [];
const publishPages = (text = "hello") =>
  publish({store: store(), reports: reports(), build: pages(text), log: (line) => lines.push(line)});

before(() => {
  root = mkdtempSync(join(tmpdir(), "engram-publish-"));
});
after(() => rmSync(root, {recursive: true, force: true}));
beforeEach(async () => {
  rmSync(store(), {recursive: true, force: true});
  rmSync(reports(), {recursive: true, force: true});
  lines.length = 0;
  await append(store(), {
    run: [run("20261124T130500Z-006-a1b2c3")],
    blocks: [],
    requests: [],
    observations: [],
  });
});

test("a version is named by its newest record's day and the store's root, and verifies", async () => {
  const {version, folder, written} = await publishPages();
  assert.equal(version, `2026-11-24-${open(store()).root.slice(0, 8)}`);
  assert.ok(written);
  const {differences, files} = verifyReport(folder);
  assert.deepEqual(differences, []);
  assert.ok(files >= 12);
});

test("a version holds the runs as the store does, so that it opens as a store", async () => {
  const {folder} = await publishPages();
  const copy = open(join(folder, "data"));
  assert.deepEqual(copy.problems, []);
  assert.equal(copy.root, open(store()).root);
});

test("a second publish of the same store writes nothing and says so", async () => {
  const {folder} = await publishPages();
  const first = readFileSync(join(folder, "manifest.json"), "utf8");
  const second = await publishPages();
  assert.equal(second.written, false);
  assert.match(lines.at(-1) ?? "", /already published/);
  assert.equal(readFileSync(join(folder, "manifest.json"), "utf8"), first);
});

test("two publishes into two places are the same bytes", async () => {
  const elsewhere = join(root, "elsewhere");
  const a = await publishPages();
  const b = await publish({store: store(), reports: elsewhere, build: pages("hello"), log: () => undefined});
  const sums = (folder: string) =>
    filesBelow(folder).map((file) => `${file} ${sha256(readFileSync(join(folder, file)))}`);
  assert.deepEqual(sums(a.folder), sums(b.folder));
  rmSync(elsewhere, {recursive: true});
});

test("changed pages over the same store become an edition; the published folder stays", async () => {
  const first = await publishPages("one");
  const second = await publishPages("two");
  assert.equal(second.version, `${first.version}.2`);
  assert.match(readFileSync(join(first.folder, "site", "index.html"), "utf8"), /^one/);
  assert.deepEqual(verifyReport(first.folder).differences, []);
});

test("a new record makes a new version, and the old one still verifies", async () => {
  const first = await publishPages();
  await append(store(), {
    run: [run("20261125T090000Z-006-d4e5f6")],
    blocks: [],
    requests: [],
    observations: [],
  });
  const second = await publishPages();
  assert.match(second.version, /^2026-11-25-/);
  assert.deepEqual(verifyReport(first.folder).differences, []);
  assert.match(
    readFileSync(join(reports(), "index.html"), "utf8"),
    new RegExp(`${second.version}[^]*${first.version}`),
  );
});

test("a flipped byte in a published file is named", async () => {
  const {folder} = await publishPages();
  const [parquet] = filesBelow(join(folder, "data")).filter((file) => file.endsWith("run.parquet"));
  appendFileSync(join(folder, "data", parquet ?? ""), "!");
  const {differences} = verifyReport(folder);
  assert.equal(differences.length, 1);
  assert.match(differences[0]?.path ?? "", /run\.parquet$/);
});

test("a file that the manifest does not list is named", async () => {
  const {folder} = await publishPages();
  writeFileSync(join(folder, "claims.old.json"), "[]");
  assert.deepEqual(verifyReport(folder).differences, [
    {path: "claims.old.json", says: "is not in the manifest"},
  ]);
});

test("pages missing from a fresh clone are not a difference, and a publish puts them back", async () => {
  const {folder} = await publishPages();
  rmSync(join(folder, "site"), {recursive: true});
  assert.equal(verifyReport(folder).withoutPages, true);
  assert.deepEqual(verifyReport(folder).differences, []);
  await publishPages();
  assert.ok(existsSync(join(folder, "site", "index.html")));
  assert.equal(verifyReport(folder).withoutPages, false);
});

test("big files are shared between versions as hard links", async () => {
  const first = await publishPages("one");
  const second = await publishPages("two");
  const inode = (folder: string) => statSync(join(folder, "site", "big.wasm")).ino;
  assert.equal(inode(first.folder), inode(second.folder));
});

test("a damaged shared object is replaced, not linked into a new version", async () => {
  const first = await publishPages("one");
  writeFileSync(join(reports(), ".objects", sha256(BIG)), "damaged");
  const second = await publishPages("two");
  assert.deepEqual(verifyReport(second.folder).differences, []);
  assert.equal(verifyReport(first.folder).differences.length, 1, "the link that was damaged is found");
});

test("what a killed publish left is removed by the next one", async () => {
  const dead = join(reports(), ".publishing-999999999");
  mkdirSync(dead, {recursive: true});
  writeFileSync(join(dead, "half"), "");
  await publishPages();
  assert.ok(!existsSync(dead));
});

/** A build that measures: it appends a run to the store while it makes the pages. */
function measuring(times: number): typeof buildSite {
  let left = times;
  return async (options) => {
    const built = await pages("hello")(options);
    if (left-- > 0)
      await append(store(), {
        run: [run(`20261124T14000${left}Z-006-00000${left}`)],
        blocks: [],
        requests: [],
        observations: [],
      });
    return built;
  };
}

test("a build that measures is built once more, and published under the name of what is there now", async () => {
  const published = await publish({
    store: store(),
    reports: reports(),
    build: measuring(1),
    log: (line) => lines.push(line),
  });
  assert.equal(published.version, `2026-11-24-${open(store()).root.slice(0, 8)}`);
  assert.match(lines.join("\n"), /building them again/);
  assert.deepEqual(verifyReport(published.folder).differences, []);
});

test("a store that never comes to rest is not published, and the error says why", async () => {
  await assert.rejects(
    publish({store: store(), reports: reports(), build: measuring(9), log: () => undefined}),
    /another process is measuring/,
  );
  assert.deepEqual(versions(reports()), []);
});

test("a publish killed with SIGKILL in its middle leaves nothing half-written", async () => {
  const program = `
    import {mkdirSync, writeFileSync} from "node:fs";
    import {publish} from ${JSON.stringify(new URL("./publish.ts", import.meta.url).href)};
    await publish({
      store: ${JSON.stringify(store())}, reports: ${JSON.stringify(reports())}, log() {},
      async build({output}) {
        mkdirSync(output, {recursive: true});
        writeFileSync(output + "/index.html", "half");
        console.log("half");
        await new Promise((resolve) => setTimeout(resolve, 60_000));
      },
    });`;
  const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", program]);
  await new Promise((resolve) => child.stdout.once("data", resolve));
  assert.ok(existsSync(join(reports(), `.publishing-${child.pid}`)), "it was killed in the middle");
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await ended;
  assert.deepEqual(versions(reports()), []);
  const {folder} = await publishPages();
  assert.deepEqual(verifyReport(folder).differences, []);
  assert.ok(!existsSync(join(reports(), `.publishing-${child.pid}`)));
});

test("a publish that fails leaves no folder", async () => {
  const failing: typeof buildSite = async () => {
    throw new Error("no pages today");
  };
  await assert.rejects(
    publish({store: store(), reports: reports(), build: failing, log: () => undefined}),
    /no pages today/,
  );
  assert.deepEqual(filesBelow(reports()), []);
});

test("an empty store is not published, and the error says what to do", async () => {
  rmSync(store(), {recursive: true});
  await assert.rejects(publishPages(), (error: Error & {remedy?: string}) =>
    /npm run report/.test(error.remedy ?? ""),
  );
});
