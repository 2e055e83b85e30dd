#include "log/mark.h"

#include "base/crc32c.h"

namespace engram {
namespace {
constexpr View kMarkMagic = "engramMK";
constexpr uint32_t kMarkVersion = 1;
}  // namespace

Bytes encode_mark(const SpaceUuid& uuid, Sequence synced) {
  Bytes out;
  Writer writer(out);
  writer.raw(kMarkMagic);
  writer.put(kMarkVersion);
  writer.put(synced);
  writer.zeros(kMarkBytes - 4 - out.size());
  writer.put(crc32c(crc32c(0, {uuid.data(), uuid.size()}), out));
  return out;
}

std::optional<Sequence> decode_mark(View bytes, const SpaceUuid& uuid) {
  if (bytes.size() != kMarkBytes) return std::nullopt;
  Reader reader(bytes);
  if (reader.raw(kMarkMagic.size()) != kMarkMagic || reader.get<uint32_t>() != kMarkVersion)
    return std::nullopt;
  const Sequence synced = reader.get<uint64_t>();
  if (encode_mark(uuid, synced) != bytes) return std::nullopt;
  return synced;
}

}  // namespace engram
