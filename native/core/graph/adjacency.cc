#include "graph/adjacency.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>

namespace engram {
namespace {

template <typename Value>
void openGap(Value* values, uint32_t at, uint32_t count) {
  std::memmove(values + at + 1, values + at, (count - at) * sizeof(Value));
}

template <typename Value>
void closeGap(Value* values, uint32_t at, uint32_t count) {
  std::memmove(values + at, values + at + 1, (count - at - 1) * sizeof(Value));
}

}  // namespace

uint32_t Adjacency::tightRank(uint32_t count) {
  return static_cast<uint32_t>(std::bit_width(std::bit_ceil(std::max(count, kRoomMin)) / kRoomMin));
}

Adjacency::Fields Adjacency::fields(const Slab& slab) {
  const size_t first = size_t{slab.place} * kRoomMin;
  std::byte* hot = hot_.data() + first * kArcBytes;
  return {reinterpret_cast<uint32_t*>(hot),
          reinterpret_cast<float*>(hot + room(slab.rank) * sizeof(uint32_t)),
          reinterpret_cast<uint16_t*>(relations_.data()) + first,
          timed_ ? reinterpret_cast<double*>(times_.data()) + first : nullptr};
}

Arcs Adjacency::arcs(uint32_t node) const {
  if (node >= slabs_.size() || slabs_[node].count == 0) return {};
  const Slab slab = slabs_[node];
  const size_t first = size_t{slab.place} * kRoomMin;
  const std::byte* hot = hot_.data() + first * kArcBytes;
  return {reinterpret_cast<const uint32_t*>(hot),
          reinterpret_cast<const float*>(hot + room(slab.rank) * sizeof(uint32_t)),
          reinterpret_cast<const uint16_t*>(relations_.data()) + first,
          timed_ ? reinterpret_cast<const double*>(times_.data()) + first : nullptr, slab.count};
}

void Adjacency::prefetch(uint32_t node) const {
  if (node >= slabs_.size() || slabs_[node].count == 0) return;
  const std::byte* hot = hot_.data() + size_t{slabs_[node].place} * kRoomMin * kArcBytes;
  __builtin_prefetch(hot);
  __builtin_prefetch(hot + room(slabs_[node].rank) * sizeof(uint32_t));
}

uint32_t Adjacency::position(const Fields& fields, uint32_t count, uint32_t target, uint16_t relation) {
  const uint32_t* begin = fields.targets;
  const uint32_t* at = std::lower_bound(begin, begin + count, target);
  while (at != begin + count && *at == target && fields.relations[at - begin] < relation) ++at;
  return static_cast<uint32_t>(at - begin);
}

uint32_t Adjacency::allocate(uint32_t rank) {
  assert(rank >= 1 && rank <= kRanks);
  auto& reusable = free_[rank];
  if (!reusable.empty()) {
    const uint32_t place = reusable.back();
    reusable.pop_back();
    return place;
  }
  const uint32_t units = 1U << (rank - 1);
  // Slabs of a cache line or more begin on one; the half line left over serves the next small slab.
  if (units > 1 && end_ % 2 == 1) free_[1].push_back(end_++);
  const uint32_t place = end_;
  assert(UINT32_MAX - end_ >= units);
  end_ += units;
  reserve(end_);
  return place;
}

void Adjacency::reserve(size_t units) {
  const size_t arcs = units * kRoomMin;
  hot_.reserve(arcs * kArcBytes);
  relations_.reserve(arcs * sizeof(uint16_t));
  if (timed_) times_.reserve(arcs * sizeof(double));
}

void Adjacency::free(Slab& slab) {
  if (slab.rank != 0) free_[slab.rank].push_back(slab.place);
  slab = {};
}

void Adjacency::resize(Slab& slab, uint32_t rank) {
  Slab moved;
  moved.place = allocate(rank);
  moved.count = slab.count;
  moved.rank = rank & 31U;
  if (slab.count > 0) {
    const Fields from = fields(slab);
    const Fields to = fields(moved);
    std::memcpy(to.targets, from.targets, slab.count * sizeof *to.targets);
    std::memcpy(to.weights, from.weights, slab.count * sizeof *to.weights);
    std::memcpy(to.relations, from.relations, slab.count * sizeof *to.relations);
    if (timed_) std::memcpy(to.times, from.times, slab.count * sizeof *to.times);
  }
  free(slab);
  slab = moved;
  ++scattered_;
}

bool Adjacency::put(uint32_t node, const Arc& arc) {
  if (node >= slabs_.size()) slabs_.resize(size_t{node} + 1);
  Slab& slab = slabs_[node];
  uint32_t at = 0;
  if (slab.count > 0) {
    const Fields there = fields(slab);
    at = position(there, slab.count, arc.target, arc.relation);
    if (at < slab.count && there.targets[at] == arc.target && there.relations[at] == arc.relation) {
      there.weights[at] = arc.weight;
      if (timed_) there.times[at] = arc.at_ms;
      return false;
    }
  }
  if (slab.count == room(slab.rank)) resize(slab, slab.rank + 1);
  const Fields to = fields(slab);
  openGap(to.targets, at, slab.count);
  openGap(to.weights, at, slab.count);
  openGap(to.relations, at, slab.count);
  if (timed_) openGap(to.times, at, slab.count);
  to.targets[at] = arc.target;
  to.weights[at] = arc.weight;
  to.relations[at] = arc.relation;
  if (timed_) to.times[at] = arc.at_ms;
  ++slab.count;
  return true;
}

bool Adjacency::erase(uint32_t node, uint32_t target, uint16_t relation) {
  if (node >= slabs_.size() || slabs_[node].count == 0) return false;
  Slab& slab = slabs_[node];
  const Fields there = fields(slab);
  const uint32_t at = position(there, slab.count, target, relation);
  if (at == slab.count || there.targets[at] != target || there.relations[at] != relation) return false;
  closeGap(there.targets, at, slab.count);
  closeGap(there.weights, at, slab.count);
  closeGap(there.relations, at, slab.count);
  if (timed_) closeGap(there.times, at, slab.count);
  --slab.count;
  if (slab.count == 0)
    free(slab);
  else if (slab.rank > 1 && slab.count <= room(slab.rank) / 4)  // a quarter: no slab flutters at its limit
    resize(slab, slab.rank - 1);
  return true;
}

void Adjacency::clear(uint32_t node) {
  if (node < slabs_.size()) free(slabs_[node]);
}

Adjacency Adjacency::compacted() const {
  Adjacency result(timed_);
  result.slabs_.resize(slabs_.size());
  uint32_t units = 0;
  for (const Slab& slab : slabs_) units += slab.count == 0 ? 0 : 1U << (tightRank(slab.count) - 1);
  result.reserve(units + 1);
  for (uint32_t node = 0; node < slabs_.size(); ++node) {
    const Arcs from = arcs(node);
    if (from.empty()) continue;
    Slab& slab = result.slabs_[node];
    slab.rank = tightRank(slabs_[node].count) & 31U;
    slab.count = slabs_[node].count;
    slab.place = result.allocate(slab.rank);
    const Fields to = result.fields(slab);
    std::copy(from.targets().begin(), from.targets().end(), to.targets);
    std::copy(from.weights().begin(), from.weights().end(), to.weights);
    std::copy(from.relations().begin(), from.relations().end(), to.relations);
    for (size_t at = 0; timed_ && at < from.size(); ++at) to.times[at] = from[at].at_ms;
  }
  return result;
}

size_t Adjacency::bytes() const {
  return hot_.capacity() + relations_.capacity() + times_.capacity() + slabs_.capacity() * sizeof(Slab);
}

}  // namespace engram
