#include "space/attributes.h"

#include <algorithm>
#include <cmath>

#include "base/limits.h"
#include "base/utf8.h"

namespace engram {
namespace {

enum class Tag : uint8_t { kString = 0, kNumber = 1, kBool = 2 };
static_assert(
    std::is_same_v<std::variant_alternative_t<static_cast<size_t>(Tag::kBool), AttributeValue>, bool>);

void encode_value(Writer& writer, const AttributeValue& value) {
  writer.put(static_cast<uint8_t>(value.index()));
  if (const auto* text = std::get_if<std::string>(&value)) writer.sized<uint32_t>(*text);
  if (const auto* number = std::get_if<double>(&value)) writer.put(*number);
  if (const auto* flag = std::get_if<bool>(&value)) writer.put(static_cast<uint8_t>(*flag));
}

std::optional<AttributeValue> decode_value(Reader& reader) {
  switch (static_cast<Tag>(reader.get<uint8_t>())) {
    case Tag::kString:
      return AttributeValue(std::string(reader.sized<uint32_t>()));
    case Tag::kNumber: {
      const double number = reader.get<double>();
      if (!std::isfinite(number)) return std::nullopt;  // none is ever written (fuzz: attributes)
      return AttributeValue(number);
    }
    case Tag::kBool:
      return AttributeValue(reader.get<uint8_t>() != 0);
  }
  return std::nullopt;
}

}  // namespace

Status check_attributes(const Attributes& attributes) {
  if (attributes.size() > kAttributesMaxCount)
    return Error{Code::kTooLarge,
                 std::to_string(attributes.size()) + " attributes, at most " +
                     std::to_string(kAttributesMaxCount) + " are kept",
                 "move what is not filtered on into the content"};
  for (const auto& [key, value] : attributes) {
    if (key.empty() || key.size() > kAttributeKeyMaxBytes || !is_utf8(key) || has_control(key))
      return Error::invalid(
          "attribute key " + quote_text(key) + " is not 1 to 255 bytes of text without control characters",
          "rename the attribute");
    if (const auto* text = std::get_if<std::string>(&value); text != nullptr && !is_utf8(*text))
      return Error::invalid("attribute " + quote_text(key) + " is not valid UTF-8",
                            "encode the text as UTF-8");
    if (const auto* number = std::get_if<double>(&value); number != nullptr && !std::isfinite(*number))
      return Error::invalid("attribute " + quote_text(key) + " is " + std::to_string(*number),
                            "leave the attribute out where there is no number");
  }
  if (const size_t bytes = encode_attributes(attributes).size(); bytes > kAttributesMaxBytes)
    return Error{Code::kTooLarge,
                 "attributes of " + std::to_string(bytes) + " bytes, at most " +
                     std::to_string(kAttributesMaxBytes) + " are kept",
                 "move long text into the content"};
  return {};
}

Bytes encode_attributes(const Attributes& attributes) {
  Bytes out;
  if (attributes.empty()) return out;
  Writer writer(out);
  writer.put(static_cast<uint16_t>(attributes.size()));
  for (const auto& [key, value] : attributes) {
    writer.sized<uint8_t>(key);
    encode_value(writer, value);
  }
  return out;
}

std::optional<Attributes> decode_attributes(View bytes) {
  Attributes attributes;
  if (bytes.empty()) return attributes;
  Reader reader(bytes);
  const uint16_t count = reader.get<uint16_t>();
  for (uint16_t i = 0; i < count && reader.ok(); ++i) {
    std::string key(reader.sized<uint8_t>());
    auto value = decode_value(reader);
    if (!value) return std::nullopt;
    attributes.emplace_hint(attributes.end(), std::move(key), std::move(*value));
  }
  if (!reader.done() || encode_attributes(attributes) != bytes) return std::nullopt;
  return attributes;
}

std::optional<AttributeValue> find_attribute(View bytes, std::string_view key) {
  Reader reader(bytes);
  const uint16_t count = bytes.empty() ? uint16_t{0} : reader.get<uint16_t>();
  for (uint16_t i = 0; i < count && reader.ok(); ++i) {
    const View found = reader.sized<uint8_t>();
    auto value = decode_value(reader);
    if (found == key) return value;
  }
  return std::nullopt;
}

}  // namespace engram
