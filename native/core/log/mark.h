// The mark: how far a log is known to be synced, in a small file beside the segments. It is written after a
// sync has returned and costs no sync itself; every record carries the same knowledge of its own time, so
// the mark only has to cover the newest group. FORMAT.md, "Mark".
#pragma once

#include <optional>

#include "base/error.h"
#include "log/record.h"

namespace engram {

inline constexpr const char* kMarkName = "mark";
inline constexpr size_t kMarkBytes = 32;

Bytes encode_mark(const SpaceUuid& uuid, Sequence synced);
/** Nothing when the bytes are not a whole mark of this space: the log is then judged without it. */
std::optional<Sequence> decode_mark(View bytes, const SpaceUuid& uuid);

}  // namespace engram
