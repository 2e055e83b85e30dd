#include "backup/manifest.h"

#include "base/crc32c.h"
#include "base/limits.h"
#include "log/segment.h"

namespace engram {
namespace {

constexpr View kManifestMagic = "engramBK";
constexpr uint32_t kVersion = 1;

void put(Writer& writer, const ChainPosition& position) {
  writer.put(position.sequence);
  writer.put(position.chain);
  writer.put(position.at_ms);
}

ChainPosition get_position(Reader& reader) {
  ChainPosition position;
  position.sequence = reader.get<uint64_t>();
  position.chain = reader.get<uint32_t>();
  position.at_ms = reader.get<double>();
  return position;
}

}  // namespace

Error damaged_backup(const std::string& path, const std::string& what) {
  return {Code::kDamaged, path + ": " + what, "use another backup; this one is refused as a whole"};
}

std::string backup_snapshot_name(Sequence sequence) {
  return "snapshot-" + segment_name(sequence).substr(segment_name(0).find('0'));
}

ChainPosition Manifest::end() const {
  return files.empty() ? ChainPosition{0, chain_start(uuid), 0} : files.back().last;
}

Bytes encode_manifest(const Manifest& manifest) {
  Bytes bytes;
  Writer writer(bytes);
  writer.raw(kManifestMagic);
  writer.put(kVersion);
  writer.put(manifest.dimension);
  writer.raw({manifest.uuid.data(), manifest.uuid.size()});
  writer.put(static_cast<uint32_t>(manifest.files.size()));
  for (const BackupFile& file : manifest.files) {
    writer.put(static_cast<uint8_t>(file.kind));
    writer.sized<uint8_t>(file.name);
    put(writer, file.before);
    put(writer, file.last);
    writer.put(file.bytes);
    writer.put(file.checksum);
  }
  writer.put(crc32c(0, bytes));
  return bytes;
}

Result<Manifest> decode_manifest(View bytes, const std::string& path) {
  uint32_t stored = 0;
  if (bytes.size() < kManifestMagic.size() + sizeof stored)
    return damaged_backup(path, "too short for a manifest");
  const View covered = bytes.substr(0, bytes.size() - sizeof stored);
  std::memcpy(&stored, bytes.data() + covered.size(), sizeof stored);
  Reader reader(covered);
  if (reader.raw(kManifestMagic.size()) != kManifestMagic || crc32c(0, covered) != stored)
    return damaged_backup(path, "the manifest is damaged, or this is none");
  if (const auto version = reader.get<uint32_t>(); version != kVersion)
    return Error{Code::kUnsupportedVersion,
                 path + " has backup format " + std::to_string(version) + ", this build reads " +
                     std::to_string(kVersion),
                 "restore it with the engram version that wrote it"};
  Manifest manifest;
  manifest.dimension = reader.get<uint32_t>();
  if (!is_dimension(manifest.dimension))
    return damaged_backup(path, "says that vectors have dimension " + std::to_string(manifest.dimension));
  const View uuid = reader.raw(manifest.uuid.size());
  if (uuid.size() == manifest.uuid.size()) std::memcpy(manifest.uuid.data(), uuid.data(), uuid.size());
  for (uint32_t left = reader.get<uint32_t>(); left > 0 && reader.ok(); --left) {
    BackupFile file;
    const auto kind = reader.get<uint8_t>();
    if (kind != 1 && kind != 2) return damaged_backup(path, "names a file of unknown kind");
    file.kind = static_cast<BackupFile::Kind>(kind);
    file.name = std::string(reader.sized<uint8_t>());
    file.before = get_position(reader);
    file.last = get_position(reader);
    file.bytes = reader.get<uint64_t>();
    file.checksum = reader.get<uint32_t>();
    manifest.files.push_back(std::move(file));
  }
  if (!reader.done()) return damaged_backup(path, "the manifest's length is wrong");
  return manifest;
}

Result<Manifest> read_manifest(Disk& disk, const std::string& directory) {
  const std::string path = join_path(directory, kManifestName);
  auto bytes = read_file(disk, path);
  ENGRAM_TRY(bytes);
  return decode_manifest(*bytes, path);
}

Result<Bytes> read_backup_file(Disk& disk, const std::string& directory, const BackupFile& file) {
  const std::string path = join_path(directory, file.name);
  auto bytes = read_file(disk, path);
  if (!bytes && bytes.error().code == Code::kNotFound)
    return damaged_backup(path, "is missing, the manifest names it");
  ENGRAM_TRY(bytes);
  if (bytes->size() != file.bytes)
    return damaged_backup(path, "has " + std::to_string(bytes->size()) + " bytes, the manifest says " +
                                    std::to_string(file.bytes));
  if (crc32c(0, *bytes) != file.checksum)
    return damaged_backup(path, "does not match its checksum: it is damaged, or another file");
  return bytes;
}

}  // namespace engram
