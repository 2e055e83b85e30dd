#include "vector/index.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <queue>

namespace engram {
namespace {

constexpr uint32_t kMaxLayer = 16;

uint64_t mix(uint64_t x) {  // splitmix64 (Steele, Lea & Flood 2014)
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31U);
}

}  // namespace

VectorIndex::VectorIndex(IndexOptions options) : options_(options), kernels_(bestKernels()) {
  assert(options_.dimension > 0 && options_.degree >= 4);
}

float VectorIndex::similarity(const float* query, uint32_t slot) const {
  return kernels_.dot(query, at(slot), options_.dimension);
}

uint32_t VectorIndex::levelOf(uint32_t slot) const {
  const double uniform = (static_cast<double>(mix(options_.seed ^ mix(slot)) >> 11U) + 1.0) * 0x1.0p-53;
  const double level = -std::log(uniform) / std::log(static_cast<double>(options_.degree) / 2);
  return std::min(kMaxLayer, static_cast<uint32_t>(level));
}

std::span<const uint32_t> VectorIndex::neighbours(uint32_t slot, uint32_t layer) const {
  if (layer > 0) return layers_[slot].upper[layer - 1];
  const uint32_t* list = base_.data() + static_cast<size_t>(slot) * (options_.degree + 1);
  return {list + 1, list[0]};
}

void VectorIndex::setNeighbours(uint32_t slot, uint32_t layer, std::span<const uint32_t> chosen) {
  assert(chosen.size() <= degreeAt(layer));
  if (layer > 0) {
    layers_[slot].upper[layer - 1].assign(chosen.begin(), chosen.end());
    return;
  }
  uint32_t* list = base_.data() + static_cast<size_t>(slot) * (options_.degree + 1);
  list[0] = static_cast<uint32_t>(chosen.size());
  std::copy(chosen.begin(), chosen.end(), list + 1);
}

VectorIndex::Candidate VectorIndex::descend(const float* query, Candidate entry, uint32_t from_layer,
                                            uint32_t to_layer) const {
  for (uint32_t layer = from_layer; layer > to_layer; --layer) {
    for (bool moved = true; moved;) {
      moved = false;
      for (const uint32_t next : neighbours(entry.slot, layer)) {
        const float s = similarity(query, next);
        if (s > entry.similarity) {
          entry = {s, next};
          moved = true;
        }
      }
    }
  }
  return entry;
}

std::vector<VectorIndex::Candidate> VectorIndex::walk(const float* query, Candidate entry, uint32_t ef,
                                                      uint32_t layer, SearchScratch& scratch,
                                                      const std::function<bool(uint32_t)>* accept) const {
  const auto nearer = [](const Candidate& a, const Candidate& b) {
    return a.similarity < b.similarity || (a.similarity == b.similarity && a.slot > b.slot);
  };
  const auto further = [&](const Candidate& a, const Candidate& b) { return nearer(b, a); };
  std::priority_queue<Candidate, std::vector<Candidate>, decltype(nearer)> open(nearer);
  std::priority_queue<Candidate, std::vector<Candidate>, decltype(further)> kept(further);

  if (scratch.visited.size() < ordinals_.size()) scratch.visited.resize(ordinals_.size(), 0);
  if (++scratch.epoch == 0) {
    std::fill(scratch.visited.begin(), scratch.visited.end(), 0);
    scratch.epoch = 1;
  }
  const auto keep = [&](const Candidate& c) {
    if (accept != nullptr && !(*accept)(c.slot)) return;
    kept.push(c);
    if (kept.size() > ef) kept.pop();
  };
  scratch.visited[entry.slot] = scratch.epoch;
  open.push(entry);
  keep(entry);
  while (!open.empty()) {
    const Candidate current = open.top();
    open.pop();
    if (kept.size() >= ef && current.similarity < kept.top().similarity) break;
    const auto list = neighbours(current.slot, layer);
    for (const uint32_t next : list) __builtin_prefetch(at(next));
    for (const uint32_t next : list) {
      if (scratch.visited[next] == scratch.epoch) continue;
      scratch.visited[next] = scratch.epoch;
      const Candidate candidate{similarity(query, next), next};
      if (kept.size() >= ef && candidate.similarity <= kept.top().similarity) continue;
      open.push(candidate);
      keep(candidate);
    }
  }
  std::vector<Candidate> best(kept.size());
  for (size_t i = best.size(); i-- > 0; kept.pop()) best[i] = kept.top();
  return best;
}

// Keeps a candidate only when it is nearer to the new node than to any kept one (HNSW, algorithm 4), then
// fills up with the nearest left over: edges go in different directions, and none is wasted.
std::vector<uint32_t> VectorIndex::prune(const std::vector<Candidate>& candidates, uint32_t degree) const {
  std::vector<uint32_t> chosen;
  std::vector<uint32_t> rest;
  for (const Candidate& candidate : candidates) {
    if (chosen.size() == degree) break;
    const bool apart = std::all_of(chosen.begin(), chosen.end(), [&](uint32_t other) {
      return similarity(at(candidate.slot), other) < candidate.similarity;
    });
    (apart ? chosen : rest).push_back(candidate.slot);
  }
  for (const uint32_t slot : rest) {
    if (chosen.size() == degree) break;
    chosen.push_back(slot);
  }
  return chosen;
}

