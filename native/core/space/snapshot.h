// A snapshot file: the whole state of a space as of one sequence number, in sections whose
// checksums are chained, so that none can stand in for another. It replaces the log up to there. FORMAT.md,
// "Snapshot".
#pragma once

#include <functional>

#include "base/error.h"
#include "log/record.h"
#include "space/operation.h"

namespace engram {

inline constexpr const char* kSnapshotName = "snapshot";

struct SnapshotHeader {
  SpaceUuid uuid{};
  uint32_t dimension = 0;
  ChainPosition position;  // the last operation it holds
};

/** Builds the bytes of a snapshot: header, sections, end. */
class SnapshotWriter {
 public:
  /** `room`: memory to write to, whose content goes. */
  explicit SnapshotWriter(const SnapshotHeader& header, Bytes room = {});
  void section(const Operation& operation);
  /** Ends it with the counts that a reader checks. */
  Bytes finish(uint64_t episodes, uint64_t edges);

 private:
  Bytes bytes_;
  uint32_t chain_ = 0;
};

/** Called for each section in order: StateOperation or EdgesOperation. */
using SectionVisitor = std::function<Status(const Operation&)>;

/** Reads a snapshot of this space whole. Errors: Code::kUnsupportedVersion, or Code::kDamaged with `path` and
 * what is wrong; the visitor may have been called before either. */
Result<SnapshotHeader> read_snapshot(View bytes, const std::string& path, const SpaceUuid& uuid,
                                     uint32_t dimension, const SectionVisitor& visit);

}  // namespace engram
