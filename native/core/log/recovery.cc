#include "log/recovery.h"

#include <cstring>
#include <deque>

#include "base/mutant.h"
#include "log/mark.h"
#include "log/segment.h"

namespace engram {
namespace {

struct ChainEnd {
  Sequence sequence;
  uint64_t offset;
};

Sequence read_mark(Disk& disk, const std::string& directory, const SpaceUuid& uuid) {
  auto bytes = read_file(disk, join_path(directory, kMarkName));
  return bytes ? decode_mark(*bytes, uuid).value_or(0) : 0;
}

/** Each byte is as the one before it, and the first is zero. */
bool all_zero(View bytes) {
  return bytes.empty() ||
         (bytes.front() == 0 && std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0);
}

Error damaged(const std::string& where, Sequence missing, Sequence synced) {
  return {
      Code::kDamaged,
      where + ": record " + std::to_string(missing) + " is unreadable, although everything up to record " +
          std::to_string(synced) + " had been synced",
      "the space is open read-only with what comes before; restore it from a snapshot, backup or replica"};
}

}  // namespace

Result<Recovered> recover_log(Disk& disk, const std::string& directory, const SpaceUuid& uuid,
                              const ChainPosition& from, const RecordVisitor& visit) {
  auto listed = list_segments(disk, directory);
  ENGRAM_TRY(listed);
  std::vector<SegmentFile>& segments = *listed;

  Recovered out;
  out.end = from;
  out.synced = std::max(from.sequence, read_mark(disk, directory, uuid));

  // The snapshot covers every segment before the last one that begins at or before the next sequence.
  size_t index = 0;
  while (index + 1 < segments.size() && segments[index + 1].first <= from.sequence + 1)
    out.earlier.push_back(segments[index++]);

  bool bad = false;
  std::string where = directory;
  for (; index < segments.size() && !bad; ++index) {
    const SegmentFile& segment = segments[index];
    auto bytes = read_file(disk, segment.path);
    ENGRAM_TRY(bytes);
    where = segment.path;
    const auto header = decode_segment_header(*bytes, segment.path);
    if (!header && header.error().code == Code::kUnsupportedVersion) return header.error();
    const bool in_place =
        header.ok() && header->uuid == uuid && header->first == segment.first &&
        (out.segment.path.empty() ? header->first <= from.sequence + 1
                                  : header->first == out.end.sequence + 1 &&
                                        (header->chain == out.end.chain || mutant(Mutant::kNoChain)));
    if (!in_place) {
      // Either a segment whose creation was cut short by a crash, or one that was damaged: its records tell.
      out.synced = std::max(out.synced, synced_claim_behind(*bytes, 0, uuid));
      out.stale.push_back(segment.path);
      bad = true;
      break;
    }
    // A segment is begun only when all before it is synced.
    out.synced = std::max(out.synced, header->first - 1);
    ChainPosition position{header->first - 1, header->chain, 0};
    size_t offset = kSegmentHeaderBytes;
    std::deque<ChainEnd> unsynced;  // records that nothing says were synced, and where each ends
    out.unsynced = 0;               // a header without a synced record behind it may not be either
    while (const auto record = decode_record(*bytes, offset, uuid, header->version)) {
      if (!follows(*record, position)) break;
      position = moved_onto(*record, position);
      out.synced = std::max(out.synced, record->synced);
      if (position.sequence == from.sequence && position.chain != from.chain && !mutant(Mutant::kNoChain)) {
        out.damage = Error{Code::kDamaged, segment.path + " is not the log that the snapshot was taken from",
                           "restore the space from a backup"};
        return out;
      }
      if (position.sequence > from.sequence) {
        if (const Status visited = visit(*record); !visited) {
          out.damage = visited.error();
          return out;
        }
        out.end = moved_onto(*record, out.end);
      }
      offset += record->size;
      unsynced.push_back({record->sequence, offset});
      for (; !unsynced.empty() && unsynced.front().sequence <= out.synced; unsynced.pop_front())
        out.unsynced = unsynced.front().offset;
    }
    if (position.sequence < from.sequence) bad = true;  // ends before the snapshot does
    if (!out.segment.path.empty()) out.earlier.push_back(out.segment);
    out.segment = {segment.first, segment.path, bytes->size()};
    out.version = header->version;
    out.offset = offset;
    const View rest = View(*bytes).substr(offset);
    if (!all_zero(rest)) {
      out.torn_bytes = rest.size();
      out.synced = std::max(out.synced, synced_claim_behind(*bytes, offset, uuid));
    }
  }
  // What follows the first bad place still says how far the log once was synced.
  for (; index < segments.size(); ++index) out.synced = std::max(out.synced, segments[index].first - 1);

  if (mutant(Mutant::kNoMark)) out.synced = out.end.sequence;
  if (out.segment.path.empty() && !mutant(Mutant::kCutMiddleDamage)) {
    out.damage =
        Error{Code::kDamaged,
              directory + ": no readable log segment follows record " + std::to_string(from.sequence),
              "restore the space from a snapshot or backup"};
  } else if (out.synced > out.end.sequence && !mutant(Mutant::kCutMiddleDamage)) {
    out.damage = damaged(where, out.end.sequence + 1, out.synced);
  }
  return out;
}

}  // namespace engram
