#include "vector/landmarks.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>
#include <limits>

#include "base/random.h"

namespace engram {
namespace {

constexpr size_t kBitsPerWord = 64;
/** Of a sketch; where there are more values, those that lie so far apart are summed. */
constexpr size_t kWordsMost = 8;
/** Tells the draw of landmarks from other uses of the same seed. */
constexpr uint64_t kDraw = 0x6C61'6E64'6D61'726B;

/** More than all bits differ; the same in every bit but the sign, so that it may be laid over a distance. */
constexpr int16_t kFarthest = std::numeric_limits<int16_t>::max();

using Lanes = int16_t __attribute__((vector_size(kSketchGroup * sizeof(int16_t))));

/** For each lane the first group that has its least distance, where places that are `vacant` are farther than
 * all others. Compilers make no vectors of such a loop by themselves: the least of all would be most of a
 * walk's beginning. */
Lanes groupsOfLeast(std::span<const int16_t> distances, std::span<const int16_t> vacant) {
  Lanes least = Lanes{} + kFarthest;
  Lanes group_of = {};
  Lanes group = {};
  for (size_t at = 0; at < distances.size(); at += kSketchGroup, group += 1) {
    Lanes some;
    Lanes far;
    std::memcpy(&some, distances.data() + at, sizeof some);
    std::memcpy(&far, vacant.data() + at, sizeof far);
    some |= far;
    const Lanes nearer = some < least;
    group_of = (group & nearer) | (group_of & ~nearer);
    least = (some & nearer) | (least & ~nearer);
  }
  return group_of;
}

/** Bytes that are 0 or 1 as bits, the first the lowest: eight at a time, a product moves each to its place in
 * the highest byte. */
uint64_t packed(const std::array<uint8_t, kBitsPerWord>& bytes) {
  constexpr uint64_t kGather = 0x0102'0408'1020'4080;
  uint64_t bits = 0;
  for (size_t at = 0; at < kBitsPerWord; at += sizeof(uint64_t)) {
    uint64_t eight = 0;
    std::memcpy(&eight, bytes.data() + at, sizeof eight);
    bits |= (eight * kGather >> 56U) << at;
  }
  return bits;
}

size_t wordsOf(size_t values) {
  const size_t words = values / kBitsPerWord;
  const size_t folds = std::max<size_t>((words + kWordsMost - 1) / kWordsMost, 1);
  return (words + folds - 1) / folds;
}

}  // namespace

Landmarks::Landmarks(uint32_t dimension, uint64_t seed)
    : kernels_(&bestKernels()),
      seed_(seed),
      values_(2 * planeBytes(dimension)),
      words_(wordsOf(values_)),
      centre_(words_ * kBitsPerWord, 0) {}

uint32_t Landmarks::rank(uint32_t slot) const {
  return static_cast<uint32_t>(std::countr_zero(mix64(seed_ ^ kDraw ^ mix64(uint64_t{slot} + 1))));
}

bool Landmarks::grow(uint32_t slot) {
  assert(slots_.empty() || slots_.back() < slot);
  if (rank(slot) < rank_min_) return false;
  slots_.push_back(slot);
  const bool crowded = slots_.size() > kMost;
  if (crowded) {
    ++rank_min_;
    std::erase_if(slots_, [this](uint32_t one) { return rank(one) < rank_min_; });
  }
  bits_.reserve(bytes());
  if (crowded) std::fill(vacant_.begin(), vacant_.end(), kFarthest);
  vacant_.resize(groups() * kSketchGroup, kFarthest);
  return crowded;
}

uint64_t* Landmarks::place(size_t at) {
  return reinterpret_cast<uint64_t*>(bits_.data()) + at / kSketchGroup * words_ * kSketchGroup +
         at % kSketchGroup;
}

size_t Landmarks::at(uint32_t slot) const {
  const auto found = std::lower_bound(slots_.begin(), slots_.end(), slot);
  return found == slots_.end() || *found != slot ? slots_.size()
                                                 : static_cast<size_t>(found - slots_.begin());
}

void Landmarks::put(uint32_t slot, const CodeQuery& code) {
  if (!holds(slot)) return;
  bits_of(code, writer_);
  uint64_t* words = place(at(slot));
  for (size_t word = 0; word < words_; ++word) words[word * kSketchGroup] = writer_[word];
  vacant_[at(slot)] = 0;
}

void Landmarks::remove(uint32_t slot) {
  if (holds(slot)) vacant_[at(slot)] = kFarthest;
}

void Landmarks::set_centre(std::span<const float> centre) {
  assert(centre.size() == centre_.size());
  std::copy(centre.begin(), centre.end(), centre_.begin());
}

void Landmarks::bits_of(const CodeQuery& code, std::vector<uint64_t>& out) const {
  assert(code.code.size() == values_);
  out.resize(words_);
  std::array<uint8_t, kBitsPerWord> above;
  for (size_t word = 0; word < words_; ++word) {
    std::array<int32_t, kBitsPerWord> sums = {};
    for (size_t from = word * kBitsPerWord; from < values_; from += words_ * kBitsPerWord)
      for (size_t i = 0; i < kBitsPerWord; ++i) sums[i] += code.code[from + i];
    const float* centre = centre_.data() + word * kBitsPerWord;
    for (size_t i = 0; i < kBitsPerWord; ++i)
      above[i] = static_cast<float>(sums[i]) * code.scale > centre[i] ? 1 : 0;
    out[word] = packed(above);
  }
}

std::array<uint32_t, Landmarks::kNearest> Landmarks::nearest(const CodeQuery& query,
                                                             LandmarkScratch& scratch) const {
  std::array<uint32_t, kNearest> slots;
  slots.fill(kNone);
  if (slots_.empty()) return slots;
  bits_of(query, scratch.bits);
  scratch.distances.resize(groups() * kSketchGroup);
  kernels_->hamming(reinterpret_cast<const uint64_t*>(bits_.data()), groups(), scratch.bits.data(), words_,
                    scratch.distances.data());
  const Lanes group_of = groupsOfLeast(scratch.distances, vacant_);
  for (size_t lane = 0; lane < kNearest; ++lane)
    if (const size_t at = static_cast<size_t>(group_of[static_cast<int>(lane)]) * kSketchGroup + lane;
        vacant_[at] == 0)
      slots[lane] = slots_[at];
  return slots;
}

}  // namespace engram
