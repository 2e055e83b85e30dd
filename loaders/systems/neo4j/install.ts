// Neo4j Community from Maven Central, its driver from npm, and the harness compiled once: into the cache.
import {createHash} from "node:crypto";
import {readdirSync, readFileSync} from "node:fs";
import {join} from "node:path";
import {
  copyFiles,
  type InstallEffects,
  InstallError,
  install,
  lockedFolder,
  MEBIBYTE,
  type Run,
} from "../packages.ts";
import type {Availability} from "../system.ts";
import {card} from "./card.ts";

const FILES = ["pom.xml", "SHA256SUMS", "Harness.java", "package.json", "package-lock.json"];
/** Neo4j 5 runs on Java 17 and newer. */
const JAVA_MIN = 17;

export const neo4jFolder = (cache: string) =>
  lockedFolder(cache, card.name, FILES, `node${process.versions.modules}`);

/** Throws unless `lib` holds exactly the jars of SHA256SUMS. */
function verifyJars(lib: string, sums: string): void {
  const wanted = new Map(
    sums
      .trim()
      .split("\n")
      .map((line) => line.split(/\s+/) as [string, string])
      .map(([sum, name]) => [name, sum]),
  );
  for (const name of readdirSync(lib)) {
    const sum = createHash("sha256")
      .update(readFileSync(join(lib, name)))
      .digest("hex");
    if (wanted.get(name) !== sum)
      throw new InstallError(`${name} from Maven Central is not the file that SHA256SUMS pins`);
    wanted.delete(name);
  }
  for (const name of wanted.keys()) throw new InstallError(`Maven Central gave no ${name}`);
}

async function requireJava(run: Run, folder: string): Promise<void> {
  for (const [command, debian] of [
    ["javac", "default-jdk-headless"],
    ["mvn", "maven"],
  ] as const) {
    const said = await run(command, ["-version"], folder).catch(() => null);
    if (said === null)
      throw new InstallError(
        `${command} is not found: install a JDK ${JAVA_MIN} or newer (Debian package ${debian})`,
      );
    const major = Number(/^javac (\d+)/.exec(said)?.[1] ?? JAVA_MIN);
    if (major < JAVA_MIN)
      throw new InstallError(`JDK ${major} is too old: Neo4j ${card.version} needs ${JAVA_MIN} or newer`);
  }
}

export const installNeo4j = (
  cache: string,
  log: (line: string) => void,
  effects: Partial<InstallEffects> = {},
): Promise<Availability> =>
  install(
    {
      name: card.name,
      version: card.version,
      folder: neo4jFolder(cache),
      bytes: card.install_mb * MEBIBYTE,
      async fill(half, run) {
        await requireJava(run, half);
        copyFiles(card.name, FILES, half);
        await run("mvn", ["-q", "-B", "dependency:copy-dependencies", "-DoutputDirectory=lib"], half);
        verifyJars(join(half, "lib"), readFileSync(join(half, "SHA256SUMS"), "utf8"));
        await run("npm", ["ci", "--no-audit", "--no-fund"], half);
        await run("javac", ["-nowarn", "-cp", "lib/*", "-d", "classes", "Harness.java"], half);
      },
    },
    log,
    effects,
  );
