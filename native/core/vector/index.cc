#include "vector/index.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstring>

namespace engram {
namespace {

constexpr uint32_t kMaxLayer = 16;
constexpr size_t kCacheLine = 64;
/** Codes fetched ahead of the one being compared: about what a core's line-fill buffers hold. */
constexpr size_t kFetchAhead = 8;
/** How many of the best codes are ranked again by exact vectors, as a multiple of k, and at least. */
constexpr size_t kRerankFactor = 2;
constexpr size_t kRerankMin = 20;
/** A filter that lets fewer through than this is faster scanned than walked. */
constexpr double kWalkShareMin = 0.06;
/** Slots looked at to estimate what a filter lets through. */
constexpr uint32_t kShareSample = 400;
/** A walk widened for a filter keeps at most so many candidates. */
constexpr uint32_t kWidthMax = 4'000;

uint64_t mix(uint64_t x) {  // splitmix64 (Steele, Lea & Flood 2014)
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31U);
}

bool better(const Hit& a, const Hit& b) {
  return a.similarity > b.similarity || (a.similarity == b.similarity && a.ordinal < b.ordinal);
}

bool nearer(const Candidate& a, const Candidate& b) {
  return a.similarity > b.similarity || (a.similarity == b.similarity && a.slot < b.slot);
}

/** Marks the slot; true when it was not marked yet. */
bool visit(std::vector<uint64_t>& visited, uint32_t slot) {
  const uint64_t bit = uint64_t{1} << (slot % 64U);
  uint64_t& word = visited[slot / 64U];
  if ((word & bit) != 0) return false;
  word |= bit;
  return true;
}

}  // namespace

VectorIndex::VectorIndex(IndexOptions options)
    : options_(options),
      kernels_(bestKernels()),
      ids_bytes_(options.degree * sizeof(uint32_t)),
      block_bytes_(ids_bytes_ + paddedCode(options.dimension)),
      chosen_queries_(options.degree) {
  assert(options_.dimension > 0 && options_.degree >= 16 && options_.degree % 16 == 0);
}

void VectorIndex::prefetchCode(uint32_t slot) const {
  const uint8_t* line = code(slot);
  for (size_t offset = 0; offset < block_bytes_ - ids_bytes_; offset += kCacheLine)
    __builtin_prefetch(line + offset);
}

uint32_t VectorIndex::levelOf(uint32_t slot) const {
  const double uniform = (static_cast<double>(mix(options_.seed ^ mix(slot)) >> 11U) + 1.0) * 0x1.0p-53;
  const double level = -std::log(uniform) / std::log(static_cast<double>(options_.degree) / 2);
  return std::min(kMaxLayer, static_cast<uint32_t>(level));
}

std::span<const uint32_t> VectorIndex::neighbours(uint32_t slot, uint32_t layer) const {
  if (layer > 0) return layers_[slot].upper[layer - 1];
  const auto* ids = reinterpret_cast<const uint32_t*>(block(slot));
  size_t count = 0;
  while (count < options_.degree && ids[count] != kNone) ++count;
  return {ids, count};
}

void VectorIndex::setNeighbours(uint32_t slot, uint32_t layer, std::span<const uint32_t> chosen) {
  assert(chosen.size() <= degreeAt(layer));
  if (layer > 0) {
    layers_[slot].upper[layer - 1].assign(chosen.begin(), chosen.end());
    return;
  }
  auto* ids = reinterpret_cast<uint32_t*>(block(slot));
  std::copy(chosen.begin(), chosen.end(), ids);
  std::fill(ids + chosen.size(), ids + options_.degree, kNone);
}

