// The host's fingerprint: what of the machine can move a number. It is in the record, not in the key, so
// that replications from other machines accumulate under the same key.
import {execFileSync} from "node:child_process";
import {existsSync, readdirSync, readFileSync} from "node:fs";
import {cpus, release, totalmem} from "node:os";
import canonicalize from "canonicalize";
import type {Run} from "../record.ts";
import {sha256} from "../store/checksums.ts";

type HostColumns = Pick<Run, Extract<keyof Run, `host_${string}`>>;

function read(path: string): string | null {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return null;
  }
}

function firstLine(command: string, ...args: string[]): string {
  try {
    return (
      execFileSync(command, args, {encoding: "utf8", stdio: ["ignore", "pipe", "ignore"]})
        .split("\n")[0]
        ?.trim() ?? "unknown"
    );
  } catch {
    return "unknown";
  }
}

function mitigations(): string {
  const folder = "/sys/devices/system/cpu/vulnerabilities";
  if (!existsSync(folder)) return "unknown";
  return readdirSync(folder)
    .sort()
    .map((name) => `${name}=${(read(`${folder}/${name}`) ?? "?").split(/[:;]/)[0]}`)
    .filter((entry) => !entry.endsWith("=Not affected"))
    .join(", ");
}

/** CPUs allowed by cgroup v2 or v1 quota; null without a limit. */
function cpuQuota(): number | null {
  const [quota, period] = (read("/sys/fs/cgroup/cpu.max") ?? "max 100000").split(" ").map(Number);
  if (quota !== undefined && period !== undefined && Number.isFinite(quota)) return quota / period;
  const v1 = Number(read("/sys/fs/cgroup/cpu/cpu.cfs_quota_us") ?? -1);
  return v1 > 0 ? v1 / Number(read("/sys/fs/cgroup/cpu/cpu.cfs_period_us") ?? 100_000) : null;
}

/** Reads the fingerprint; `folder` is where the engine's files will lie. */
export function readHost(folder: string): HostColumns {
  const host = {
    host_cpu: cpus()[0]?.model ?? "unknown",
    host_cores: cpus().length,
    host_cpu_quota: cpuQuota(),
    host_kernel: release(),
    host_mitigations: mitigations(),
    host_governor: read("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor") ?? "not exposed",
    // Free memory differs by a little from boot to boot: whole GiB are what can move a number.
    host_memory_bytes: Math.round(totalmem() / 2 ** 30) * 2 ** 30,
    host_disk: firstLine("findmnt", "-no", "SOURCE,FSTYPE,OPTIONS", "--target", folder),
    host_clocksource: read("/sys/devices/system/clocksource/clocksource0/current_clocksource") ?? "unknown",
    host_libc: firstLine("getconf", "GNU_LIBC_VERSION"),
    host_node: process.version,
  };
  return {host_sha256: sha256(canonicalize(host) ?? ""), ...host};
}
