#include "space/snapshot.h"

#include "base/crc32c.h"

namespace engram {
namespace {

constexpr View kSnapshotMagic = "engramSN";
constexpr uint32_t kSnapshotVersion = 5;
// 1 had no time and no keys, 2 no vector graph, 3 no time constant of the power law, 4 stabilities instead of
// traces; all read the same.
constexpr uint32_t kVersionOldest = 1;
constexpr size_t kHeaderBytes = 64;
constexpr size_t kSectionHeaderBytes = 16;

Error damaged(const std::string& path, const std::string& what) {
  return {Code::kDamaged, path + ": " + what, "restore the space from a backup or replica"};
}

}  // namespace

SnapshotWriter::SnapshotWriter(const SnapshotHeader& header, Bytes room) : bytes_(std::move(room)) {
  bytes_.clear();
  Writer writer(bytes_);
  writer.raw(kSnapshotMagic);
  writer.put(kSnapshotVersion);
  writer.put(header.dimension);
  writer.raw({header.uuid.data(), header.uuid.size()});
  writer.put(header.position.sequence);
  writer.put(header.position.chain);
  writer.put(header.position.at_ms);
  writer.zeros(kHeaderBytes - sizeof(uint32_t) - bytes_.size());
  chain_ = crc32c(0, bytes_);
  writer.put(chain_);
}

void SnapshotWriter::section(const Operation& operation) {
  const size_t start = bytes_.size();
  Writer writer(bytes_);
  writer.put(static_cast<uint16_t>(type_of(operation)));
  writer.zeros(kSectionHeaderBytes - sizeof(uint16_t));
  encode_operation(bytes_, operation);
  const uint64_t length = bytes_.size() - start - kSectionHeaderBytes;
  std::memcpy(bytes_.data() + start + 4, &length, sizeof length);
  chain_ = crc32c(chain_, View(bytes_).substr(start));
  std::memcpy(bytes_.data() + start + 12, &chain_, sizeof chain_);
}

Bytes SnapshotWriter::finish(uint64_t episodes, uint64_t edges) {
  section(EndOperation{episodes, edges, {}});
  return std::move(bytes_);
}

Result<SnapshotHeader> read_snapshot(View bytes, const std::string& path, const SpaceUuid& uuid,
                                     uint32_t dimension, const SectionVisitor& visit) {
  if (bytes.size() < kHeaderBytes) return damaged(path, "shorter than a snapshot's header");
  Reader reader(bytes.substr(0, kHeaderBytes));
  const bool ours = reader.raw(kSnapshotMagic.size()) == kSnapshotMagic;
  const auto version = reader.get<uint32_t>();
  SnapshotHeader header;
  header.dimension = reader.get<uint32_t>();
  const View raw = reader.raw(header.uuid.size());
  std::memcpy(header.uuid.data(), raw.data(), raw.size());
  header.position.sequence = reader.get<uint64_t>();
  header.position.chain = reader.get<uint32_t>();
  header.position.at_ms = reader.get<double>();
  uint32_t stored;
  std::memcpy(&stored, bytes.data() + kHeaderBytes - sizeof stored, sizeof stored);
  if (!ours || crc32c(0, bytes.substr(0, kHeaderBytes - sizeof stored)) != stored)
    return damaged(path, "the header is damaged, or this is no snapshot");
  if (version < kVersionOldest || version > kSnapshotVersion)
    return Error{Code::kUnsupportedVersion,
                 path + " has snapshot format " + std::to_string(version) + ", this build reads " +
                     std::to_string(kVersionOldest) + " to " + std::to_string(kSnapshotVersion),
                 "open it with the engram version that wrote it"};
  if (header.uuid != uuid || header.dimension != dimension)
    return damaged(path, "it is the snapshot of another space");

  uint64_t episodes = 0;
  uint64_t edges = 0;
  uint32_t chain = stored;
  for (size_t offset = kHeaderBytes;;) {
    const std::string where = "the section at byte " + std::to_string(offset);
    if (bytes.size() - offset < kSectionHeaderBytes) return damaged(path, where + " is cut short");
    Bytes frame(bytes.substr(offset, kSectionHeaderBytes));
    Reader fields(frame);
    const auto type = fields.get<uint16_t>();
    fields.get<uint16_t>();
    const auto length = fields.get<uint64_t>();
    const auto checksum = fields.get<uint32_t>();
    if (length > bytes.size() - offset - kSectionHeaderBytes) return damaged(path, where + " is cut short");
    std::memset(frame.data() + 12, 0, sizeof checksum);
    const View payload = bytes.substr(offset + kSectionHeaderBytes, length);
    chain = crc32c(crc32c(chain, frame), payload);
    if (chain != checksum) return damaged(path, where + " does not match its checksum");
    const auto operation = decode_operation(type, payload, dimension);
    if (!operation) return damaged(path, where + " is of a kind this build does not know");
    offset += kSectionHeaderBytes + length;
    if (const auto* end = std::get_if<EndOperation>(&*operation)) {
      if (end->episodes != episodes || end->edges != edges || offset != bytes.size())
        return damaged(path, "its end does not match what it holds");
      return header;
    }
    if (const auto* state = std::get_if<StateOperation>(&*operation)) episodes += state->episodes.size();
    if (const auto* some = std::get_if<EdgesOperation>(&*operation)) edges += some->edges.size();
    ENGRAM_TRY(visit(*operation));
  }
}

}  // namespace engram
