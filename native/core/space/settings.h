// What a space was made with, kept in its own small file. FORMAT.md, "space".
#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/error.h"
#include "log/record.h"

namespace engram {

inline constexpr const char* kSettingsName = "space";

struct SpaceSettings {
  uint32_t dimension = 0;
};

Bytes encode_settings(const SpaceSettings& settings, const SpaceUuid& uuid);
/** Errors: Code::kDamaged, Code::kUnsupportedVersion, naming `path`. */
Status decode_settings(View bytes, const std::string& path, SpaceSettings& settings, SpaceUuid& uuid);

}  // namespace engram
