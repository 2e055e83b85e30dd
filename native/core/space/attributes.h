// The flat attribute map of an episode, kept in one canonical encoding: sorted by key, so that equal maps
// are equal bytes. FORMAT.md, "Attributes".
#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"

namespace engram {

using AttributeValue = std::variant<std::string, double, bool>;
using Attributes = std::map<std::string, AttributeValue, std::less<>>;

/** Checks keys, values and limits; the error names the key. */
Status check_attributes(const Attributes& attributes);

Bytes encode_attributes(const Attributes& attributes);
/** Nothing when the bytes are not a canonical encoding. */
std::optional<Attributes> decode_attributes(View bytes);
/** The value of one key without decoding the rest; nothing when the key is not there. */
std::optional<AttributeValue> find_attribute(View bytes, std::string_view key);

}  // namespace engram
