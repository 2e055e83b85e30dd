// Planted defects for the crash oracle. In every build but the oracle's own, mutant() is the constant false
// and each site below compiles to nothing; in the oracle (ENGRAM_MUTANTS) one defect can be switched on,
// and the oracle must catch it. A check that cannot fail proves nothing (faults.md, "Two rules").
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace engram {

enum class Mutant : uint8_t {
  kNone,
  kSkipSync,                // acknowledges without fdatasync
  kAckBeforeSync,           // acknowledges what was appended while the sync ran
  kSkipParentSync,          // the name of the engine's or the space's directory is never made durable
  kSkipDirectorySync,       // a new segment's or file's name is never made durable
  kNoCrc,                   // replays records without checking their bytes
  kNoChain,                 // checks each record by itself, not that it follows the one before
  kRenameBeforeSync,        // puts a file in place before its contents are durable
  kCutMiddleDamage,         // "stop at the first bad record and truncate"
  kNoMark,                  // forgets what was synced: a shortened log looks like a torn tail
  kRetryFailedSync,         // calls a failed sync again and believes the second answer
  kTrustPageCache,          // takes what a failed sync left in the page cache for durable when it opens
  kSplitBatch,              // logs a batch item by item
  kApplyWithoutLog,         // changes memory, forgets the log for unlink
  kTruncateBeforeSnapshot,  // removes log segments before the snapshot that replaces them is durable
  kSnapshotOffByOne,        // the snapshot claims one operation more than it holds
  kBackupBeforeSync,        // a backup copies what the space has not made durable
  kBackupSkipSync,          // a backup's files are not durable when its manifest is
  kHalfBoundConcept,        // logs a concept's bindings in two records
  kCount
};

inline constexpr std::array<std::string_view, static_cast<size_t>(Mutant::kCount)> kMutantNames = {
    "none",
    "skip-sync",
    "ack-before-sync",
    "skip-parent-sync",
    "skip-directory-sync",
    "no-crc",
    "no-chain",
    "rename-before-sync",
    "cut-middle-damage",
    "no-mark",
    "retry-failed-sync",
    "trust-page-cache",
    "split-batch",
    "apply-without-log",
    "truncate-before-snapshot",
    "snapshot-off-by-one",
    "backup-before-sync",
    "backup-skip-sync",
    "half-bound-concept"};

#if defined(ENGRAM_MUTANTS)
inline Mutant active_mutant = Mutant::kNone;
inline bool mutant(Mutant which) { return active_mutant == which; }
#else
constexpr bool mutant(Mutant) { return false; }
#endif

}  // namespace engram
