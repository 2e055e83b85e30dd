#include "memory/neighbours.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <numeric>
#include <optional>
#include <utility>

#include "base/buffer.h"
#include "base/random.h"
#include "memory/prefetch.h"
#include "vector/code.h"
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
/** Standard deviations by which half a code may be wrong about a cosine: beyond lies one of 16,000. */
constexpr float kMargin = 4;

/** Rows as codes of a byte a value (vector/code.h), a quarter of their size, and half of each alone says
 * most. What they say of a cosine is the same on every machine. */
class Codes {
 public:
  Codes(const UnitRows& rows, std::span<const uint32_t> order, std::pmr::memory_resource* memory)
      : Codes(order.size(), planeBytes(rows.dimension), memory) {
    for (size_t row = 0; row < order.size(); ++row) {
      const CodeFactors factors = encode(rows[order[row]], high(row), low(row));
      scales_[row] = {factors.high_factor, kMargin * factors.noise, factors.both_factor};
    }
  }
  /** The same in another order. */
  Codes(const Codes& other, std::span<const uint32_t> order)
      : Codes(order.size(), other.bytes_, other.scales_.get_allocator().resource()) {
    for (size_t at = 0; at < order.size(); ++at) {
      std::copy_n(other.high(order[at]), bytes_, high(at));
      std::copy_n(other.low(order[at]), bytes_, low(at));
      scales_[at] = other.scales_[order[at]];
    }
  }

  void ask(std::span<const float> values) { query_.set(values); }
  void ask(uint32_t row) { query_.set(high(row), low(row), bytes_, scales_[row].both); }

  /** Products with what was asked, from half of each code. */
  std::span<const float> rough(std::span<const uint32_t> rows) {
    multiply(high_.data(), rows, high_sums_);
    products_.resize(rows.size());
    for (size_t i = 0; i < rows.size(); ++i)
      products_[i] = scales_[rows[i]].high * query_.scale * static_cast<float>(high_sums_[i] - query_.shift);
    return products_;
  }
  /** By how much a rough cosine with this row may be wrong. */
  float margin(uint32_t row) const { return scales_[row].margin; }

  /** Products with what was asked, from whole codes. */
  std::span<const float> fine(std::span<const uint32_t> rows) {
    multiply(high_.data(), rows, high_sums_);
    multiply(low_.data(), rows, low_sums_);
    products_.resize(rows.size());
    for (size_t i = 0; i < rows.size(); ++i) {
      // c = 16 × (high − 8) + low − 8: see vector/code.h.
      const int32_t sum = kLowSteps * high_sums_[i] + low_sums_[i] - (kLowSteps + 1) * query_.shift;
      products_[i] = scales_[rows[i]].both * query_.scale * static_cast<float>(sum);
    }
    return products_;
  }
  void prefetch_rough(uint32_t row) const {
    prefetch(high(row), bytes_);
    prefetch(&scales_[row], sizeof(Scale));
  }
  void prefetch_rest(uint32_t row) const { prefetch(low(row), bytes_); }

 private:
  struct alignas(16) Scale {
    float high;
    float margin;
    float both;
  };

  Codes(size_t rows, size_t bytes, std::pmr::memory_resource* memory)
      : bytes_(bytes), scales_(rows, memory), dot_planes_(bestKernels().dot_planes) {
    high_.reserve(rows * bytes);
    low_.reserve(rows * bytes);
  }
  static uint8_t* plane(std::byte* from) { return reinterpret_cast<uint8_t*>(from); }
  static const uint8_t* plane(const std::byte* from) { return reinterpret_cast<const uint8_t*>(from); }
  uint8_t* high(size_t row) { return plane(high_.data() + row * bytes_); }
  uint8_t* low(size_t row) { return plane(low_.data() + row * bytes_); }
  const uint8_t* high(size_t row) const { return plane(high_.data() + row * bytes_); }
  const uint8_t* low(size_t row) const { return plane(low_.data() + row * bytes_); }

