#include "space/settings.h"

#include <cstring>

#include "base/crc32c.h"
#include "base/limits.h"

namespace engram {
namespace {

constexpr View kSettingsMagic = "ENGRSPCE";
constexpr uint32_t kSettingsVersion = 1;

}  // namespace

Bytes encode_settings(const SpaceSettings& settings, const SpaceUuid& uuid) {
  Bytes bytes;
  Writer writer(bytes);
  writer.raw(kSettingsMagic);
  writer.put(kSettingsVersion);
  writer.put(settings.dimension);
  writer.raw({uuid.data(), uuid.size()});
  writer.put(crc32c(0, bytes));
  return bytes;
}

Status decode_settings(View bytes, const std::string& path, SpaceSettings& settings, SpaceUuid& uuid) {
  Reader reader(bytes);
  const View magic = reader.raw(kSettingsMagic.size());
  const auto version = reader.get<uint32_t>();
  settings.dimension = reader.get<uint32_t>();
  const View raw = reader.raw(uuid.size());
  const auto stored = reader.get<uint32_t>();
  if (!reader.done() || magic != kSettingsMagic ||
      stored != crc32c(0, bytes.substr(0, bytes.size() - sizeof(uint32_t))))
    return Error{Code::kDamaged, path + " is not a space's settings, or is damaged",
                 "restore it from a backup"};
  if (version != kSettingsVersion)
    return Error{Code::kUnsupportedVersion, path + " has format version " + std::to_string(version),
                 "open it with a build of engram that knows this version"};
  if (!is_dimension(settings.dimension))
    return Error{Code::kDamaged,
                 path + " says that vectors have dimension " + std::to_string(settings.dimension),
                 "restore it from a backup"};
  std::memcpy(uuid.data(), raw.data(), raw.size());
  return {};
}

}  // namespace engram
