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

/** One condition on one attribute; an episode without the attribute never meets it. */
struct AttributeCondition {
  std::string key;
  std::vector<AttributeValue> any_of;  // equal to one of them; empty: no such condition
  std::optional<double> minimum;       // a number, at least
  std::optional<double> maximum;       // a number, at most
};

bool meets(const AttributeCondition& condition, const std::optional<AttributeValue>& value);

}  // namespace engram
