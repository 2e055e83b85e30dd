// Which episodes have which attributes and times: kept up to date by every write, rebuilt when a space is
// opened, and asked by every filter. In memory only. One writer or many readers at a time: the caller locks.
#pragma once

#include <array>
#include <map>
#include <string>

#include "space/column.h"
#include "space/filter.h"
#include "space/postings.h"

namespace engram {

class AttributeIndex {
 public:
  /** An episode that is not there yet; `attributes` in their canonical encoding. */
  void add(uint32_t ordinal, double at_ms, View attributes);
  /** With what it was added by. */
  void remove(uint32_t ordinal, double at_ms, View attributes);

  size_t size() const { return times_.size(); }
  /** Whether it was added with these and not removed: for verification, one by one. */
  bool holds(uint32_t ordinal, double at_ms, View attributes) const;
  /** The episodes that meet the filter's condition and time; its minimum confidence is the caller's to ask.
   */
  OrdinalSet select(const RecallFilter& filter) const;
  /** The episodes by time. */
  const Column& times() const { return times_; }

 private:
  /** All episodes that have an attribute of this name, by the type of its value. */
  struct Key {
    Postings present;
    std::map<std::string, Postings, std::less<>> texts;
    Column numbers;
    std::array<Postings, 2> flags;
  };

  template <typename Change>
  void change(View attributes, Change change);
  OrdinalSet select(const Condition& condition) const;
  OrdinalSet select(const Key& key, const std::vector<AttributeValue>& values) const;
  OrdinalSet select_time(double from_ms, double until_ms) const;
  OrdinalSet everything() const;
  OrdinalSet nothing() const { return OrdinalSet(ordinals_); }

  std::map<std::string, Key, std::less<>> keys_;
  Column times_;
  Postings live_;
  size_t ordinals_ = 0;  // one more than the greatest there ever was
};

}  // namespace engram
