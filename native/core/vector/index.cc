#include "vector/index.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cstring>

#include "base/random.h"

namespace engram {
namespace {

constexpr size_t kCacheLine = 64;
/** A filter that lets fewer through than this is faster scanned than walked. */
constexpr double kWalkShareMin = 0.06;
/** Slots looked at to estimate what a filter lets through. */
constexpr uint32_t kShareSample = 400;
/** A walk widened for a filter keeps at most so many candidates. */
constexpr uint32_t kWidthMax = 4'000;
/** Sketches whose codes are looked at: so many times what is asked for, so many times the width, and at
 * least. */
constexpr size_t kSketchFactor = 16;
constexpr size_t kSketchesPerWidth = 4;
constexpr size_t kSketchesMin = 160;
/** How many standard deviations of a code's noise leave a candidate in doubt. */
constexpr float kDoubt = 3.5F;
/** A search whose candidates cannot be told apart is widened to so many times its width. */
constexpr uint32_t kWidenings = 8;
/** Slots scanned at a time. */
constexpr size_t kScanChunk = 256;
/** Codes compared at a time, while the next so many are fetched. */
constexpr size_t kAtOnce = 32;

bool better(const Hit& a, const Hit& b) {
  return a.similarity > b.similarity || (a.similarity == b.similarity && a.ordinal < b.ordinal);
}

}  // namespace

VectorIndex::VectorIndex(const IndexOptions& options)
    : options_(options), kernels_(&bestKernels()), world_(options) {}

uint32_t VectorIndex::newSlot() {
  if (!free_.empty()) {
    const uint32_t slot = free_.back();
    free_.pop_back();
    return slot;
  }
  const auto slot = static_cast<uint32_t>(ordinals_.size());
  world_.grow(size_t{slot} + 1);
  vectors_.reserve((size_t{slot} + 1) * options_.dimension * sizeof(float));
  ordinals_.push_back(kNone);
  return slot;
}

void VectorIndex::place(uint32_t slot, std::span<const float> unit) {
  std::memcpy(vectors_.data() + size_t{slot} * options_.dimension * sizeof(float), unit.data(),
              unit.size_bytes());
  world_.put(slot, unit);
}

void VectorIndex::add(uint32_t ordinal, std::span<const float> unit) {
  assert(unit.size() == options_.dimension);
  if (awaiting_ > 0) {
    if (const uint32_t slot = contains(ordinal) ? slots_[ordinal] - 1 : kNone;
        slot != kNone && awaited_[slot]) {
      place(slot, unit);
      awaited_[slot] = false;
      if (--awaiting_ == 0 && sketches_centred_ > 0) sketchAll();
      return;
    }
    strayed_ = true;
    return;
  }
  assert(!contains(ordinal));
  // Into a freed place a vector is linked at once: what came before it must be.
  const size_t left = free_.empty() ? owed_max_ : 0;
  settle(owed() - std::min(owed(), left));
  const uint32_t slot = newSlot();
  place(slot, unit);
  ordinals_[slot] = ordinal;
  if (slots_.size() <= ordinal) slots_.resize(size_t{ordinal} + 1, 0);
  slots_[ordinal] = slot + 1;
  ++live_;
  if (slot < placed_) world_.link(slot);
  sketch(slot);
}

std::vector<MemoryRange> VectorIndex::take_due() {
  std::vector<MemoryRange> due;
  world_.take_due(due);
  if (const MemoryRange range = vectors_.take_due(); range.bytes > 0) due.push_back(range);
  return due;
}

// The graph begins when the tail would grow too long, and has caught up when it is needed for all: one link
// per vector while all are scanned anyway, two from then on.
size_t VectorIndex::due() const {
  const size_t slots = ordinals_.size();
  if (slots <= tailMax()) return 0;
  const size_t fast = slots - std::min(slots, scannedUpTo());
  return std::min(slots, slots - tailMax() + fast);
}

void VectorIndex::prepare(const Pause& pause) {
  if (owes() && ordinals_[placed_] != kNone) world_.prepare(placed_, pause);
}

void VectorIndex::settle(size_t links_max) {
  for (size_t links = std::min(owed(), links_max); links > 0; --links, ++placed_)
    if (ordinals_[placed_] != kNone) world_.link(placed_);
  if (sketches_ && ordinals_.size() > kSketchUpTo && placed_ == ordinals_.size()) {
    sketches_.reset();
    sketches_centred_ = 0;
  }
}

// Sketches are there from the first search that reads them to the last: their centre is the mean of the
// vectors at each doubling before the graph is due.
void VectorIndex::sketch(uint32_t slot) {
  const size_t slots = ordinals_.size();
  if (!sketched() || slots <= kScanUpTo || (slots > kSketchUpTo && !sketches_)) return;
  if (sketches_ && (slots < 2 * sketches_centred_ || slots >= kSketchUpTo)) {
    sketches_->put(slot, exactVector(slot));
    return;
  }
  sketches_centred_ = slots;
  std::vector<double> sum(options_.dimension, 0);
  for (uint32_t at = 0; at < slots; ++at)
    for (size_t i = 0; i < options_.dimension; ++i) sum[i] += static_cast<double>(exact(at)[i]);
  sketches_mean_.resize(options_.dimension);
  for (size_t i = 0; i < sum.size(); ++i)
    sketches_mean_[i] = static_cast<float>(sum[i] / static_cast<double>(slots));
  sketchAll();
}

void VectorIndex::sketchAll() {
  sketches_.emplace(options_.dimension, options_.seed);
  sketches_->centre(sketches_mean_);
  for (uint32_t slot = 0; slot < ordinals_.size(); ++slot) sketches_->put(slot, exactVector(slot));
}

void VectorIndex::remove(uint32_t ordinal) {
  if (!contains(ordinal)) return;
  settle();
  const uint32_t slot = slots_[ordinal] - 1;
  ordinals_[slot] = kNone;
  slots_[ordinal] = 0;
  --live_;
  if (world_.linked(slot))
    world_.unlink(slot);
  else
    world_.clear(slot);
  free_.push_back(slot);
}

std::span<const float> VectorIndex::vector(uint32_t ordinal) const {
  assert(contains(ordinal));
  return exactVector(slots_[ordinal] - 1);
}

/** Share of vectors that may be returned, from a sample that no period in the ordinals can fool. */
double VectorIndex::acceptedShare(const Filter* filter) const {
  if (filter == nullptr) return 1;
  uint32_t seen = 0;
  uint32_t let_through = 0;
  for (uint32_t i = 1; i <= kShareSample; ++i) {
    const auto slot = static_cast<uint32_t>(mix64(i) % ordinals_.size());
    seen += ordinals_[slot] != kNone ? 1 : 0;
    let_through += accepted(slot, filter) ? 1 : 0;
  }
  return seen == 0 ? 0 : static_cast<double>(let_through) / seen;
}

size_t VectorIndex::scanExact(std::span<const float> query, const SearchOptions& options,
                              std::span<Hit> out) const {
  const size_t k = std::min<size_t>(options.k, out.size());
  size_t found = 0;  // out[0, found) is a heap whose top is the worst kept
  const auto end = [&] { return out.begin() + static_cast<ptrdiff_t>(found); };
  for (uint32_t slot = 0; slot < ordinals_.size(); ++slot) {
    if (!accepted(slot, options.filter)) continue;
    const Hit hit{ordinals_[slot], kernels_->dot(query.data(), exact(slot), options_.dimension)};
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

void VectorIndex::offer(SearchScratch& scratch) const {
  compare(scratch.slots, scratch);
  scratch.walk.pool.insert(scratch.similarities, scratch.slots);
}

void VectorIndex::compare(std::span<const uint32_t> slots, SearchScratch& scratch) const {
  scratch.similarities.resize(slots.size());
  const auto chunk = [&](size_t begin) {
    return slots.subspan(std::min(begin, slots.size()),
                         std::min(kAtOnce, slots.size() - std::min(begin, slots.size())));
  };
  world_.blocks().fetch(chunk(0));
  for (size_t begin = 0; begin < slots.size(); begin += kAtOnce) {
    const auto some = chunk(begin);
    world_.blocks().fetch(chunk(begin + kAtOnce));
    world_.blocks().similarities(scratch.walk.query, some, scratch.similarities.data() + begin);
  }
}

void VectorIndex::scanCodes(uint32_t first, const Filter* filter, SearchScratch& scratch) const {
  for (uint32_t slot = first; slot < ordinals_.size();) {
    scratch.slots.clear();
    for (; slot < ordinals_.size() && scratch.slots.size() < kScanChunk; ++slot)
      if (accepted(slot, filter)) scratch.slots.push_back(slot);
    offer(scratch);
  }
}

void VectorIndex::gather(std::span<const float> query, const SearchOptions& options, double share,
                         uint32_t width, bool onward, SearchScratch& scratch) const {
  const uint32_t first = walks() ? placed_ : 0;
  if (!walks())
    scratch.walk.pool.begin(width);
  else if (onward)
    world_.widen(widthOfWalk(width, share), scratch.walk);
  else
    world_.walk(widthOfWalk(width, share), scratch.walk);
  if (first == ordinals_.size()) return;
  if (!sketches_) return scanCodes(first, options.filter, scratch);
  const size_t looked = std::max({kSketchesMin, kSketchFactor * options.k, kSketchesPerWidth * width});
  const auto wanted = static_cast<size_t>(static_cast<double>(looked) / share);
  sketches_->nearest(query, first, wanted, scratch.sketch, scratch.slots);
  std::erase_if(scratch.slots, [&](uint32_t slot) { return !accepted(slot, options.filter); });
  offer(scratch);
}

bool VectorIndex::scansAll(double share) const {
  return ordinals_.size() <= kScanUpTo || share < kWalkShareMin || (!walks() && !sketches_);
}

uint32_t VectorIndex::widthOfWalk(uint32_t width, double share) const {
  return static_cast<uint32_t>(
      std::min<double>(width / std::max(share, kWalkShareMin), std::max(kWidthMax, width)));
}

float VectorIndex::doubtful(float kth) const { return kth - kDoubt * world_.blocks().noise(kth); }

bool VectorIndex::undecided(uint32_t k, const SearchScratch& scratch) const {
  const Pool& pool = scratch.walk.pool;
  if (!pool.full() || pool.size() <= k) return false;
  const float kth = pool[k - 1].similarity;
  return pool[pool.size() - 1].similarity >= doubtful(kth);
}

void VectorIndex::shortlist(const SearchOptions& options, SearchScratch& scratch) const {
  const Pool& pool = scratch.walk.pool;
  const uint32_t k = options.k;
  auto& candidates = scratch.candidates;
  candidates.clear();
  for (uint32_t i = 0; i < pool.size(); ++i) {
    const Candidate one = pool[i];
    if (candidates.size() >= k && one.similarity < doubtful(candidates[k - 1].similarity)) break;
    if (accepted(one.slot, options.filter)) candidates.push_back(one);
  }
}

// All are known: those are taken that a pool would keep that is widened as long as it is undecided.
void VectorIndex::shortlistAll(const SearchOptions& options, uint32_t width, SearchScratch& scratch) const {
  auto& slots = scratch.slots;
  auto& candidates = scratch.candidates;
  slots.clear();
  for (uint32_t slot = 0; slot < ordinals_.size(); ++slot)
    if (accepted(slot, options.filter)) slots.push_back(slot);
  compare(slots, scratch);
  const auto take = [&](float floor) {
    candidates.clear();
    for (size_t i = 0; i < slots.size(); ++i)
      if (scratch.similarities[i] >= floor) candidates.push_back({scratch.similarities[i], slots[i]});
    std::sort(candidates.begin(), candidates.end(), nearer);
  };
  take(floor_of_best(scratch.similarities, options.k));
  if (candidates.size() < options.k) return;
  take(doubtful(candidates[options.k - 1].similarity));
  const size_t most = options.ef == 0 && width > options.k ? kWidenings * width : width;
  if (candidates.size() > most) candidates.resize(most);
}

size_t VectorIndex::rank(std::span<const float> query, const SearchOptions& options, SearchScratch& scratch,
                         std::span<Hit> out) const {
  const Blocks& blocks = world_.blocks();
  const size_t k = std::min<size_t>(options.k, out.size());
  auto& candidates = scratch.candidates;
  scratch.slots.clear();
  for (const Candidate& one : candidates) scratch.slots.push_back(one.slot);
  if (blocks.form() == CodeForm::kNibbles) {
    scratch.similarities.resize(candidates.size());
    blocks.fineSimilarities(scratch.walk.query, scratch.slots, scratch.similarities.data());
    for (size_t i = 0; i < candidates.size(); ++i) candidates[i].similarity = scratch.similarities[i];
    std::sort(candidates.begin(), candidates.end(), nearer);
  }
  size_t kept = std::min(k, candidates.size());
  while (kept < candidates.size() &&
         candidates[kept].similarity >= candidates[k - 1].similarity - kDoubt * blocks.fineNoise())
    ++kept;
  auto& ranked = scratch.ranked;
  ranked.clear();
  for (size_t i = 0; i < kept; ++i) {
    const auto* line = reinterpret_cast<const std::byte*>(exact(candidates[i].slot));
    for (size_t offset = 0; offset < options_.dimension * sizeof(float); offset += kCacheLine)
      __builtin_prefetch(line + offset);
  }
  for (size_t i = 0; i < kept; ++i) {
    const uint32_t slot = candidates[i].slot;
    ranked.push_back({ordinals_[slot], kernels_->dot(query.data(), exact(slot), options_.dimension)});
  }
  const size_t count = std::min(ranked.size(), k);
  std::partial_sort(ranked.begin(), ranked.begin() + static_cast<ptrdiff_t>(count), ranked.end(), better);
  std::copy_n(ranked.begin(), count, out.begin());
  return count;
}

size_t VectorIndex::search(std::span<const float> query, const SearchOptions& options, SearchScratch& scratch,
                           std::span<Hit> out) const {
  assert(query.size() == options_.dimension);
  if (live_ == 0 || options.k == 0) return 0;
  if (options.mode == SearchMode::kExact) return scanExact(query, options, out);
  world_.blocks().ask(query, scratch.walk.query);
  const double share = acceptedShare(options.filter);
  uint32_t width = std::max(options.ef == 0 ? kDefaultEf : options.ef, options.k);
  if (scansAll(share)) {
    shortlistAll(options, width, scratch);
    return rank(query, options, scratch, out);
  }
  gather(query, options, share, width, false, scratch);
  // Where even the worst kept might be among the best, more are looked at, unless the caller said how many.
  for (const uint32_t widest = kWidenings * width;
       options.ef == 0 && width < widest && undecided(options.k, scratch);) {
    width *= 2;
    gather(query, options, share, width, true, scratch);
  }
  shortlist(options, scratch);
  return rank(query, options, scratch, out);
}

MemoryUse VectorIndex::memory() const {
  const size_t slots = ordinals_.size();
  const Blocks& blocks = world_.blocks();
  return {slots * (options_.dimension * sizeof(float) + blocks.coldBytes()),
          slots * blocks.hotBytes() + world_.linkBytes() + (sketches_ ? sketches_->bytes() : 0)};
}

}  // namespace engram
