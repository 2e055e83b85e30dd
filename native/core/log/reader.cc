#include "log/reader.h"

#include <algorithm>

#include "base/limits.h"

namespace engram {
namespace {

constexpr size_t kReadBytes = size_t{256} << 10;
/** A snapshot may remove segments between their listing and their opening; it seldom does so twice. */
constexpr int kListingsMax = 3;

}  // namespace

LogReader::LogReader(Disk& disk, std::string directory, const SpaceUuid& uuid)
    : disk_(disk), directory_(std::move(directory)), uuid_(uuid) {}

Error LogReader::compacted(Sequence wanted, Sequence available) const {
  Error error{Code::kCompacted,
              "record " + std::to_string(wanted) + " of " + directory_ +
                  " was replaced by a snapshot; the log can be read from record " + std::to_string(available),
              "read the present state, then go on from there; or retain more of the log"};
  error.sequence = available;
  return error;
}

/** Why there is no record here: the segment ends and what came next was replaced, or it is damaged. */
Error LogReader::gone(Sequence wanted, const SegmentFile* next) const {
  const bool ends = std::all_of(buffer_.begin(), buffer_.end(), [](char byte) { return byte == 0; });
  if (ends && next != nullptr && next->first > wanted) return compacted(wanted, next->first);
  return {Code::kDamaged, path_ + ": record " + std::to_string(wanted) + " is unreadable",
          "restore the space from a backup"};
}

Status LogReader::enter(const SegmentFile& segment) {
  auto file = disk_.open(segment.path, OpenMode::kRead);
  ENGRAM_TRY(file);
  auto bytes = (*file)->read(0, kSegmentHeaderBytes);
  ENGRAM_TRY(bytes);
  const auto header = decode_segment_header(*bytes, segment.path);
  ENGRAM_TRY(header);
  const bool goes_on = header->first == position_.sequence + 1 && header->chain == position_.chain;
  if (header->uuid != uuid_ || header->first != segment.first || (file_ && !goes_on))
    return Error{Code::kDamaged, segment.path + " does not go on where the log ends",
                 "restore the space from a backup"};
  position_ = {header->first - 1, header->chain, position_.at_ms};
  file_ = std::move(*file);
  path_ = segment.path;
  version_ = header->version;
  offset_ = kSegmentHeaderBytes;
  buffer_.clear();
  return {};
}

Status LogReader::seek(Sequence first) {
  for (int listing = 0; listing < kListingsMax; ++listing) {
    auto segments = list_segments(disk_, directory_);
    ENGRAM_TRY(segments);
    const auto after = std::find_if(segments->begin(), segments->end(),
                                    [&](const SegmentFile& segment) { return segment.first > first; });
    if (after == segments->begin())
      return compacted(first, segments->empty() ? first + 1 : segments->front().first);
    file_.reset();
    position_ = {};
    const Status entered = enter(*(after - 1));
    if (!entered && entered.error().code == Code::kNotFound) continue;
    ENGRAM_TRY(entered);
    // Its segment holds it, or is the last one, or there is a gap that snapshots left.
    while (position_.sequence + 1 < first) {
      ENGRAM_TRY(fill());
      const auto record = buffered();
      if (!record) return gone(first, after == segments->end() ? nullptr : &*after);
      position_ = moved_onto(*record, position_);
      offset_ += record->size;
    }
    return {};
  }
  return compacted(first, first + 1);
}

std::optional<Record> LogReader::buffered() const {
  if (offset_ < buffer_begin_) return std::nullopt;
  const auto record = decode_record(buffer_, offset_ - buffer_begin_, uuid_, version_);
  return record && follows(*record, position_) ? record : std::nullopt;
}

/** Reads on from the next record unless it is there whole. */
Status LogReader::fill() {
  if (!buffer_.empty() && buffered()) return {};
  for (size_t wanted = kReadBytes;;) {
    auto bytes = file_->read(offset_, wanted);
    ENGRAM_TRY(bytes);
    buffer_ = std::move(*bytes);
    buffer_begin_ = offset_;
    const size_t size = announced_size(buffer_, 0, version_);
    if (size <= wanted) return {};
    wanted = size;
  }
}

Status LogReader::next_segment() {
  const Sequence wanted = position_.sequence + 1;
  for (int listing = 0; listing < kListingsMax; ++listing) {
    auto segments = list_segments(disk_, directory_);
    ENGRAM_TRY(segments);
    const auto next = std::find_if(segments->begin(), segments->end(),
                                   [&](const SegmentFile& segment) { return segment.first >= wanted; });
    if (next == segments->end()) return gone(wanted, nullptr);
    if (next->first > wanted || next->path == path_) return gone(wanted, &*next);
    Status entered = enter(*next);
    if (entered || entered.error().code != Code::kNotFound) return entered;
  }
  return compacted(wanted, wanted + 1);
}

Status LogReader::read(Sequence until, size_t most_bytes, const RecordVisitor& visit) {
  for (size_t bytes = 0; position_.sequence < until && bytes < most_bytes;) {
    ENGRAM_TRY(fill());
    const auto record = buffered();
    if (!record) {
      ENGRAM_TRY(next_segment());
      continue;
    }
    position_ = moved_onto(*record, position_);
    offset_ += record->size;
    bytes += record->size;
    ENGRAM_TRY(visit(*record));
  }
  return {};
}

}  // namespace engram
