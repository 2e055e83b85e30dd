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
/** Slots looked at together before one by one: most hold nothing near. */
constexpr size_t kStep = 32;
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
  const size_t groups = (size_ + kSketchGroup - 1) / kSketchGroup;
  bits_.resize(groups * words_ * kSketchGroup, 0);
  sketch(unit, writer_);
  uint64_t* group = bits_.data() + slot / kSketchGroup * words_ * kSketchGroup + slot % kSketchGroup;
  for (size_t word = 0; word < words_; ++word) group[word * kSketchGroup] = writer_.query[word];
}

void Sketches::nearest(std::span<const float> query, uint32_t first, size_t wanted, SketchScratch& scratch,
                       std::vector<uint32_t>& out) const {
  out.clear();
  if (first >= size_) return;
  sketch(query, scratch);
  const size_t skipped = first / kSketchGroup;
  const size_t groups = (size_ + kSketchGroup - 1) / kSketchGroup - skipped;
  auto& distances = scratch.distances;
  distances.resize((groups * kSketchGroup + kStep - 1) / kStep * kStep);
  kernels_->hamming(bits_.data() + skipped * words_ * kSketchGroup, groups, scratch.query.data(), words_,
                    distances.data());
  const size_t begin = first % kSketchGroup;
  const size_t end = size_ - skipped * kSketchGroup;
  std::fill_n(distances.begin(), begin, kFar);
  std::fill(distances.begin() + static_cast<ptrdiff_t>(end), distances.end(), kFar);

  // How far the wanted ones reach, by counting; of many, every few are enough to tell.
  auto& counts = scratch.counts;
  counts.assign(size_t{dimension_} + 1, 0);
  const size_t stride = std::clamp<size_t>((end - begin) / kCounted, 1, kStrideMax);
  for (size_t i = begin; i < end; i += stride) ++counts[static_cast<size_t>(distances[i])];
  int16_t reach = 0;
  for (size_t counted = counts[0]; counted * stride < wanted && static_cast<uint32_t>(reach) < dimension_;)
    counted += counts[static_cast<size_t>(++reach)];

  const auto base = static_cast<uint32_t>(skipped * kSketchGroup);
  for (size_t step = 0; step < distances.size(); step += kStep) {
    const int16_t* some = distances.data() + step;
    int16_t any = 0;  // all ones when one of them is near
    for (size_t i = 0; i < kStep; ++i)
      any = static_cast<int16_t>(any | -static_cast<int16_t>(some[i] <= reach));
    if (any == 0) continue;
    for (size_t i = 0; i < kStep; ++i)
      if (some[i] <= reach) out.push_back(base + static_cast<uint32_t>(step + i));
  }
}

}  // namespace engram
