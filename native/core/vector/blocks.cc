#include "vector/blocks.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstring>
#include <numbers>

namespace engram {
namespace {

/** Similarities computed at a time: their products stay in the first-level cache. */
constexpr size_t kChunk = 256;

CodeForm formOf(uint32_t dimension) {
  if (dimension <= Blocks::kFloatsUpTo) return CodeForm::kFloats;
  return dimension <= Blocks::kBytesUpTo ? CodeForm::kBytes : CodeForm::kNibbles;
}

size_t codeBytes(uint32_t dimension) {
  switch (formOf(dimension)) {
    case CodeForm::kFloats:
      return (dimension * sizeof(float) + kPlanePadding - 1) / kPlanePadding * kPlanePadding;
    case CodeForm::kBytes:
      return 2 * planeBytes(dimension);
    case CodeForm::kNibbles:
      break;
  }
  return planeBytes(dimension);
}

}  // namespace

Blocks::Blocks(uint32_t dimension, uint32_t degree)
    : kernels_(&bestKernels()),
      dimension_(dimension),
      form_(formOf(dimension)),
      ids_bytes_(degree * sizeof(uint32_t)),
      plane_bytes_(planeBytes(dimension)),
      code_bytes_(codeBytes(dimension)),
      block_bytes_(ids_bytes_ + code_bytes_) {
  assert(ids_bytes_ % kPlanePadding == 0);
}

void Blocks::reserve(size_t slots) {
  blocks_.reserve(slots * block_bytes_);
  if (form_ == CodeForm::kNibbles) low_.reserve(slots * plane_bytes_);
  if (form_ != CodeForm::kFloats && high_factors_.size() < slots) {
    high_factors_.resize(slots);
    both_factors_.resize(slots);
    noises_.resize(slots);
  }
}

void Blocks::take_due(std::vector<MemoryRange>& due) {
  for (Buffer* buffer : {&blocks_, &low_})
    if (const MemoryRange range = buffer->take_due(); range.bytes > 0) due.push_back(range);
}

void Blocks::put(uint32_t slot, std::span<const float> unit) {
  if (form_ == CodeForm::kFloats) {
    std::memcpy(code(slot), unit.data(), unit.size_bytes());
    return;
  }
  auto* high_plane = reinterpret_cast<uint8_t*>(code(slot));
  auto* low_plane = form_ == CodeForm::kBytes
                        ? high_plane + plane_bytes_
                        : reinterpret_cast<uint8_t*>(low_.data()) + size_t{slot} * plane_bytes_;
  const CodeFactors made = encode(unit, high_plane, low_plane);
  high_factors_[slot] = made.high_factor;
  both_factors_[slot] = made.both_factor;
  noises_[slot] = static_cast<uint16_t>(std::lrint(std::min(1.0F, made.noise) / kNoiseUnit));
  noise_sum_ += noises_[slot];
  ++noise_count_;
}

void Blocks::clear(uint32_t slot) {
  if (form_ == CodeForm::kFloats) {
    std::memset(code(slot), 0, dimension_ * sizeof(float));
    return;
  }
  high_factors_[slot] = 0;
  both_factors_[slot] = 0;
  noise_sum_ -= noises_[slot];
  --noise_count_;
}

void Blocks::ask(std::span<const float> unit, CodeQuery& query) const {
  if (form_ == CodeForm::kFloats)
    query.values.assign(unit.begin(), unit.end());
  else
    query.set(unit);
}

void Blocks::ask(uint32_t slot, CodeQuery& query) const {
  if (form_ == CodeForm::kFloats) {
    query.values.assign(floats(slot), floats(slot) + dimension_);
    return;
  }
  query.set(high(slot), low(slot), plane_bytes_, both_factors_[slot]);
}

PlaneBatch Blocks::batch(const CodeQuery& query, std::span<const uint32_t> slots, bool low_plane) const {
  const bool aside = low_plane && form_ == CodeForm::kNibbles;
  const std::byte* first = aside ? low_.data() : blocks_.data() + ids_bytes_ + (low_plane ? plane_bytes_ : 0);
  return {first,       aside ? plane_bytes_ : block_bytes_, slots.data(), slots.size(), query.code.data(),
          plane_bytes_};
}

void Blocks::floatSimilarities(const CodeQuery& query, std::span<const uint32_t> slots, float* out) const {
  for (size_t i = 0; i < slots.size(); ++i)
    out[i] = kernels_->dot(query.values.data(), floats(slots[i]), dimension_);
}

void Blocks::similarities(const CodeQuery& query, std::span<const uint32_t> slots, float* out) const {
  if (form_ == CodeForm::kFloats) return floatSimilarities(query, slots, out);
  if (form_ == CodeForm::kBytes) return fineSimilarities(query, slots, out);
  std::array<int32_t, kChunk> products;
  for (size_t begin = 0; begin < slots.size(); begin += kChunk) {
    const auto some = slots.subspan(begin, std::min(kChunk, slots.size() - begin));
    kernels_->dot_planes(batch(query, some, false), products.data());
    for (size_t i = 0; i < some.size(); ++i)
      out[begin + i] = static_cast<float>(products[i] - query.shift) * (query.scale * high_factors_[some[i]]);
  }
}

void Blocks::fineSimilarities(const CodeQuery& query, std::span<const uint32_t> slots, float* out) const {
  if (form_ == CodeForm::kFloats) return floatSimilarities(query, slots, out);
  std::array<int32_t, kChunk> above;
  std::array<int32_t, kChunk> below;
  for (size_t begin = 0; begin < slots.size(); begin += kChunk) {
    const auto some = slots.subspan(begin, std::min(kChunk, slots.size() - begin));
    kernels_->dot_planes(batch(query, some, false), above.data());
    kernels_->dot_planes(batch(query, some, true), below.data());
    for (size_t i = 0; i < some.size(); ++i) {
      const int32_t product = kLowSteps * (above[i] - query.shift) + (below[i] - query.shift);
      out[begin + i] = static_cast<float>(product) * (query.scale * both_factors_[some[i]]);
    }
  }
}

float Blocks::meanNoise() const {
  if (noise_count_ == 0) return 0;
  return static_cast<float>(noise_sum_) / static_cast<float>(noise_count_) * kNoiseUnit;
}

float Blocks::noise(float similarity) const {
  if (form_ != CodeForm::kNibbles) return fineNoise();
  return meanNoise() * std::sqrt(std::max(0.0F, 1 - similarity * similarity));
}

float Blocks::fineNoise() const {
  // The query is rounded as finely, and in every direction.
  return form_ == CodeForm::kFloats ? 0 : std::numbers::sqrt2_v<float> * meanNoise() / kLowSteps;
}

}  // namespace engram