void VectorIndex::connect(uint32_t from, uint32_t to, uint32_t layer) {
  const auto list = neighbours(from, layer);
  std::vector<uint32_t> grown(list.begin(), list.end());
  grown.push_back(to);
  if (grown.size() > degreeAt(layer)) {
    std::vector<Candidate> candidates;
    for (const uint32_t slot : grown) candidates.push_back({similarity(at(from), slot), slot});
    std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
      return a.similarity > b.similarity || (a.similarity == b.similarity && a.slot < b.slot);
    });
    grown = prune(candidates, degreeAt(layer));
  }
  setNeighbours(from, layer, grown);
}

void VectorIndex::add(uint32_t ordinal, std::span<const float> unit) {
  assert(unit.size() == options_.dimension);
  assert(!contains(ordinal));
  const auto slot = static_cast<uint32_t>(ordinals_.size());
  vectors_.insert(vectors_.end(), unit.begin(), unit.end());
  ordinals_.push_back(ordinal);
  removed_.push_back(0);
  if (slots_.size() <= ordinal) slots_.resize(static_cast<size_t>(ordinal) + 1, 0);
  slots_[ordinal] = slot + 1;
  base_.resize(base_.size() + options_.degree + 1, 0);
  const uint32_t level = levelOf(slot);
  layers_.emplace_back();
  layers_.back().upper.resize(level);
  ++live_;
  if (slot == 0) {
    top_ = level;
    return;
  }
  const float* query = at(slot);
  Candidate entry = descend(query, {similarity(query, entry_), entry_}, top_, std::min(level, top_));
  for (uint32_t layer = std::min(level, top_) + 1; layer-- > 0;) {
    auto found = walk(query, entry, options_.ef_construction, layer, insert_scratch_, nullptr);
    std::erase_if(found, [&](const Candidate& c) { return c.slot == slot; });
    assert(!found.empty());
    const auto chosen = prune(found, degreeAt(layer));
    setNeighbours(slot, layer, chosen);
    for (const uint32_t other : chosen) connect(other, slot, layer);
    entry = found.front();
  }
  if (level > top_) {
    top_ = level;
    entry_ = slot;
  }
}

void VectorIndex::remove(uint32_t ordinal) {
  if (!contains(ordinal)) return;
  removed_[slots_[ordinal] - 1] = 1;
  slots_[ordinal] = 0;
  --live_;
}

bool VectorIndex::contains(uint32_t ordinal) const { return ordinal < slots_.size() && slots_[ordinal] != 0; }

std::span<const float> VectorIndex::vector(uint32_t ordinal) const {
  assert(contains(ordinal));
  return {at(slots_[ordinal] - 1), options_.dimension};
}

size_t VectorIndex::scan(const float* query, const SearchOptions& options, std::span<Hit> out) const {
  const size_t k = std::min<size_t>(options.k, out.size());
  const auto better = [](const Hit& a, const Hit& b) {
    return a.similarity > b.similarity || (a.similarity == b.similarity && a.ordinal < b.ordinal);
  };
  size_t found = 0;  // out[0, found) is a heap whose top is the worst kept
  for (uint32_t slot = 0; slot < ordinals_.size(); ++slot) {
    if (removed_[slot] != 0) continue;
    if (options.filter != nullptr && !(*options.filter)(ordinals_[slot])) continue;
    const Hit hit{ordinals_[slot], similarity(query, slot)};
    if (found < k) {
      out[found++] = hit;
      std::push_heap(out.begin(), out.begin() + static_cast<ptrdiff_t>(found), better);
    } else if (k > 0 && better(hit, out[0])) {
      std::pop_heap(out.begin(), out.begin() + static_cast<ptrdiff_t>(found), better);
      out[found - 1] = hit;
      std::push_heap(out.begin(), out.begin() + static_cast<ptrdiff_t>(found), better);
    }
  }
  std::sort_heap(out.begin(), out.begin() + static_cast<ptrdiff_t>(found), better);
  return found;
}

size_t VectorIndex::search(std::span<const float> query, const SearchOptions& options, SearchScratch& scratch,
                           std::span<Hit> out) const {
  assert(query.size() == options_.dimension);
  if (live_ == 0 || options.k == 0) return 0;
  if (options.mode == SearchMode::kExact || ordinals_.size() <= kScanUpTo)
    return scan(query.data(), options, out);
  const uint32_t ef = std::max(options.ef == 0 ? kDefaultEf : options.ef, options.k);
  const Candidate entry = descend(query.data(), {similarity(query.data(), entry_), entry_}, top_, 0);
  const std::function<bool(uint32_t)> accept = [&](uint32_t slot) {
    return removed_[slot] == 0 && (options.filter == nullptr || (*options.filter)(ordinals_[slot]));
  };
  const bool all = options.filter == nullptr && live_ == ordinals_.size();
  const auto found = walk(query.data(), entry, ef, 0, scratch, all ? nullptr : &accept);
  const size_t count = std::min({found.size(), static_cast<size_t>(options.k), out.size()});
  for (size_t i = 0; i < count; ++i) out[i] = {ordinals_[found[i].slot], found[i].similarity};
  return count;
}

MemoryUse VectorIndex::memory() const {
  size_t upper = 0;
  for (const Layers& layers : layers_)
    for (const auto& list : layers.upper) upper += list.capacity() * sizeof(uint32_t);
  return {vectors_.capacity() * sizeof(float), base_.capacity() * sizeof(uint32_t) + upper};
}

}  // namespace engram