Candidate VectorIndex::descend(const CodeQuery& query, Candidate entry, uint32_t from_layer,
                               uint32_t to_layer) const {
  for (uint32_t layer = from_layer; layer > to_layer; --layer) {
    for (bool moved = true; moved;) {
      moved = false;
      const auto list = neighbours(entry.slot, layer);
      for (const uint32_t next : list) prefetchCode(next);
      for (const uint32_t next : list) {
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

void VectorIndex::walk(Candidate entry, uint32_t width, uint32_t layer, SearchScratch& scratch) const {
  Pool& pool = scratch.pool;
  pool.begin(width);
  scratch.visited.assign((ordinals_.size() + 63) / 64, 0);
  visit(scratch.visited, entry.slot);
  pool.insert(entry.similarity, entry.slot);
  std::array<uint32_t, 256> fresh;
  assert(options_.degree <= fresh.size());
  for (uint32_t slot = pool.expand(); slot != kNone; slot = pool.expand()) {
    size_t count = 0;
    for (const uint32_t next : neighbours(slot, layer))
      if (visit(scratch.visited, next)) fresh[count++] = next;
    for (size_t i = 0; i < std::min(count, kFetchAhead); ++i) prefetchCode(fresh[i]);
    for (size_t i = 0; i < count; ++i) {
      if (i + kFetchAhead < count) prefetchCode(fresh[i + kFetchAhead]);
      pool.insert(similarity(scratch.query, fresh[i]), fresh[i]);
    }
    // The neighbours of the one expanded next.
    if (const uint32_t coming = pool.peek(); layer == 0 && coming != kNone)
      for (size_t offset = 0; offset < ids_bytes_; offset += kCacheLine)
        __builtin_prefetch(block(coming) + offset);
  }
}

// Keeps a candidate only when it is nearer to the new node than to any kept one (HNSW, algorithm 4): edges go
// in different directions, and none is wasted.
void VectorIndex::prune(std::span<const Candidate> candidates, uint32_t degree,
                        std::vector<uint32_t>& chosen) {
  chosen.clear();
  for (const Candidate& candidate : candidates) {
    if (chosen.size() == degree) break;
    const bool apart = std::all_of(
        chosen_queries_.begin(), chosen_queries_.begin() + static_cast<ptrdiff_t>(chosen.size()),
        [&](const CodeQuery& other) { return similarity(other, candidate.slot) < candidate.similarity; });
    if (!apart) continue;
    chosen_queries_[chosen.size()].set(code(candidate.slot), scales_[candidate.slot],
                                       paddedCode(options_.dimension));
    chosen.push_back(candidate.slot);
  }
}

void VectorIndex::rewire(uint32_t slot, uint32_t layer, std::span<const uint32_t> candidates) {
  from_.set(code(slot), scales_[slot], paddedCode(options_.dimension));
  for (const uint32_t other : candidates) prefetchCode(other);
  candidates_.clear();
  for (const uint32_t other : candidates) candidates_.push_back({similarity(from_, other), other});
  std::sort(candidates_.begin(), candidates_.end(), nearer);
  std::vector<uint32_t> chosen;
  prune(candidates_, degreeAt(layer), chosen);
  setNeighbours(slot, layer, chosen);
}

void VectorIndex::connect(uint32_t from, uint32_t to, uint32_t layer) {
  const auto list = neighbours(from, layer);
  if (std::find(list.begin(), list.end(), to) != list.end()) return;  // a slot used again
  std::vector<uint32_t> grown(list.begin(), list.end());
  grown.push_back(to);
  if (grown.size() > degreeAt(layer))
    rewire(from, layer, grown);
  else
    setNeighbours(from, layer, grown);
}

uint32_t VectorIndex::newSlot() {
  if (!free_.empty()) {
    const uint32_t slot = free_.back();
    free_.pop_back();
    return slot;
  }
  const auto slot = static_cast<uint32_t>(ordinals_.size());
  blocks_.reserve((static_cast<size_t>(slot) + 1) * block_bytes_);
  vectors_.reserve((static_cast<size_t>(slot) + 1) * options_.dimension * sizeof(float));
  ordinals_.push_back(kNone);
  scales_.push_back(0);
  layers_.emplace_back().upper.resize(levelOf(slot));
  setNeighbours(slot, 0, {});
  return slot;
}

void VectorIndex::add(uint32_t ordinal, std::span<const float> unit) {
  assert(unit.size() == options_.dimension);
  assert(!contains(ordinal));
  const bool first = ordinals_.empty();
  const uint32_t slot = newSlot();
  std::memcpy(vectors_.data() + static_cast<size_t>(slot) * options_.dimension * sizeof(float), unit.data(),
              unit.size_bytes());
  scales_[slot] = encode(unit, reinterpret_cast<uint8_t*>(block(slot) + ids_bytes_));
  ordinals_[slot] = ordinal;
  if (slots_.size() <= ordinal) slots_.resize(static_cast<size_t>(ordinal) + 1, 0);
  slots_[ordinal] = slot + 1;
  ++live_;
  const auto level = static_cast<uint32_t>(layers_[slot].upper.size());
  if (first) {
    top_ = level;
    return;
  }
  insert_.query.set(code(slot), scales_[slot], paddedCode(options_.dimension));
  Candidate entry =
      descend(insert_.query, {similarity(insert_.query, entry_), entry_}, top_, std::min(level, top_));
  std::vector<Candidate> found;
  std::vector<uint32_t> chosen;
  for (uint32_t layer = std::min(level, top_) + 1; layer-- > 0;) {
    walk(entry, options_.ef_construction, layer, insert_);
    found.clear();
    for (uint32_t i = 0; i < insert_.pool.size(); ++i) {
      const Candidate candidate = insert_.pool[i];
      if (candidate.slot != slot && !removed(candidate.slot)) found.push_back(candidate);
    }
    if (found.empty()) continue;  // only removed ones are near: the next layer may have others
    prune(found, degreeAt(layer), chosen);
    setNeighbours(slot, layer, chosen);
    for (const uint32_t other : chosen) connect(other, slot, layer);
    entry = found.front();
  }
  if (level > top_) {
    top_ = level;
    entry_ = slot;
  }
}

// Whoever pointed at the removed one gets its neighbours as candidates instead. Those who did are found among
// its neighbours and theirs; an edge that is missed leads to whatever takes the slot next, which is a detour
// and no fault.
void VectorIndex::repair(uint32_t slot, uint32_t layer) {
  const auto own = neighbours(slot, layer);
  const std::vector<uint32_t> orphans(own.begin(), own.end());
  std::vector<uint32_t> around = orphans;
  for (const uint32_t near : orphans) {
    const auto list = neighbours(near, layer);
    around.insert(around.end(), list.begin(), list.end());
  }
  std::sort(around.begin(), around.end());
  around.erase(std::unique(around.begin(), around.end()), around.end());
  for (const uint32_t near : around) {
    if (near == slot || removed(near)) continue;
    const auto list = neighbours(near, layer);
    if (std::find(list.begin(), list.end(), slot) == list.end()) continue;
    std::vector<uint32_t> candidates;
    for (const uint32_t other : list)
      if (other != slot) candidates.push_back(other);
    for (const uint32_t other : orphans)
      if (other != near && !removed(other) &&
          std::find(candidates.begin(), candidates.end(), other) == candidates.end())
        candidates.push_back(other);
    rewire(near, layer, candidates);
  }
}

void VectorIndex::remove(uint32_t ordinal) {
  if (!contains(ordinal)) return;
  const uint32_t slot = slots_[ordinal] - 1;
  ordinals_[slot] = kNone;
  slots_[ordinal] = 0;
  --live_;
  for (uint32_t layer = 0; layer <= layers_[slot].upper.size(); ++layer) repair(slot, layer);
  // The entry stays a waypoint: every search begins there.
  if (slot != entry_) free_.push_back(slot);
}

bool VectorIndex::contains(uint32_t ordinal) const { return ordinal < slots_.size() && slots_[ordinal] != 0; }

std::span<const float> VectorIndex::vector(uint32_t ordinal) const {
  assert(contains(ordinal));
  return {exact(slots_[ordinal] - 1), options_.dimension};
}

/** Share of slots that may be returned, from a sample that no period in the ordinals can fool. */
double VectorIndex::acceptedShare(const Filter* filter) const {
  const size_t slots = ordinals_.size();
  if (filter == nullptr) return static_cast<double>(live_) / static_cast<double>(slots);
  uint32_t let_through = 0;
  for (uint32_t i = 0; i < kShareSample; ++i)
    let_through += accepted(static_cast<uint32_t>(mix(i) % slots), filter) ? 1 : 0;
  return static_cast<double>(let_through) / kShareSample;
}

size_t VectorIndex::scanExact(std::span<const float> query, const SearchOptions& options,
                              std::span<Hit> out) const {
  const size_t k = std::min<size_t>(options.k, out.size());
  size_t found = 0;  // out[0, found) is a heap whose top is the worst kept
  const auto end = [&] { return out.begin() + static_cast<ptrdiff_t>(found); };
  for (uint32_t slot = 0; slot < ordinals_.size(); ++slot) {
    if (!accepted(slot, options.filter)) continue;
    const Hit hit{ordinals_[slot], kernels_.dot(query.data(), exact(slot), options_.dimension)};
    if (found < k) {
      out[found++] = hit;
      std::push_heap(out.begin(), end(), better);
    } else if (k > 0 && better(hit, out[0])) {
      std::pop_heap(out.begin(), end(), better);
      out[found - 1] = hit;
      std::push_heap(out.begin(), end(), better);
    }
  }
  std::sort_heap(out.begin(), end(), better);
  return found;
}

void VectorIndex::scanCodes(const SearchOptions& options, uint32_t width, SearchScratch& scratch) const {
  scratch.pool.begin(width);
  for (uint32_t slot = 0; slot < ordinals_.size(); ++slot)
    if (accepted(slot, options.filter)) scratch.pool.insert(similarity(scratch.query, slot), slot);
}

size_t VectorIndex::rerank(std::span<const float> query, const SearchOptions& options, size_t most,
                           SearchScratch& scratch, std::span<Hit> out) const {
  auto& ranked = scratch.ranked;
  ranked.clear();
  std::array<uint32_t, 64> ahead;  // slots whose exact vectors are on their way
  size_t waiting = 0;
  const auto rank = [&] {
    for (size_t i = 0; i < waiting; ++i)
      ranked.push_back(
          {ordinals_[ahead[i]], kernels_.dot(query.data(), exact(ahead[i]), options_.dimension)});
    waiting = 0;
  };
  for (uint32_t i = 0; i < scratch.pool.size() && ranked.size() + waiting < most; ++i) {
    const uint32_t slot = scratch.pool[i].slot;
    if (!accepted(slot, options.filter)) continue;
    const auto* line = reinterpret_cast<const std::byte*>(exact(slot));
    for (size_t offset = 0; offset < options_.dimension * sizeof(float); offset += kCacheLine)
      __builtin_prefetch(line + offset);
    ahead[waiting++] = slot;
    if (waiting == ahead.size()) rank();
  }
  rank();
  const size_t count = std::min({ranked.size(), static_cast<size_t>(options.k), out.size()});
  std::partial_sort(ranked.begin(), ranked.begin() + static_cast<ptrdiff_t>(count), ranked.end(), better);
  std::copy_n(ranked.begin(), count, out.begin());
  return count;
}

size_t VectorIndex::search(std::span<const float> query, const SearchOptions& options, SearchScratch& scratch,
                           std::span<Hit> out) const {
  assert(query.size() == options_.dimension);
  if (live_ == 0 || options.k == 0) return 0;
  if (options.mode == SearchMode::kExact) return scanExact(query, options, out);
  const bool all = options.filter == nullptr && live_ == ordinals_.size();
  const double share = all ? 1 : acceptedShare(options.filter);
  const uint32_t ef = std::max(options.ef == 0 ? kDefaultEf : options.ef, options.k);
  const size_t most = std::max<size_t>(kRerankMin, options.k * kRerankFactor);
  scratch.query.set(query);
  if (ordinals_.size() <= kScanUpTo || share < kWalkShareMin) {
    scanCodes(options, static_cast<uint32_t>(2 * most), scratch);
    return rerank(query, options, 2 * most, scratch, out);
  }
  const auto wide = static_cast<uint32_t>(std::min<double>(ef / share, std::max(kWidthMax, ef)));
  const Candidate entry = descend(scratch.query, {similarity(scratch.query, entry_), entry_}, top_, 0);
  walk(entry, wide, 0, scratch);
  return rerank(query, options, most, scratch, out);
}

MemoryUse VectorIndex::memory() const {
  size_t upper = 0;
  for (const Layers& layers : layers_)
    for (const auto& list : layers.upper) upper += list.capacity() * sizeof(uint32_t);
  const size_t slots = ordinals_.size();
  return {slots * options_.dimension * sizeof(float), slots * (block_bytes_ + sizeof(float)) + upper};
}

}  // namespace engram
