// Which requests have been answered: a write that bears a key is done once, and a repetition gets the first
// answer, also after a restart (the log and the snapshot hold the keys). The newest are kept, so that memory
// is bounded: a client that repeats itself does so within minutes, not after thousands of other writes. One
// writer or many readers at a time: the caller locks.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/error.h"
#include "log/record.h"

namespace engram {

class IdempotencyKeys {
 public:
  static constexpr size_t kKept = 16'384;

  struct Answer {
    uint64_t fingerprint = 0;
    Sequence sequence = 0;
  };

  /** The sequence that the key's first request got; nothing when the key is new or none. Code::kConflict when
   * that was another request. */
  Result<std::optional<Sequence>> find(const RecordTag& tag) const;
  /** A key that is new; without one nothing happens. */
  void remember(const RecordTag& tag, Sequence sequence);

  size_t size() const { return order_.size(); }
  /** Oldest first. */
  template <typename Visit>
  void for_each(Visit visit) const {
    for (const std::string& key : order_) visit(View(key), answers_.at(key));
  }

 private:
  std::deque<std::string> order_;
  std::unordered_map<std::string, Answer> answers_;
};

}  // namespace engram
