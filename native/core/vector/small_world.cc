#include "vector/small_world.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <iterator>
#include <limits>

#include "base/random.h"

namespace engram {
namespace {

constexpr uint32_t kMaxLayer = 16;
/** Of a walk that lets others go first: some microseconds. */
constexpr size_t kStepsToPause = 8;
/** A candidate is compared with so many of the chosen at a time: the first that is nearer to it ends it. */
constexpr size_t kComparedAtOnce = 8;

bool contains(std::span<const uint32_t> slots, uint32_t slot) {
  return std::find(slots.begin(), slots.end(), slot) != slots.end();
}

}  // namespace

SmallWorld::SmallWorld(const WorldOptions& options)
    : options_(options),
      blocks_(options.dimension, options.degree),
      landmarks_(landmarked() ? options.dimension : 0, options.seed),
      similarities_(options.ef_construction + 1) {
  assert(options_.dimension > 0 && options_.degree >= 16 && options_.degree % 16 == 0);
}

uint32_t SmallWorld::levelOf(uint32_t slot) const {
  const double uniform =
      (static_cast<double>(mix64(options_.seed ^ mix64(uint64_t{slot} + 1)) >> 11U) + 1.0) * 0x1.0p-53;
  const double level = -std::log(uniform) / std::log(static_cast<double>(options_.degree) / 2);
  return std::min(kMaxLayer, static_cast<uint32_t>(level));
}

void SmallWorld::grow(size_t slots) {
  blocks_.reserve(slots);
  for (auto slot = static_cast<uint32_t>(levels_.size()); slot < slots; ++slot) {
    const uint32_t level = levelOf(slot);
    levels_.push_back(static_cast<uint8_t>(level));
    linked_.push_back(0);
    pruned_.push_back(0);
    upper_at_.push_back(static_cast<uint32_t>(upper_.size()));
    upper_.resize(upper_.size() + size_t{level} * (options_.degree / 2 + 1), 0);
    setNeighbours(slot, 0, {});
  }
}

// When a slot is linked, not when it comes to be: so that a graph is the same however late its links are
// made.
void SmallWorld::cover(uint32_t slots) {
  for (; covered_ < slots; ++covered_)
    if (landmarks_.grow(covered_)) centre_landmarks();
}

void SmallWorld::put(uint32_t slot, std::span<const float> unit) {
  blocks_.put(slot, unit);
  if (linked(slot)) mark(slot);
}

void SmallWorld::mark(uint32_t slot) {
  if (!landmarked() || !landmarks_.holds(slot)) return;
  blocks_.ask(slot, asking_);
  landmarks_.put(slot, asking_);
}

void SmallWorld::markLinked(uint32_t slot) {
  if (!landmarked()) return;
  cover(slot + 1);
  if (!landmarks_.holds(slot)) return;
  mark(slot);
  const size_t renewed = std::max(landmarks_.slots().size(), Landmarks::kMost / 2);
  if (++marked_ >= renewed) centre_landmarks();
}

// Around their mean, as far as they are linked by now: when half of them went, and when as many were linked
// anew as there are, since what they hold may be of another kind by then.
void SmallWorld::centre_landmarks() {
  std::vector<double> sum(landmarks_.centre().size(), 0);
  size_t count = 0;
  for (const uint32_t slot : landmarks_.slots()) {
    if (!linked(slot)) continue;
    blocks_.ask(slot, asking_);
    for (size_t from = 0; from < asking_.code.size(); from += sum.size())
      for (size_t i = 0; i < std::min(sum.size(), asking_.code.size() - from); ++i)
        sum[i] += static_cast<double>(asking_.scale) * asking_.code[from + i];
    ++count;
  }
  marked_ = 0;
  std::vector<float> centre;
  for (const double value : sum)
    centre.push_back(static_cast<float>(value / static_cast<double>(std::max<size_t>(count, 1))));
  landmarks_.set_centre(centre);
  for (const uint32_t slot : landmarks_.slots())
    if (linked(slot)) mark(slot);
}

std::span<const uint32_t> SmallWorld::neighbours(uint32_t slot, uint32_t layer) const {
  if (layer > 0) {
    const uint32_t* list = upper_.data() + upperAt(slot, layer);
    return {list + 1, list[0]};
  }
  const uint32_t* ids = blocks_.ids(slot);
  size_t count = 0;
  while (count < options_.degree && ids[count] != kNone) ++count;
  return {ids, count};
}

void SmallWorld::setNeighbours(uint32_t slot, uint32_t layer, std::span<const uint32_t> chosen) {
  assert(chosen.size() <= degreeAt(layer));
  if (layer > 0) {
    uint32_t* list = upper_.data() + upperAt(slot, layer);
    list[0] = static_cast<uint32_t>(chosen.size());
    std::copy(chosen.begin(), chosen.end(), list + 1);
    return;
  }
  uint32_t* ids = blocks_.ids(slot);
  std::copy(chosen.begin(), chosen.end(), ids);
  std::fill(ids + chosen.size(), ids + options_.degree, kNone);
  pruned_[slot] = 0;
}

void SmallWorld::setPruned(uint32_t slot, uint32_t layer, std::span<const uint32_t> chosen) {
  setNeighbours(slot, layer, chosen);
  if (layer == 0) pruned_[slot] = static_cast<uint8_t>(chosen.size());
}

Candidate SmallWorld::start(WalkScratch& scratch) const {
  Candidate entry{0, entry_};
  blocks_.similarities(scratch.query, {&entry.slot, 1}, &entry.similarity);
  return entry;
}

Candidate SmallWorld::descend(Candidate entry, uint32_t to_layer, WalkScratch& scratch) const {
  scratch.reserve(options_.degree);
  for (uint32_t layer = top_; layer > to_layer; --layer) {
    for (bool moved = true; moved;) {
      moved = false;
      const auto list = neighbours(entry.slot, layer);
      blocks_.fetch(list);
      blocks_.similarities(scratch.query, list, scratch.similarities.data());
      for (size_t i = 0; i < list.size(); ++i) {
        if (scratch.similarities[i] <= entry.similarity) continue;
        entry = {scratch.similarities[i], list[i]};
        moved = true;
      }
    }
  }
  return entry;
}

bool SmallWorld::enterAtLandmarks(WalkScratch& scratch) const {
  if (!landmarked()) return false;
  const auto nearest = landmarks_.nearest(scratch.query, scratch.landmarks);
  const auto enterable = [this](uint32_t slot) { return slot != kNone && linked(slot); };
  if (std::none_of(nearest.begin(), nearest.end(), enterable)) return false;
  scratch.entries.clear();
  std::copy_if(nearest.begin(), nearest.end(), std::back_inserter(scratch.entries), enterable);
  return true;
}

void SmallWorld::enterAtLandmarksToo(WalkScratch& scratch) const {
  const std::vector<uint32_t> found = scratch.entries;
  enterAtLandmarks(scratch);
  for (const uint32_t slot : found)
    if (!contains(scratch.entries, slot)) scratch.entries.push_back(slot);
}

void SmallWorld::enterAbove(uint32_t layer, WalkScratch& scratch) const {
  scratch.entries.assign(1, descend(start(scratch), layer, scratch).slot);
}

size_t SmallWorld::walkLayer(uint32_t width, uint32_t layer, WalkScratch& scratch) const {
  scratch.pool.begin(width);
  scratch.expanded.clear();
  scratch.visited.resize((levels_.size() + 63) / 64, 0);
  const std::span<const uint32_t> entries = scratch.entries;
  scratch.reserve(entries.size() + options_.degree);
  blocks_.fetch(entries);
  for (const uint32_t slot : entries) scratch.visited[slot / 64U] |= uint64_t{1} << (slot % 64U);
  std::copy(entries.begin(), entries.end(), scratch.seen.begin());
  blocks_.similarities(scratch.query, entries, scratch.similarities.data());
  scratch.met = entries.size();
  scratch.pool.insert({scratch.similarities.data(), entries.size()}, entries);
  expandAll(layer, scratch);
  return scratch.met;
}

void SmallWorld::expandAll(uint32_t layer, WalkScratch& scratch) const {
  Pool& pool = scratch.pool;
  size_t count = scratch.met;
  const auto visit = [&](uint32_t slot) {  // without a branch: half of all neighbours were seen before
    uint64_t& word = scratch.visited[slot / 64U];
    scratch.seen[count] = slot;
    count += ~(word >> (slot % 64U)) & 1U;
    word |= uint64_t{1} << (slot % 64U);
    blocks_.fetch(slot);
  };
  for (uint32_t slot = pool.expand(); slot != kNone; slot = pool.expand()) {
    scratch.expanded.push_back(slot);
    if (scratch.expanded.size() % kStepsToPause == 0 && scratch.pause && !scratch.pause()) break;
    scratch.reserve(count + options_.degree + 1);
    const size_t before = count;
    for (const uint32_t next : neighbours(slot, layer)) visit(next);
    // The neighbours of the one that comes next, unless a better one is found now.
    if (const uint32_t coming = pool.peek(); layer == 0 && coming != kNone) blocks_.fetchIds(coming);
    float* similarities = scratch.similarities.data() + before;
    const std::span<const uint32_t> fresh(scratch.seen.data() + before, count - before);
    blocks_.similarities(scratch.query, fresh, similarities);
    pool.insert({similarities, fresh.size()}, fresh);
  }
  scratch.met = count;
  for (size_t i = 0; i < count; ++i) scratch.visited[scratch.seen[i] / 64U] = 0;
}

void SmallWorld::walk(uint32_t width, WalkScratch& scratch) const {
  scratch.pool.begin(width);
  scratch.met = 0;
  scratch.expanded.clear();
  if (entry_ == kNone) return;
  if (!enterAtLandmarks(scratch)) enterAbove(0, scratch);
  walkLayer(width, 0, scratch);
}

void SmallWorld::widen(uint32_t width, WalkScratch& scratch) const {
  std::vector<uint64_t>& visited = scratch.visited;
  const auto set = [&](uint32_t slot) { visited[slot / 64U] |= uint64_t{1} << (slot % 64U); };
  const auto is_set = [&](uint32_t slot) { return (visited[slot / 64U] >> (slot % 64U) & 1U) != 0; };
  const std::span<const uint32_t> seen(scratch.seen.data(), scratch.met);
  scratch.pool.refill(width, {scratch.similarities.data(), scratch.met}, seen);
  for (const uint32_t slot : scratch.expanded) set(slot);
  scratch.pool.mark_expanded(is_set);
  for (const uint32_t slot : seen) set(slot);
  expandAll(0, scratch);
}

// Keeps a candidate only when it is nearer to the new node than to any kept one (HNSW, algorithm 4): edges go
// in different directions, and none is wasted.
void SmallWorld::prune(std::span<const Candidate> candidates, uint32_t degree,
                       std::span<const uint32_t> together, std::vector<uint32_t>& chosen) {
  similarities_.resize(kComparedAtOnce);
  apart_ = chosen;  // those of `chosen` that are not of `together`
  const auto worth = [&](const Candidate& candidate, std::span<const uint32_t> rivals) {
    if (!rivals.empty()) blocks_.ask(candidate.slot, asking_);
    for (size_t begin = 0; begin < rivals.size(); begin += kComparedAtOnce) {
      const auto some = rivals.subspan(begin, std::min(kComparedAtOnce, rivals.size() - begin));
      blocks_.similarities(asking_, some, similarities_.data());
      if (!std::all_of(similarities_.begin(), similarities_.begin() + static_cast<ptrdiff_t>(some.size()),
                       [&](float to_rival) { return to_rival < candidate.similarity; }))
        return false;
    }
    return true;
  };
  float last_chosen = std::numeric_limits<float>::infinity();
  for (const Candidate& candidate : candidates) {
    if (chosen.size() == degree) break;
    const bool settled = contains(together, candidate.slot);
    // Which of two equally near ones came first then is not known.
    const bool tied = candidate.similarity == last_chosen;
    if (!worth(candidate, settled && !tied ? apart_ : chosen)) continue;
    chosen.push_back(candidate.slot);
    if (!settled) apart_.push_back(candidate.slot);
    last_chosen = candidate.similarity;
  }
}

void SmallWorld::rank(uint32_t slot, std::span<const uint32_t> others) {
  blocks_.ask(slot, asking_);
  similarities_.resize(others.size());
  blocks_.fetch(others);
  blocks_.similarities(asking_, others, similarities_.data());
  candidates_.clear();
  for (size_t i = 0; i < others.size(); ++i)
    if (others[i] != slot && linked(others[i])) candidates_.push_back({similarities_[i], others[i]});
  std::sort(candidates_.begin(), candidates_.end(), nearer);
}

void SmallWorld::rewire(uint32_t slot, uint32_t layer, uint32_t more) {
  const auto list = neighbours(slot, layer);
  grown_.assign(list.begin(), list.end());
  grown_.push_back(more);
  rank(slot, grown_);
  rewired_.clear();
  prune(candidates_, degreeAt(layer), list.first(layer == 0 ? pruned_[slot] : 0), rewired_);
  setPruned(slot, layer, rewired_);
}

void SmallWorld::connect(uint32_t from, uint32_t to, uint32_t layer) {
  const auto list = neighbours(from, layer);
  if (contains(list, to)) return;  // a slot used again
  if (list.size() == degreeAt(layer)) return rewire(from, layer, to);
  if (layer == 0) {
    blocks_.ids(from)[list.size()] = to;
    return;
  }
  grown_.assign(list.begin(), list.end());
  grown_.push_back(to);
  setNeighbours(from, layer, grown_);
}

void SmallWorld::prepare(uint32_t slot, const Pause& pause) {
  ahead_.pause = [&, began = changes_] {
    pause();
    return changes_ == began;  // else there may be slots that the walk has no room for
  };
  prepare(slot, ahead_);
  ahead_.pause = nullptr;
}

void SmallWorld::prepare(uint32_t slot, WalkScratch& scratch) {
  assert(!linked(slot));
  const uint64_t began = changes_;
  prepared_for_ = kNone;  // until it is done: a writer that comes in a pause must not take half of it
  prepared_.resize(kMaxLayer + 1);
  for (auto& chosen : prepared_) chosen.clear();
  const auto done = [&] {
    prepared_for_ = slot;
    prepared_at_ = began;
  };
  if (entry_ == kNone) return done();
  const uint32_t highest = std::min<uint32_t>(levels_[slot], top_);
  blocks_.ask(slot, scratch.query);
  if (highest > 0 || !enterAtLandmarks(scratch)) enterAbove(highest, scratch);
  for (uint32_t layer = highest + 1; layer-- > 0;) {
    if (layer == 0 && highest > 0) enterAtLandmarksToo(scratch);
    walkLayer(options_.ef_construction, layer, scratch);
    if (changes_ != began) return;  // a writer came in a pause, and what he prepared is his
    found_.clear();
    for (uint32_t i = 0; i < scratch.pool.size(); ++i)
      if (const Candidate one = scratch.pool[i]; one.slot != slot && linked(one.slot)) found_.push_back(one);
    if (found_.empty()) continue;  // only removed ones are near: the next layer may have others
    prune(found_, degreeAt(layer), {}, prepared_[layer]);
    scratch.entries.assign(1, found_.front().slot);
  }
  done();
}

void SmallWorld::link(uint32_t slot) {
  if (!prepared(slot)) prepare(slot, insert_);
  ++changes_;
  linked_[slot] = 1;
  markLinked(slot);
  const uint32_t level = levels_[slot];
  if (entry_ == kNone) {
    entry_ = slot;
    top_ = level;
    return;
  }
  for (uint32_t layer = std::min(level, top_) + 1; layer-- > 0;) {
    const std::vector<uint32_t>& chosen = prepared_[layer];
    if (chosen.empty()) continue;
    setPruned(slot, layer, chosen);
    for (const uint32_t other : chosen) connect(other, slot, layer);
  }
  if (level > top_) {
    top_ = level;
    entry_ = slot;
  }
}

// Whoever pointed at the removed one gets its neighbours as candidates instead. Edges lead both ways only
// where pruning left both, so those who did are looked for among all that a walk around it meets; an edge
// that is missed even so leads to whatever takes the slot next, which is a detour and no fault.
void SmallWorld::repair(uint32_t slot, uint32_t layer) {
  const auto own = neighbours(slot, layer);
  const std::vector<uint32_t> orphans(own.begin(), own.end());
  blocks_.ask(slot, insert_.query);
  insert_.entries.assign(1, slot);
  const size_t met = walkLayer(options_.ef_construction, layer, insert_);
  const std::vector<uint32_t> around(insert_.seen.begin(),
                                     insert_.seen.begin() + static_cast<ptrdiff_t>(met));
  for (const uint32_t near : around) {
    if (near == slot || !linked(near)) continue;
    const auto list = neighbours(near, layer);
    if (!contains(list, slot)) continue;
    std::vector<uint32_t> kept;
    std::copy_if(list.begin(), list.end(), std::back_inserter(kept),
                 [&](uint32_t other) { return other != slot; });
    std::vector<uint32_t> heirs = kept;
    rank(near, orphans);
    prune(candidates_, degreeAt(layer), {}, heirs);
    setNeighbours(near, layer, kept);
    for (size_t i = kept.size(); i < heirs.size(); ++i) join(near, heirs[i], layer);
  }
  // Whoever it pointed at lost a way in, and gets one from the nearest of the others.
  for (const uint32_t orphan : orphans) {
    if (!linked(orphan)) continue;
    rank(orphan, orphans);
    if (!candidates_.empty()) join(candidates_.front().slot, orphan, layer);
  }
}

void SmallWorld::join(uint32_t one, uint32_t other, uint32_t layer) {
  connect(one, other, layer);
  connect(other, one, layer);
}

void SmallWorld::unlink(uint32_t slot) {
  assert(linked(slot));
  ++changes_;
  linked_[slot] = 0;
  if (landmarked()) landmarks_.remove(slot);
  // An edge that repair misses leads to the slot's next code, which nothing was pruned beside.
  std::fill(pruned_.begin(), pruned_.end(), uint8_t{0});
  for (uint32_t layer = 0; layer <= levels_[slot]; ++layer) {
    repair(slot, layer);
    setNeighbours(slot, layer, {});
  }
  blocks_.clear(slot);
  if (slot == entry_) chooseEntry();
}

/** The first of those that reach the highest layer. */
void SmallWorld::chooseEntry() {
  entry_ = kNone;
  top_ = 0;
  for (uint32_t slot = 0; slot < levels_.size(); ++slot) {
    if (!linked(slot) || (entry_ != kNone && levels_[slot] <= top_)) continue;
    entry_ = slot;
    top_ = levels_[slot];
  }
}

size_t SmallWorld::linkBytes() const {
  return upper_.size() * sizeof(uint32_t) + levels_.size() * (sizeof(uint32_t) + 3 * sizeof(uint8_t)) +
         landmarks_.bytes();
}

}  // namespace engram
