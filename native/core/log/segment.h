// A segment: one file of consecutive records, named after its first sequence, and its header.
// FORMAT.md, "Segment".
#pragma once

#include <optional>
#include <string>

#include "base/error.h"
#include "log/record.h"

namespace engram {

inline constexpr uint32_t kFormatVersion = 1;
inline constexpr size_t kSegmentHeaderBytes = 64;

struct SegmentHeader {
  SpaceUuid uuid{};
  Sequence first = 1;  // sequence of the first record
  uint32_t chain = 0;  // chain value before the first record
};

/** "log-" and sixteen hex digits of the first sequence. */
std::string segment_name(Sequence first);
/** The first sequence of a segment's file name; nothing for other files. */
std::optional<Sequence> parse_segment_name(const std::string& name);

Bytes encode_segment_header(const SegmentHeader& header);
/** Code::kUnsupportedVersion for a later format, Code::kDamaged for anything else that is wrong. */
Result<SegmentHeader> decode_segment_header(View bytes, const std::string& path);

}  // namespace engram
