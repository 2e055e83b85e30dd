// Numbers of ordinals in the order of the numbers: what a range is cut out of. A sorted list in blocks, so
// that an insertion moves one block and a range reads memory in order; 16 bytes an entry.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace engram {

class Column {
 public:
  struct Entry {
    double value;
    uint32_t ordinal;
    auto operator<=>(const Entry&) const = default;
  };

  /** The pair must not be there; the value is no NaN. */
  void add(double value, uint32_t ordinal);
  void remove(double value, uint32_t ordinal);

  bool has(double value, uint32_t ordinal) const;
  size_t size() const { return size_; }
  /** Entries with minimum ≤ value ≤ maximum. */
  size_t count(double minimum, double maximum) const;
  /** Ascending, ties by ordinal. */
  template <typename Visit>
  void for_each(double minimum, double maximum, Visit visit) const {
    ascend({minimum, 0}, maximum, [&](const Entry& entry) {
      visit(entry);
      return true;
    });
  }
  /** Ascending from `first` on, until `visit` returns false. */
  template <typename Visit>
  void ascend(const Entry& first, double maximum, Visit visit) const {
    for (size_t block = first_block(first); block < blocks_.size(); ++block)
      for (const Entry& entry : blocks_[block]) {
        if (entry < first) continue;
        if (entry.value > maximum || !visit(entry)) return;
      }
  }
  /** Descending, ties by ordinal ascending, until `visit` returns false. */
  template <typename Visit>
  void descend(double minimum, double maximum, Visit visit) const {
    std::vector<Entry> ties;
    const auto flush = [&] {
      for (size_t at = ties.size(); at-- > 0;)
        if (!visit(ties[at])) return false;
      ties.clear();
      return true;
    };
    if (blocks_.empty()) return;
    for (size_t block = first_block({maximum, 0xFFFF'FFFF}) + 1; block-- > 0;)
      for (size_t at = blocks_[block].size(); at-- > 0;) {
        const Entry& entry = blocks_[block][at];
        if (entry.value > maximum) continue;
        if (entry.value < minimum) {
          flush();
          return;
        }
        if (!ties.empty() && ties.front().value != entry.value && !flush()) return;
        ties.push_back(entry);
      }
    flush();
  }

 private:
  static constexpr size_t kBlockMaxEntries = 512;

  /** The block that holds `entry`, or would: the last one that begins at or before it. */
  size_t first_block(const Entry& entry) const;
  /** Entries before `entry`. */
  size_t rank(const Entry& entry) const;

  std::vector<std::vector<Entry>> blocks_;  // none empty
  size_t size_ = 0;
};

}  // namespace engram
