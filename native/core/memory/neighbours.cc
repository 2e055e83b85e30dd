#include "memory/neighbours.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/random.h"
#include "vector/distance.h"

namespace engram {
namespace {

bool nearer(const Neighbour& a, const Neighbour& b) {
  return a.cosine != b.cosine ? a.cosine > b.cosine : a.row < b.row;
}

/** The best so far of each row: the best of a set under a total order, whatever order it comes in. */
class Lists {
 public:
  Lists(size_t rows, uint32_t most) : lists_(rows), most_(most) {}

  void offer(uint32_t row, Neighbour candidate) {
    auto& list = lists_[row];
    if (list.size() == most_ && !nearer(candidate, list.back())) return;
    const auto place = std::lower_bound(list.begin(), list.end(), candidate, nearer);
    if (place != list.end() && place->row == candidate.row) return;
    list.insert(place, candidate);
    if (list.size() > most_) list.pop_back();
  }
  std::vector<std::vector<Neighbour>>& lists() { return lists_; }

 private:
  std::vector<std::vector<Neighbour>> lists_;
  const uint32_t most_;
};

class Forest {
 public:
  Forest(const UnitRows& rows, const NeighbourOptions& options, Lists& lists)
      : rows_(rows), options_(options), lists_(lists), dot_(bestKernels().dot) {}

  void grow(uint64_t tree) {
    std::vector<uint32_t> all(rows_.size());
    std::iota(all.begin(), all.end(), 0U);
    std::vector<Part> parts = {{std::move(all), mix64(options_.seed ^ (tree * 0x9E3779B97F4A7C15ULL))}};
    while (!parts.empty()) {
      Part part = std::move(parts.back());
      parts.pop_back();
      if (part.members.size() <= options_.leaf) {
        compare(part.members);
        continue;
      }
      parts.push_back({{}, mix64(part.path + 1)});
      parts.push_back({{}, mix64(part.path + 2)});
      split(part, parts[parts.size() - 2].members, parts.back().members);
    }
  }

 private:
  struct Part {
    std::vector<uint32_t> members;  // ascending
    uint64_t path;                  // where in the tree: seeds the split
  };

  /** Halves at the median of the direction from one member to another. */
  void split(const Part& part, std::vector<uint32_t>& low, std::vector<uint32_t>& high) {
    Random random(part.path);
    const size_t count = part.members.size();
    const size_t first = random.below(count);
    const size_t second = (first + 1 + random.below(count - 1)) % count;
    const auto from = rows_[part.members[first]];
    const auto to = rows_[part.members[second]];
    std::vector<float> direction(rows_.dimension);
    for (size_t i = 0; i < direction.size(); ++i) direction[i] = to[i] - from[i];
    struct Placed {
      float along;
      uint32_t row;
      bool operator<(const Placed& other) const {
        return along != other.along ? along < other.along : row < other.row;
      }
    };
    std::vector<Placed> placed(count);
    for (size_t i = 0; i < count; ++i)
      placed[i] = {dot_(direction.data(), rows_[part.members[i]].data(), rows_.dimension), part.members[i]};
    std::vector<Placed> sorted = placed;
    const auto middle = sorted.begin() + static_cast<ptrdiff_t>(count / 2);
    std::nth_element(sorted.begin(), middle, sorted.end());
    for (const Placed& one : placed) (one < *middle ? low : high).push_back(one.row);
  }

  void compare(const std::vector<uint32_t>& members) {
    for (size_t i = 0; i < members.size(); ++i)
      for (size_t j = i + 1; j < members.size(); ++j) {
        const float cosine = dot_(rows_[members[i]].data(), rows_[members[j]].data(), rows_.dimension);
        lists_.offer(members[i], {cosine, members[j]});
        lists_.offer(members[j], {cosine, members[i]});
      }
  }

  const UnitRows& rows_;
  const NeighbourOptions& options_;
  Lists& lists_;
  float (*dot_)(const float*, const float*, size_t);
};

/** One round: every row looks at its neighbours' neighbours as they were before the round. */
void descend(const UnitRows& rows, Lists& lists) {
  const auto dot = bestKernels().dot;
  const std::vector<std::vector<Neighbour>> before = lists.lists();
  std::vector<uint32_t> seen(rows.size(), 0);
  for (uint32_t row = 0; row < rows.size(); ++row) {
    const uint32_t mark = row + 1;
    seen[row] = mark;
    for (const Neighbour& near : before[row]) seen[near.row] = mark;
    for (const Neighbour& near : before[row])
      for (const Neighbour& next : before[near.row]) {
        if (seen[next.row] == mark) continue;
        seen[next.row] = mark;
        const float cosine = dot(rows[row].data(), rows[next.row].data(), rows.dimension);
        lists.offer(row, {cosine, next.row});
        lists.offer(next.row, {cosine, row});
      }
  }
}

}  // namespace

std::vector<std::vector<Neighbour>> neighbours_of_all(const UnitRows& rows, const NeighbourOptions& options) {
  Lists lists(rows.size(), options.neighbours);
  Forest forest(rows, options, lists);
  // A set that fits into one leaf is compared whole: more trees would find nothing new.
  const uint32_t trees = rows.size() <= options.leaf ? 1 : options.trees;
  for (uint32_t tree = 0; tree < trees; ++tree) forest.grow(tree);
  if (trees > 1)
    for (uint32_t round = 0; round < options.rounds; ++round) descend(rows, lists);
  return std::move(lists.lists());
}

}  // namespace engram
