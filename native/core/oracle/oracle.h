// The crash oracle: random histories on the simulated disk, cut at a random call, recovered, and compared.
// After every recovery the state is exactly one prefix p of the issued operations with acknowledged ≤ p ≤
// issued, all invariants hold, a second opening gives the same, and new writes are accepted (faults.md, "Two
// rules").
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace engram {

struct TrialResult {
  uint64_t recoveries = 0;
  uint64_t lost_writes = 0;  // by the disk, unsynced: the harm that was done
  uint64_t damages = 0;      // planted damage that was reported
  uint64_t harmless = 0;     // planted damage that changed nothing
  std::optional<std::string> violation;
};

/** One history with a few crashes. The same seed gives the same. */
TrialResult crash_trial(uint64_t seed);

/** One history, closed; then bytes of its files are flipped, cut or exchanged as no crash does: what was
 *  acknowledged is there, or the damage is told. */
TrialResult damage_trial(uint64_t seed);

/** A small closed store with a snapshot and a log behind it: every byte of its files is flipped, one at a
 * time. */
TrialResult flip_every_byte(uint64_t seed);

/** Writes, snapshots and backups of one space with crashes among them, each backup restored and compared;
 * then damage to the backup, which must be told. */
TrialResult backup_trial(uint64_t seed);

}  // namespace engram
