#include "backup/piece.h"

#include <cassert>

namespace engram {

void Piece::begin(uint32_t version) {
  version_ = version;
  bytes_ = encode_segment_header({uuid_, before_.sequence + 1, before_.chain, version});
}

void Piece::add(const Record& record, uint32_t version) {
  assert(accepts(version) && follows(record, last_));
  if (bytes_.empty()) begin(version);
  bytes_ += record.bytes;
  last_ = moved_onto(record, last_);
}

const Bytes& Piece::bytes() {
  if (bytes_.empty()) begin(kLogVersion);
  return bytes_;
}

Status read_piece(View bytes, const std::string& path, const Manifest& manifest, const BackupFile& file,
                  const PieceVisitor& visit) {
  const auto header = decode_segment_header(bytes, path);
  ENGRAM_TRY(header);
  if (header->uuid != manifest.uuid || header->first != file.before.sequence + 1 ||
      header->chain != file.before.chain)
    return damaged_backup(path, "does not go on where the manifest says");
  ChainPosition position = file.before;
  for (size_t offset = kSegmentHeaderBytes; offset < bytes.size();) {
    const auto record = decode_record(bytes, offset, manifest.uuid, header->version);
    if (!record || !follows(*record, position))
      return damaged_backup(path, "record " + std::to_string(position.sequence + 1) + " is unreadable");
    position = moved_onto(*record, position);
    offset += record->size;
    ENGRAM_TRY(visit(*record, header->version));
  }
  if (position.sequence != file.last.sequence || position.chain != file.last.chain)
    return damaged_backup(path, "ends at record " + std::to_string(position.sequence) +
                                    ", the manifest says " + std::to_string(file.last.sequence));
  return {};
}

}  // namespace engram
