#include "memory/neighbours.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <numeric>
#include <optional>
#include <utility>

#include "base/random.h"
#include "memory/codes.h"
#include "memory/prefetch.h"
#include "vector/distance.h"

namespace engram {
// Named, not anonymous: what NeighbourSearch holds must be the same in every file.
namespace neighbours {

/** Members of a part by which a split finds its direction, and how often it does. */
constexpr size_t kSample = 32;
constexpr int kTurns = 3;
/** Parts of fewer members find it once: there are most of them, and little is left to part. */
constexpr size_t kManyMembers = 200;
/** By how much whole codes may be wrong about a cosine. */
constexpr float kCodeError = 0.01F;

bool nearer(const Neighbour& a, const Neighbour& b) {
  return a.cosine != b.cosine ? a.cosine > b.cosine : a.row < b.row;
}

/** What splits cut a set into: its members leaf by leaf, ascending within each. */
struct Tree {
  std::pmr::vector<uint32_t> members;
  std::pmr::vector<uint32_t> ends;  // of the leaves in `members`

  template <typename Visit>
  void each_leaf(Visit visit) const {
    uint32_t begin = 0;
    for (const uint32_t end : ends) {
      visit(std::span(members).subspan(begin, end - begin));
      begin = end;
    }
  }
};

std::pmr::vector<uint32_t> ascending(size_t count, std::pmr::memory_resource* memory) {
  std::pmr::vector<uint32_t> numbers(count, memory);
  std::iota(numbers.begin(), numbers.end(), 0U);
  return numbers;
}

/** Rows in another order: `row[place]`. */
struct Placed {
  const UnitRows& rows;
  std::span<const uint32_t> row;

  std::span<const float> operator[](uint32_t place) const { return rows[row[place]]; }
};

class Grower {
 public:
  /** Without rows it goes by what the codes tell of them. */
  Grower(const std::optional<Placed>& placed, Codes& codes, const NeighbourOptions& options,
         std::pmr::memory_resource* memory)
      : memory_(memory),
        placed_(placed),
        codes_(codes),
        options_(options),
        direction_(codes.dimension()),
        sample_(kSample),
        keys_(memory),
        sorted_(memory) {}

  Tree grow(uint64_t number) {
    const size_t count = codes_.size();
    Tree tree{ascending(count, memory_), std::pmr::vector<uint32_t>(memory_)};
    std::vector<Part> parts = {{0, count, mix64(options_.seed ^ (number * 0x9E3779B97F4A7C15ULL))}};
    while (!parts.empty()) {
      const Part part = parts.back();
      parts.pop_back();
      if (part.end - part.begin <= options_.leaf) {
        tree.ends.push_back(static_cast<uint32_t>(part.end));
        continue;
      }
      const size_t middle = part.begin + (part.end - part.begin) / 2;
      split(std::span(tree.members).subspan(part.begin, part.end - part.begin), part.path);
      parts.push_back({middle, part.end, mix64(part.path + 2)});
      parts.push_back({part.begin, middle, mix64(part.path + 1)});
    }
    return tree;
  }

 private:
  struct Part {
    size_t begin;
    size_t end;
    uint64_t path;  // where in the tree: seeds the split
  };

  /** Halves at the median of a direction; both halves stay ascending. */
  void split(std::span<uint32_t> members, uint64_t path) {
    Random random(path);
    const size_t count = members.size();
    aim(members, random);
    const auto along = codes_.rough(members);
    keys_.resize(count);
    for (size_t i = 0; i < count; ++i) keys_[i] = key(along[i], members[i]);
    sorted_ = keys_;
    const auto middle = sorted_.begin() + static_cast<ptrdiff_t>(count / 2);
    std::nth_element(sorted_.begin(), middle, sorted_.end());
    uint32_t* low = members.data();
    uint32_t* high = low + count / 2;
    for (const uint64_t one : keys_) *(one < *middle ? low : high)++ = static_cast<uint32_t>(one);
  }

