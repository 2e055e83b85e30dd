#include "space/filter.h"

#include <algorithm>
#include <cmath>

#include "base/limits.h"
#include "base/utf8.h"

namespace engram {
namespace {

/** Counts what is in the tree, so that neither its depth nor its breadth is without bound. */
Status check_condition(const Condition& condition, size_t depth, size_t& parts) {
  if (depth > kFilterMaxDepth)
    return Error{Code::kTooLarge, "the filter nests deeper than " + std::to_string(kFilterMaxDepth),
                 "flatten it: all of all is one all"};
  parts += 1 + condition.values.size();
  if (parts > kFilterMaxParts)
    return Error{Code::kTooLarge,
                 "the filter has more than " + std::to_string(kFilterMaxParts) + " conditions and values",
                 "mark what belongs together by an attribute of its own, and filter on that"};
  using Kind = Condition::Kind;
  const bool on_key =
      condition.kind == Kind::kIn || condition.kind == Kind::kRange || condition.kind == Kind::kExists;
  if (on_key && (condition.key.empty() || condition.key.size() > kAttributeKeyMaxBytes))
    return Error::invalid("the filter asks for attribute " + quote_text(condition.key),
                          "name an attribute by 1 to 255 bytes of text");
  if (condition.kind == Kind::kRange && (std::isnan(condition.minimum) || std::isnan(condition.maximum) ||
                                         condition.minimum > condition.maximum))
    return Error::invalid("the filter's range of " + quote_text(condition.key) + " is " +
                              std::to_string(condition.minimum) + " to " + std::to_string(condition.maximum),
                          "pass numbers, the smaller one first");
  if (condition.kind == Kind::kNot && condition.parts.size() != 1)
    return Error::invalid("the filter negates " + std::to_string(condition.parts.size()) + " conditions",
                          "negate one: join several by all or any");
  for (const Condition& part : condition.parts) ENGRAM_TRY(check_condition(part, depth + 1, parts));
  return {};
}

}  // namespace

Condition Condition::all(std::vector<Condition> parts) {
  Condition made;
  made.kind = Kind::kAll;
  made.parts = std::move(parts);
  return made;
}

Condition Condition::any(std::vector<Condition> parts) {
  Condition made = all(std::move(parts));
  made.kind = Kind::kAny;
  return made;
}

Condition Condition::none_of(Condition part) {
  Condition made;
  made.kind = Kind::kNot;
  made.parts.push_back(std::move(part));
  return made;
}

Condition Condition::in(std::string key, std::vector<AttributeValue> values) {
  Condition made;
  made.kind = Kind::kIn;
  made.key = std::move(key);
  made.values = std::move(values);
  return made;
}

Condition Condition::range(std::string key, double minimum, double maximum) {
  Condition made;
  made.kind = Kind::kRange;
  made.key = std::move(key);
  made.minimum = minimum;
  made.maximum = maximum;
  return made;
}

Condition Condition::exists(std::string key) {
  Condition made;
  made.kind = Kind::kExists;
  made.key = std::move(key);
  return made;
}

Status check_filter(const RecallFilter& filter) {
  size_t parts = 0;
  if (filter.where) ENGRAM_TRY(check_condition(*filter.where, 1, parts));
  const double from = filter.from_ms.value_or(-kTimeMaxMs);
  const double until = filter.until_ms.value_or(kTimeMaxMs);
  if (!(std::abs(from) <= kTimeMaxMs) || !(std::abs(until) <= kTimeMaxMs) || from > until)
    return Error::invalid("the filter's time is " + std::to_string(from) + " to " + std::to_string(until),
                          "pass milliseconds since 1970 in the range of a Date, the earlier first");
  if (!(filter.minimum_confidence >= 0 && filter.minimum_confidence <= 1))
    return Error::invalid("the minimum confidence is " + std::to_string(filter.minimum_confidence),
                          "pass a number from 0 to 1");
  return {};
}

bool meets(const Condition& condition, View attributes) {
  const auto part_meets = [&](const Condition& part) { return meets(part, attributes); };
  switch (condition.kind) {
    case Condition::Kind::kAll:
      return std::all_of(condition.parts.begin(), condition.parts.end(), part_meets);
    case Condition::Kind::kAny:
      return std::any_of(condition.parts.begin(), condition.parts.end(), part_meets);
    case Condition::Kind::kNot:
      return !part_meets(condition.parts.front());
    case Condition::Kind::kExists:
      return find_attribute(attributes, condition.key).has_value();
    case Condition::Kind::kIn: {
      const auto value = find_attribute(attributes, condition.key);
      return value &&
             std::find(condition.values.begin(), condition.values.end(), *value) != condition.values.end();
    }
    case Condition::Kind::kRange: {
      const auto value = find_attribute(attributes, condition.key);
      const auto* number = value ? std::get_if<double>(&*value) : nullptr;
      return number != nullptr && *number >= condition.minimum && *number <= condition.maximum;
    }
  }
  return false;
}

}  // namespace engram