  void multiply(const std::byte* planes, std::span<const uint32_t> rows, std::vector<int32_t>& sums) const {
    sums.resize(rows.size());
    dot_planes_({planes, bytes_, rows.data(), rows.size(), query_.code.data(), bytes_}, sums.data());
  }

  const size_t bytes_;  // of a plane
  Buffer high_;
  Buffer low_;
  std::pmr::vector<Scale> scales_;
  void (*const dot_planes_)(const PlaneBatch&, int32_t*);
  CodeQuery query_;
  std::vector<int32_t> high_sums_;
  std::vector<int32_t> low_sums_;
  std::vector<float> products_;
};

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
  Grower(const Placed& placed, Codes& codes, const NeighbourOptions& options,
         std::pmr::memory_resource* memory)
      : memory_(memory),
        placed_(placed),
        codes_(codes),
        options_(options),
        direction_(placed.rows.dimension),
        sample_(kSample),
        keys_(memory),
        sorted_(memory) {}

  Tree grow(uint64_t number) {
    const size_t count = placed_.row.size();
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
    const auto row = placed_[member];
    for (size_t i = 0; i < direction_.size(); ++i) direction_[i] += sign * row[i];
  }

  /** Ordered as the place along the direction, equals by number. */
  static uint64_t key(float along, uint32_t member) {
    const auto bits = std::bit_cast<uint32_t>(along + 0.0F);  // −0 is 0
    const uint32_t ordered = (bits & 0x8000'0000U) != 0 ? ~bits : bits | 0x8000'0000U;
    return uint64_t{ordered} << 32U | member;
  }

  std::pmr::memory_resource* const memory_;
  const Placed placed_;
  Codes& codes_;
  const NeighbourOptions& options_;
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
      : memory_(memory),
        options_(options),
        codes_(std::in_place, rows, canonical, memory),
        tree_(neighbours::Grower({rows, canonical}, *codes_, options_, memory).grow(0)) {}

  std::span<const uint32_t> order() const { return tree_.members; }

  NeighbourLists find(const UnitRows& rows) {
    neighbours::Codes codes(*codes_, tree_.members);
    codes_.reset();
    const auto numbers = neighbours::ascending(rows.size(), memory_);
    tree_.members = numbers;
    neighbours::Grower grower({rows, numbers}, codes, options_, memory_);
    const auto most = static_cast<uint32_t>(std::min<size_t>(options_.neighbours, rows.size()));
    neighbours::Best best(rows.size(), most, options_.least - neighbours::kCodeError, memory_);
    // A set that fits into one leaf is compared whole: more trees would find nothing new.
    const uint32_t trees = rows.size() <= options_.leaf ? 1 : options_.trees;
    std::vector<uint32_t> others;
    for (uint32_t number = 0; number < trees; ++number) {
      if (number > 0) tree_ = grower.grow(number);
      tree_.each_leaf([&](std::span<const uint32_t> leaf) {
        for (size_t i = 0; i + 1 < leaf.size(); ++i) {
          others.assign(leaf.begin() + static_cast<ptrdiff_t>(i) + 1, leaf.end());
          neighbours::compare(codes, best, leaf[i], others);
        }
      });
    }
    if (trees > 1)
      for (uint32_t round = 0; round < options_.rounds; ++round)
        neighbours::descend(neighbours::Known(best.lists(), options_.followed, memory_), codes, best,
                            memory_);
    return neighbours::exact(rows, best.lists(), options_.least, memory_);
  }

 private:
  std::pmr::memory_resource* const memory_;
  const NeighbourOptions options_;
  std::optional<neighbours::Codes> codes_;
  neighbours::Tree tree_;  // the first; its members are the order
};

NeighbourSearch::NeighbourSearch(const UnitRows& rows, std::span<const uint32_t> canonical,
                                 const NeighbourOptions& options, std::pmr::memory_resource* memory)
    : found_(std::make_unique<Found>(rows, canonical, options, memory)) {}
NeighbourSearch::~NeighbourSearch() = default;

std::span<const uint32_t> NeighbourSearch::order() const { return found_->order(); }

NeighbourLists NeighbourSearch::find(const UnitRows& ordered) { return found_->find(ordered); }

}  // namespace engram