  /** From one member to another; then, as often as that helps, from those of a sample that lie behind its
   * middle to those ahead of it: along what members differ in most a split parts few neighbours. */
  void aim(std::span<const uint32_t> members, Random& random) {
    const size_t first = random.below(members.size());
    const size_t second = (first + 1 + random.below(members.size() - 1)) % members.size();
    std::fill(direction_.begin(), direction_.end(), 0.0F);
    add(members[first], -1);
    add(members[second], 1);
    const int turns = members.size() < kManyMembers ? 1 : kTurns;
    for (int turn = 0; turn < turns; ++turn) {
      for (uint32_t& one : sample_) one = members[random.below(members.size())];
      codes_.ask(direction_);
      const auto along = codes_.rough(sample_);
      sorted_.clear();
      for (uint32_t i = 0; i < kSample; ++i) sorted_.push_back(key(along[i], i));
      std::sort(sorted_.begin(), sorted_.end());
      std::fill(direction_.begin(), direction_.end(), 0.0F);
      for (size_t i = 0; i < kSample; ++i)
        add(sample_[static_cast<uint32_t>(sorted_[i])], i < kSample / 2 ? -1 : 1);
    }
    codes_.ask(direction_);
  }

  void add(uint32_t member, float sign) {
    const auto row = placed_ ? (*placed_)[member] : codes_.values(member, told_);
    for (size_t i = 0; i < direction_.size(); ++i) direction_[i] += sign * row[i];
  }

  /** Ordered as the place along the direction, equals by number. */
  static uint64_t key(float along, uint32_t member) {
    const auto bits = std::bit_cast<uint32_t>(along + 0.0F);  // −0 is 0
    const uint32_t ordered = (bits & 0x8000'0000U) != 0 ? ~bits : bits | 0x8000'0000U;
    return uint64_t{ordered} << 32U | member;
  }

  std::pmr::memory_resource* const memory_;
  const std::optional<Placed> placed_;
  Codes& codes_;
  const NeighbourOptions& options_;
  CodeQuery told_;
  std::vector<float> direction_;
  std::vector<uint32_t> sample_;
  std::pmr::vector<uint64_t> keys_;
  std::pmr::vector<uint64_t> sorted_;
};

/** The best so far of each row: the best of a set under a total order, whatever order it comes in. */
class Best {
 public:
  Best(size_t rows, uint32_t most, float least, std::pmr::memory_resource* memory)
      : lists_(rows, most, memory), worst_(rows, least, memory) {}

  void offer(uint32_t at, Neighbour candidate) {
    if (candidate.cosine >= worst_[at]) insert(at, candidate);
  }
  /** Of a full list, else the least of use. */
  float worst(uint32_t at) const { return worst_[at]; }
  void prefetch_list(uint32_t at) const { prefetch(lists_[at].data(), lists_.most() * sizeof(Neighbour)); }
  const NeighbourLists& lists() const { return lists_; }
  NeighbourLists take_lists() { return std::move(lists_); }

 private:
  void insert(uint32_t at, Neighbour candidate) {
    const auto list = lists_[at];
    auto place = static_cast<uint32_t>(list.size());
    while (place > 0 && nearer(candidate, list[place - 1])) --place;
    if (place == lists_.most() || (place > 0 && list[place - 1].row == candidate.row)) return;
    lists_.insert(at, place, candidate);
    if (lists_[at].size() == lists_.most()) worst_[at] = lists_[at].back().cosine;
  }

