// Reads a log back and judges its end. Read-only: cutting a torn tail is the Log's business.
//
// The judgement, in one sentence: a bad record is the torn tail of a crash when nothing says that it had
// been synced, and damage when anything does (a later record, a later segment, the mark, the snapshot).
#pragma once

#include <functional>
#include <optional>

#include "io/disk.h"
#include "log/record.h"
#include "log/segment.h"

namespace engram {

/** Called for each record in order. An Error from it ends recovery as damage (the payload makes no sense). */
using RecordVisitor = std::function<Status(const Record&)>;

struct Recovered {
  ChainPosition end;                 // last good record
  Sequence synced = 0;               // highest sequence anything says was synced
  std::vector<SegmentFile> earlier;  // those before it, what a snapshot covers included
  SegmentFile segment;               // the one to append to; no path when there is none
  uint32_t version = kLogVersion;    // its format
  uint64_t offset = 0;               // where the next record goes in it
  uint64_t unsynced = 0;             // from here to `offset` nothing says that it is on the plate
  uint64_t torn_bytes = 0;           // bytes of an unfinished write behind `offset`; they must be cut
  std::vector<std::string> stale;    // segments that a crash cut off before they were begun
  std::optional<Error> damage;       // Code::kDamaged: what was synced and is not readable
};

/**
 * Replays every record after `from` in `directory`. Errors: Code::kUnsupportedVersion, or the disk's own;
 * damage is not an error but a finding.
 */
Result<Recovered> recover_log(Disk& disk, const std::string& directory, const SpaceUuid& uuid,
                              const ChainPosition& from, const RecordVisitor& visit);

}  // namespace engram
