#include "vector/sketch.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "base/random.h"

namespace engram {
namespace {

constexpr size_t kWordBits = 64;
/** Rotations: each mixes the leading and the trailing power of two of the values. */
constexpr size_t kRounds = 2;
/** Tables that distances are counted in by turns: neighbours are often equal, and a count just written is
 * slow to read. */
constexpr size_t kTables = 4;
/** Distances counted at least, and how few of them at most: every so many. */
constexpr size_t kCounted = 2'000;
constexpr size_t kStrideMax = 5;
/** Farther than any sketch. */
constexpr int16_t kFar = std::numeric_limits<int16_t>::max();

/** Fast Walsh–Hadamard transform, keeping lengths. */
void hadamard(float* values, size_t size) {
  for (size_t half = 1; half < size; half *= 2)
    for (size_t begin = 0; begin < size; begin += 2 * half)
      for (size_t i = begin; i < begin + half; ++i) {
        const float a = values[i];
        const float b = values[i + half];
        values[i] = a + b;
        values[i + half] = a - b;
      }
  const float scale = 1 / std::sqrt(static_cast<float>(size));
  for (size_t i = 0; i < size; ++i) values[i] *= scale;
}

}  // namespace

Sketches::Sketches(uint32_t dimension, uint64_t seed)
    : kernels_(&bestKernels()),
      dimension_(dimension),
      words_((dimension + kWordBits - 1) / kWordBits),
      signs_(kRounds * dimension),
      centre_(dimension, 0) {
  Random random(seed);
  for (float& sign : signs_) sign = random.chance(0.5) ? 1.0F : -1.0F;
}

void Sketches::rotate(std::span<const float> values, std::vector<float>& out) const {
  out.assign(values.begin(), values.end());
  const size_t power = std::bit_floor(size_t{dimension_});
  for (size_t round = 0; round < kRounds; ++round) {
    for (size_t i = 0; i < dimension_; ++i) out[i] *= signs_[round * dimension_ + i];
    hadamard(out.data(), power);
    if (power < dimension_) hadamard(out.data() + dimension_ - power, power);
  }
}

void Sketches::sketch(std::span<const float> unit, SketchScratch& scratch) const {
  rotate(unit, scratch.rotated);
  scratch.query.assign(words_, 0);
  for (size_t i = 0; i < dimension_; ++i)
    scratch.query[i / kWordBits] |= uint64_t{scratch.rotated[i] > centre_[i]} << (i % kWordBits);
}

void Sketches::centre(std::span<const float> mean) { rotate(mean, centre_); }

void Sketches::put(uint32_t slot, std::span<const float> unit) {
  size_ = std::max<size_t>(size_, size_t{slot} + 1);
  bits_.reserve(bytes());
  sketch(unit, writer_);
  uint64_t* place = words() + slot / kSketchGroup * words_ * kSketchGroup + slot % kSketchGroup;
  for (size_t word = 0; word < words_; ++word) place[word * kSketchGroup] = writer_.query[word];
}

void Sketches::nearest(std::span<const float> query, uint32_t first, size_t wanted, SketchScratch& scratch,
                       std::vector<uint32_t>& out) const {
  out.clear();
  if (first >= size_) return;
  sketch(query, scratch);
  const size_t skipped = first / kSketchGroup;
  const size_t scanned = groups() - skipped;
  auto& distances = scratch.distances;
  distances.resize((scanned * kSketchGroup + kSelectStep - 1) / kSelectStep * kSelectStep);
  kernels_->hamming(words() + skipped * words_ * kSketchGroup, scanned, scratch.query.data(), words_,
                    distances.data());
  const size_t begin = first % kSketchGroup;
  const size_t end = size_ - skipped * kSketchGroup;
  std::fill_n(distances.begin(), begin, kFar);
  std::fill(distances.begin() + static_cast<ptrdiff_t>(end), distances.end(), kFar);

  // How far the wanted ones reach, by counting; of many, every few are enough to tell.
  auto& counts = scratch.counts;
  const size_t table = size_t{dimension_} + 1;
  counts.assign(kTables * table, 0);
  const size_t stride = std::clamp<size_t>((end - begin) / kCounted, 1, kStrideMax);
  size_t at = begin;
  for (; at + (kTables - 1) * stride < end; at += kTables * stride)
    for (size_t turn = 0; turn < kTables; ++turn)
      ++counts[turn * table + static_cast<size_t>(distances[at + turn * stride])];
  for (; at < end; at += stride) ++counts[static_cast<size_t>(distances[at])];
  const auto counted = [&](size_t distance) {
    size_t all = 0;
    for (size_t turn = 0; turn < kTables; ++turn) all += counts[turn * table + distance];
    return all;
  };
  size_t reach = 0;
  for (size_t sum = counted(0); sum * stride < wanted && reach < dimension_;) sum += counted(++reach);

  auto& selected = scratch.selected;
  selected.resize(std::max(selected.size(), distances.size() + kSelectStep));
  const size_t found = kernels_->select(distances.data(), distances.size(), static_cast<int16_t>(reach),
                                        static_cast<uint32_t>(skipped * kSketchGroup), selected.data());
  out.assign(selected.begin(), selected.begin() + static_cast<ptrdiff_t>(found));
}

}  // namespace engram