  NeighbourLists lists_;
  std::pmr::vector<float> worst_;
};

/** Compares `at` with `others`, which it overwrites: whole codes of those that may enter a list. */
void compare(Codes& codes, Best& best, uint32_t at, std::vector<uint32_t>& others) {
  codes.ask(at);
  const auto rough = codes.rough(others);
  size_t kept = 0;
  for (size_t i = 0; i < others.size(); ++i) {
    const uint32_t other = others[i];
    if (rough[i] + codes.margin(other) < std::min(best.worst(at), best.worst(other))) continue;
    others[kept++] = other;
    codes.prefetch_rest(other);
    best.prefetch_list(other);
  }
  others.resize(kept);
  const auto fine = codes.fine(others);
  for (size_t i = 0; i < kept; ++i) {
    best.offer(at, {fine[i], others[i]});
    best.offer(others[i], {fine[i], at});
  }
}

/** Whom each row knew before a round: of each list the nearest. */
class Known {
 public:
  Known(const NeighbourLists& lists, uint32_t nearest, std::pmr::memory_resource* memory)
      : most_(std::min(lists.most(), nearest)),
        counts_(lists.size(), memory),
        entries_(lists.size() * most_, memory) {
    for (uint32_t at = 0; at < lists.size(); ++at) {
      const auto near = lists[at].first(std::min<size_t>(lists[at].size(), most_));
      counts_[at] = static_cast<uint32_t>(near.size());
      std::transform(near.begin(), near.end(), entries_.data() + size_t{at} * most_,
                     [](const Neighbour& one) { return one.row; });
    }
  }
  std::span<const uint32_t> operator[](uint32_t at) const {
    return {entries_.data() + size_t{at} * most_, counts_[at]};
  }
  /** For what is asked of all that `at` knows. */
  void prefetch_known(uint32_t at) const {
    for (const uint32_t near : (*this)[at]) {
      prefetch(entries_.data() + size_t{near} * most_, most_ * sizeof(uint32_t));
      prefetch(&counts_[near], sizeof(uint32_t));
    }
  }

 private:
  const uint32_t most_;
  std::pmr::vector<uint32_t> counts_;
  std::pmr::vector<uint32_t> entries_;
};

/** One round: every place looks at its neighbours' neighbours as they were before the round. */
void descend(const Known& known, Codes& codes, Best& best, std::pmr::memory_resource* memory) {
  constexpr uint32_t kNobody = std::numeric_limits<uint32_t>::max();
  const auto places = static_cast<uint32_t>(best.lists().size());
  std::pmr::vector<uint32_t> seen(places, kNobody, memory);
  std::vector<uint32_t> candidates;
  for (uint32_t at = 0; at < places; ++at) {
    if (at + 1 < places) known.prefetch_known(at + 1);
    candidates.clear();
    seen[at] = at;
    for (const uint32_t near : known[at]) seen[near] = at;
    for (const uint32_t near : known[at])
      for (const uint32_t next : known[near]) {
        if (std::exchange(seen[next], at) == at) continue;
        candidates.push_back(next);
        codes.prefetch_rough(next);
      }
    compare(codes, best, at, candidates);
  }
}

/** What codes found of use, with exact cosines. */
NeighbourLists exact(const UnitRows& rows, const NeighbourLists& found, float least,
                     std::pmr::memory_resource* memory) {
  const auto dot = bestKernels().dot;
  const auto prefetch_row = [&](uint32_t row) { prefetch(rows[row].data(), rows[row].size_bytes()); };
  NeighbourLists lists(found.size(), found.most(), memory);
  std::vector<Neighbour> list;
  for (uint32_t at = 0; at < found.size(); ++at) {
    const auto near = found[at];
    const auto after = at + 1 < found.size() ? found[at + 1] : found[at];
    list.clear();
    for (size_t i = 0; i < near.size(); ++i) {
      const size_t ahead = i + kRowsAhead;
      if (ahead < near.size())
        prefetch_row(near[ahead].row);
      else if (ahead - near.size() < after.size())
        prefetch_row(after[ahead - near.size()].row);
      const auto row = rows[near[i].row];
      const float cosine = dot(rows[at].data(), row.data(), row.size());
      if (cosine >= least) list.push_back({cosine, near[i].row});
    }
    std::sort(list.begin(), list.end(), nearer);
    for (uint32_t i = 0; i < list.size(); ++i) lists.insert(at, i, list[i]);
  }
  return lists;
}

}  // namespace neighbours

void NeighbourLists::insert(size_t row, uint32_t place, Neighbour neighbour) {
  Neighbour* list = entries_.data() + row * most_;
  const uint32_t kept = std::min(counts_[row], most_ - 1);
  std::copy_backward(list + place, list + kept, list + kept + 1);
  list[place] = neighbour;
  counts_[row] = kept + 1;
}

class NeighbourSearch::Found {
 public:
  Found(const UnitRows& rows, std::span<const uint32_t> canonical, const NeighbourOptions& options,
        std::pmr::memory_resource* memory)
      : memory_(memory), options_(options), own_(std::in_place, rows.dimension, memory), codes_(*own_) {
    codes_.reserve(canonical.size());
    for (const uint32_t row : canonical) codes_.add(rows[row]);
    tree_ = grow(neighbours::Placed{rows, canonical});
  }
  Found(Codes& codes, const NeighbourOptions& options, std::pmr::memory_resource* memory)
      : memory_(memory), options_(options), codes_(codes), tree_(grow({})) {}

