#include "base/error.h"

#include <array>

namespace engram {
namespace {

constexpr std::array<std::string_view, 14> kNames = {
    "invalid_argument",    "not_found", "too_large", "conflict", "locked",
    "read_only",           "disk_full", "io",        "poisoned", "damaged",
    "unsupported_version", "closed",    "compacted", "internal"};
static_assert(kNames.size() == static_cast<size_t>(Code::kInternal) + 1);

}  // namespace

std::string_view code_name(Code code) { return kNames[static_cast<size_t>(code)]; }

}  // namespace engram
