// Planted defects for the checks' own tests. In every build but engram_planted, mutant() is the constant
// false and each site compiles to nothing; in that one (ENGRAM_MUTANTS) one defect can be switched on, and
// the oracle or the histories must catch it. A check that cannot fail proves nothing (faults.md, "Two
// rules").
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
  kManifestBeforeFiles,     // a backup names files that are not there yet
  // What no crash shows, only an answer (check/histories.cc):
  kSnapshotWithoutKeys,       // a snapshot forgets which requests were answered
  kKeyOfAnyRequest,           // answers another request under a known key with the first one's answer
  kSmallConceptStays,         // a cycle does not end what forgetting left too small
  kStaleCentroid,             // a concept does not follow the members it loses
  kOneWayBinding,             // an episode does not know its concept
  kSnapshotWithoutDecay,      // a snapshot forgets how the space was told to forget
  kSnapshotWithoutFresh,      // a snapshot forgets which episodes no cycle has seen
  kSnapshotWithoutStability,  // a snapshot forgets what rehearsal made of a memory
  kDecaySinceStored,          // rehearsal does not refresh
  kCompleteWithoutConcepts,   // only episodes are attractors
  kRecogniseWithoutGist,      // concepts add nothing to familiarity
  kWatchBeforeSync,           // tells a watcher what a crash can take back
  kRestoreBeforeTime,         // restore to a time leaves out what was written at it
  kVerifyWithoutLog,          // verify reads the snapshot alone
  kRepeatInBatchDropped,      // what a batch says last of an id is left out where it is what was there before
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
    "half-bound-concept",
    "manifest-before-files",
    "snapshot-without-keys",
    "key-of-any-request",
    "small-concept-stays",
    "stale-centroid",
    "one-way-binding",
    "snapshot-without-decay",
    "snapshot-without-fresh",
    "snapshot-without-stability",
    "decay-since-stored",
    "complete-without-concepts",
    "recognise-without-gist",
    "watch-before-sync",
    "restore-before-time",
    "verify-without-log",
    "repeat-in-batch-dropped"};

/** The first that crashes alone cannot show: the crash oracle must catch all before it, the histories the
 * rest. */
inline constexpr size_t kFirstOfAnswers = static_cast<size_t>(Mutant::kSnapshotWithoutKeys);

#if defined(ENGRAM_MUTANTS)
inline Mutant active_mutant = Mutant::kNone;
inline bool mutant(Mutant which) { return active_mutant == which; }
#else
constexpr bool mutant(Mutant) { return false; }
#endif

}  // namespace engram