  std::span<const uint32_t> order() const { return tree_.members; }

  NeighbourLists find(const UnitRows& rows) {
    codes_.reorder(tree_.members);
    const auto numbers = neighbours::ascending(rows.size(), memory_);
    const auto lists = compared(neighbours::Placed{rows, numbers}, options_.least - neighbours::kCodeError);
    own_.reset();
    return neighbours::exact(rows, lists, options_.least, memory_);
  }

  NeighbourLists find() {
    codes_.reorder(tree_.members);
    return compared({}, options_.least);
  }

 private:
  neighbours::Tree grow(const std::optional<neighbours::Placed>& rows) {
    return neighbours::Grower(rows, codes_, options_, memory_).grow(0);
  }

  /** By their codes, which lie in the order of the first tree. */
  NeighbourLists compared(const std::optional<neighbours::Placed>& rows, float least) {
    const size_t count = codes_.size();
    tree_.members = neighbours::ascending(count, memory_);
    neighbours::Grower grower(rows, codes_, options_, memory_);
    neighbours::Best best(count, static_cast<uint32_t>(std::min<size_t>(options_.neighbours, count)), least,
                          memory_);
    // A set that fits into one leaf is compared whole: more trees would find nothing new.
    const uint32_t trees = count <= options_.leaf ? 1 : options_.trees;
    std::vector<uint32_t> others;
    for (uint32_t number = 0; number < trees; ++number) {
      if (number > 0) tree_ = grower.grow(number);
      tree_.each_leaf([&](std::span<const uint32_t> leaf) {
        for (size_t i = 0; i + 1 < leaf.size(); ++i) {
          others.assign(leaf.begin() + static_cast<ptrdiff_t>(i) + 1, leaf.end());
          neighbours::compare(codes_, best, leaf[i], others);
        }
      });
    }
    if (trees > 1)
      for (uint32_t round = 0; round < options_.rounds; ++round)
        neighbours::descend(neighbours::Known(best.lists(), options_.followed, memory_), codes_, best,
                            memory_);
    return best.take_lists();
  }

  std::pmr::memory_resource* const memory_;
  const NeighbourOptions options_;
  std::optional<Codes> own_;
  Codes& codes_;
  neighbours::Tree tree_;  // the first; its members are the order
};

NeighbourSearch::NeighbourSearch(const UnitRows& rows, std::span<const uint32_t> canonical,
                                 const NeighbourOptions& options, std::pmr::memory_resource* memory)
    : found_(std::make_unique<Found>(rows, canonical, options, memory)) {}
NeighbourSearch::NeighbourSearch(Codes& codes, const NeighbourOptions& options,
                                 std::pmr::memory_resource* memory)
    : found_(std::make_unique<Found>(codes, options, memory)) {}
NeighbourSearch::~NeighbourSearch() = default;

std::span<const uint32_t> NeighbourSearch::order() const { return found_->order(); }

NeighbourLists NeighbourSearch::find(const UnitRows& ordered) { return found_->find(ordered); }

NeighbourLists NeighbourSearch::find() { return found_->find(); }

}  // namespace engram
