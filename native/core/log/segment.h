// A segment: one file of consecutive records, named after its first sequence, and its header.
// FORMAT.md, "Segment".
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "io/disk.h"
#include "log/record.h"

namespace engram {

inline constexpr size_t kSegmentHeaderBytes = 64;

struct SegmentHeader {
  SpaceUuid uuid{};
  Sequence first = 1;  // sequence of the first record
  uint32_t chain = 0;  // chain value before the first record
  uint32_t version = kLogVersion;
};

/** A segment as a file. */
struct SegmentFile {
  Sequence first = 0;
  std::string path;
  uint64_t bytes = 0;
};

/** The segments of a directory in the order of their sequences. */
Result<std::vector<SegmentFile>> list_segments(Disk& disk, const std::string& directory);

/** "log-" and sixteen hex digits of the first sequence. */
std::string segment_name(Sequence first);
/** The first sequence of a segment's file name; nothing for other files. */
std::optional<Sequence> parse_segment_name(const std::string& name);

Bytes encode_segment_header(const SegmentHeader& header);
/** Code::kUnsupportedVersion for a format this build does not know, Code::kDamaged for anything else that is
 * wrong. */
Result<SegmentHeader> decode_segment_header(View bytes, const std::string& path);

}  // namespace engram
