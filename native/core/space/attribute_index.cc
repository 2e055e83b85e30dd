#include "space/attribute_index.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "base/limits.h"

namespace engram {

template <typename Change>
void AttributeIndex::change(View attributes, Change change) {
  const auto decoded = decode_attributes(attributes);
  assert(decoded);
  for (const auto& [name, value] : *decoded) {
    Key& key = keys_[name];
    change(key, value);
    if (key.present.count() == 0) keys_.erase(name);
  }
}

void AttributeIndex::add(uint32_t ordinal, double at_ms, View attributes) {
  ordinals_ = std::max<size_t>(ordinals_, size_t{ordinal} + 1);
  live_.add(ordinal);
  times_.add(at_ms, ordinal);
  change(attributes, [&](Key& key, const AttributeValue& value) {
    key.present.add(ordinal);
    if (const auto* text = std::get_if<std::string>(&value)) key.texts[*text].add(ordinal);
    if (const auto* number = std::get_if<double>(&value)) key.numbers.add(*number, ordinal);
    if (const auto* flag = std::get_if<bool>(&value)) key.flags[*flag ? 1 : 0].add(ordinal);
  });
}

void AttributeIndex::remove(uint32_t ordinal, double at_ms, View attributes) {
  live_.remove(ordinal);
  times_.remove(at_ms, ordinal);
  change(attributes, [&](Key& key, const AttributeValue& value) {
    key.present.remove(ordinal);
    if (const auto* text = std::get_if<std::string>(&value)) {
      const auto postings = key.texts.find(*text);
      postings->second.remove(ordinal);
      if (postings->second.count() == 0) key.texts.erase(postings);
    }
    if (const auto* number = std::get_if<double>(&value)) key.numbers.remove(*number, ordinal);
    if (const auto* flag = std::get_if<bool>(&value)) key.flags[*flag ? 1 : 0].remove(ordinal);
  });
}

bool AttributeIndex::holds(uint32_t ordinal, double at_ms, View attributes) const {
  if (!live_.has(ordinal) || !times_.has(at_ms, ordinal)) return false;
  const auto decoded = decode_attributes(attributes);
  return decoded && std::all_of(decoded->begin(), decoded->end(), [&](const auto& attribute) {
           const auto found = keys_.find(attribute.first);
           if (found == keys_.end()) return false;
           const Key& key = found->second;
           if (const auto* number = std::get_if<double>(&attribute.second))
             return key.numbers.has(*number, ordinal);
           if (const auto* flag = std::get_if<bool>(&attribute.second))
             return key.flags[*flag ? 1 : 0].has(ordinal);
           const auto text = key.texts.find(std::get<std::string>(attribute.second));
           return text != key.texts.end() && text->second.has(ordinal);
         });
}

OrdinalSet AttributeIndex::everything() const {
  OrdinalSet set = nothing();
  live_.add_to(set);
  return set;
}

OrdinalSet AttributeIndex::select(const RecallFilter& filter) const {
  OrdinalSet set = filter.where ? select(*filter.where) : everything();
  if (filter.from_ms || filter.until_ms)
    set &= select_time(filter.from_ms.value_or(-kTimeMaxMs), filter.until_ms.value_or(kTimeMaxMs));
  return set;
}

/** By the members of the span or, when they are the more, by those that are not. */
OrdinalSet AttributeIndex::select_time(double from_ms, double until_ms) const {
  const bool few = times_.count(from_ms, until_ms) * 2 <= times_.size();
  OrdinalSet set = nothing();
  const auto add = [&](const Column::Entry& entry) { set.add(entry.ordinal); };
  if (few) {
    times_.for_each(from_ms, until_ms, add);
    return set;
  }
  times_.for_each(-Condition::kInfinity, std::nextafter(from_ms, -Condition::kInfinity), add);
  times_.for_each(std::nextafter(until_ms, Condition::kInfinity), Condition::kInfinity, add);
  set.complement_in(everything());
  return set;
}

OrdinalSet AttributeIndex::select(const Key& key, const std::vector<AttributeValue>& values) const {
  OrdinalSet set = nothing();
  for (const AttributeValue& value : values) {
    if (const auto* text = std::get_if<std::string>(&value))
      if (const auto postings = key.texts.find(*text); postings != key.texts.end())
        postings->second.add_to(set);
    if (const auto* number = std::get_if<double>(&value))
      key.numbers.for_each(*number, *number, [&](const Column::Entry& entry) { set.add(entry.ordinal); });
    if (const auto* flag = std::get_if<bool>(&value)) key.flags[*flag ? 1 : 0].add_to(set);
  }
  return set;
}

OrdinalSet AttributeIndex::select(const Condition& condition) const {
  using Kind = Condition::Kind;
  OrdinalSet set = condition.kind == Kind::kAll ? everything() : nothing();
  switch (condition.kind) {
    case Kind::kAll:
      for (const Condition& part : condition.parts) set &= select(part);
      return set;
    case Kind::kAny:
      for (const Condition& part : condition.parts) set |= select(part);
      return set;
    case Kind::kNot:
      set = select(condition.parts.front());
      set.complement_in(everything());
      return set;
    case Kind::kIn:
    case Kind::kRange:
    case Kind::kExists:
      break;
  }
  const auto found = keys_.find(condition.key);
  if (found == keys_.end()) return set;
  const Key& key = found->second;
  if (condition.kind == Kind::kIn) return select(key, condition.values);
  if (condition.kind == Kind::kExists) key.present.add_to(set);
  if (condition.kind == Kind::kRange)
    key.numbers.for_each(condition.minimum, condition.maximum,
                         [&](const Column::Entry& entry) { set.add(entry.ordinal); });
  return set;
}

}  // namespace engram
