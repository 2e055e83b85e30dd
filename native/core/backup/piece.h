// A stretch of records as a log segment of its own: what backups are made of and restored spaces begin with.
#pragma once

#include <functional>
#include <string>

#include "backup/manifest.h"
#include "log/segment.h"

namespace engram {

/** Builds a segment that goes on behind one record. All its records are of one format. */
class Piece {
 public:
  Piece(const SpaceUuid& uuid, const ChainPosition& before) : uuid_(uuid), before_(before), last_(before) {}

  /** Whether a record of that format may be added. */
  bool accepts(uint32_t version) const { return bytes_.empty() || version == version_; }
  /** The record must be the next one. */
  void add(const Record& record, uint32_t version);
  const ChainPosition& last() const { return last_; }
  bool empty() const { return bytes_.empty(); }
  /** The whole file; just a header when nothing was added. */
  const Bytes& bytes();

 private:
  void begin(uint32_t version);

  SpaceUuid uuid_;
  ChainPosition before_;
  ChainPosition last_;
  uint32_t version_ = kLogVersion;
  Bytes bytes_;
};

using PieceVisitor = std::function<Status(const Record&, uint32_t version)>;

/** Every record of a piece of a backup, in order. Code::kDamaged when it is not what the manifest says; an
 * error of `visit` ends it. */
Status read_piece(View bytes, const std::string& path, const Manifest& manifest, const BackupFile& file,
                  const PieceVisitor& visit);

}  // namespace engram
