#include "log/segment.h"

#include <charconv>

#include "base/crc32c.h"

namespace engram {
namespace {

constexpr View kSegmentMagic = "engramWL";
constexpr std::string_view kPrefix = "log-";
constexpr size_t kDigits = 16;

}  // namespace

std::string segment_name(Sequence first) {
  std::string digits(kDigits, '0');
  for (size_t i = kDigits; i-- > 0; first >>= 4) digits[i] = "0123456789abcdef"[first & 0xF];
  return std::string(kPrefix) + digits;
}

std::optional<Sequence> parse_segment_name(const std::string& name) {
  if (name.size() != kPrefix.size() + kDigits || !name.starts_with(kPrefix)) return std::nullopt;
  Sequence first = 0;
  const char* end = name.data() + name.size();
  const auto [stopped, error] = std::from_chars(name.data() + kPrefix.size(), end, first, 16);
  if (error != std::errc{} || stopped != end || segment_name(first) != name) return std::nullopt;
  return first;
}

Result<std::vector<SegmentFile>> list_segments(Disk& disk, const std::string& directory) {
  auto names = disk.list(directory);
  ENGRAM_TRY(names);
  std::vector<SegmentFile> segments;
  for (const std::string& name : *names) {  // sorted by name, therefore by first sequence
    const auto first = parse_segment_name(name);
    if (!first) continue;
    const std::string path = join_path(directory, name);
    auto file = disk.open(path, OpenMode::kRead);
    if (!file && file.error().code == Code::kNotFound) continue;  // removed meanwhile
    ENGRAM_TRY(file);
    auto size = (*file)->size();
    ENGRAM_TRY(size);
    segments.push_back({*first, path, *size});
  }
  return segments;
}

Bytes encode_segment_header(const SegmentHeader& header) {
  Bytes out;
  Writer writer(out);
  writer.raw(kSegmentMagic);
  writer.put(header.version);
  writer.put(static_cast<uint32_t>(kSegmentHeaderBytes));
  writer.raw({header.uuid.data(), header.uuid.size()});
  writer.put(header.first);
  writer.put(header.chain);
  writer.zeros(kSegmentHeaderBytes - 4 - out.size());
  writer.put(crc32c(0, out));
  return out;
}

Result<SegmentHeader> decode_segment_header(View bytes, const std::string& path) {
  const auto damaged = [&](const std::string& what) {
    return Error{Code::kDamaged, path + ": " + what, "restore the space from a snapshot or backup"};
  };
  if (bytes.size() < kSegmentHeaderBytes) return damaged("shorter than a segment header");
  bytes = bytes.substr(0, kSegmentHeaderBytes);
  Reader reader(bytes);
  if (reader.raw(kSegmentMagic.size()) != kSegmentMagic) return damaged("does not begin as a log segment");
  const uint32_t version = reader.get<uint32_t>();
  uint32_t checksum;
  std::memcpy(&checksum, bytes.data() + kSegmentHeaderBytes - 4, sizeof checksum);
  const bool intact = crc32c(0, bytes.substr(0, kSegmentHeaderBytes - 4)) == checksum;
  if ((version < kLogVersionOldest || version > kLogVersion) && intact)
    return Error{Code::kUnsupportedVersion,
                 path + " has log format " + std::to_string(version) + ", this build reads " +
                     std::to_string(kLogVersionOldest) + " to " + std::to_string(kLogVersion),
                 "open it with the engram version that wrote it"};
  if (!intact) return damaged("the segment header's checksum does not match");
  SegmentHeader header;
  header.version = version;
  reader.get<uint32_t>();  // header size, fixed in this version
  const View uuid = reader.raw(header.uuid.size());
  std::memcpy(header.uuid.data(), uuid.data(), uuid.size());
  header.first = reader.get<uint64_t>();
  header.chain = reader.get<uint32_t>();
  return header;
}

}  // namespace engram
