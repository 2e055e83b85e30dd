// What a walk reads: one block per vector, which holds the numbers of its neighbours and the vector's own
// code, so that both are in few cache lines that lie together. At 384 dimensions 128 + 192 bytes.
//
// How a vector is coded follows from its dimension, since the error of a code shrinks with the square root of
// it: few values as they are, some as bytes, many as half bytes whose other halves lie aside, read only for
// the best of a search.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/buffer.h"
#include "vector/code.h"

namespace engram {

enum class CodeForm : uint8_t { kFloats, kBytes, kNibbles };

class Blocks {
 public:
  static constexpr uint32_t kFloatsUpTo = 64;  // dimensions
  static constexpr uint32_t kBytesUpTo = 255;  // dimensions

  Blocks(uint32_t dimension, uint32_t degree);

  /** Room for slots [0, slots). */
  void reserve(size_t slots);
  /** Adds what Buffer::take_due() tells. */
  void take_due(std::vector<MemoryRange>& due);
  void put(uint32_t slot, std::span<const float> unit);
  /** The slot is like none: its similarity to everything is 0. */
  void clear(uint32_t slot);

  CodeForm form() const { return form_; }
  /** Of kBytes and kNibbles. */
  StoredCode stored(uint32_t slot) const {
    return {high(slot),
            low(slot),
            {high_factors_[slot], both_factors_[slot], static_cast<float>(noises_[slot]) * kNoiseUnit}};
  }
  /** `degree` neighbours at layer 0. */
  uint32_t* ids(uint32_t slot) { return reinterpret_cast<uint32_t*>(block(slot)); }
  const uint32_t* ids(uint32_t slot) const { return reinterpret_cast<const uint32_t*>(block(slot)); }
  void fetchIds(uint32_t slot) const {
    for (size_t line = 0; line < ids_bytes_; line += kPlanePadding) __builtin_prefetch(block(slot) + line);
  }

  /** Brings the slot's code on its way to the cache: well before similarities() asks for it. */
  void fetch(uint32_t slot) const {
    for (size_t at = 0; at < code_bytes_; at += kPlanePadding) __builtin_prefetch(code(slot) + at);
  }
  void fetch(std::span<const uint32_t> slots) const {
    for (const uint32_t slot : slots) fetch(slot);
  }

  void ask(std::span<const float> unit, CodeQuery& query) const;
  void ask(uint32_t slot, CodeQuery& query) const;
  /** out[i] = similarity to slots[i], from what the blocks hold. */
  void similarities(const CodeQuery& query, std::span<const uint32_t> slots, float* out) const;
  /** The same from all that is kept of a code. */
  void fineSimilarities(const CodeQuery& query, std::span<const uint32_t> slots, float* out) const;
  /** Standard deviation of similarities() around the truth, for vectors that similar. */
  float noise(float similarity) const;
  /** The same of fineSimilarities(). */
  float fineNoise() const;

  /** Bytes of a block and what else a walk reads of a vector. */
  size_t hotBytes() const { return block_bytes_ + (form_ == CodeForm::kFloats ? 0 : sizeof(float)); }
  size_t coldBytes() const {
    return (form_ == CodeForm::kNibbles ? plane_bytes_ : 0) + sizeof(float) + sizeof(uint16_t);
  }

 private:
  static constexpr float kNoiseUnit = 1.0F / 65'535;

  std::byte* code(uint32_t slot) { return block(slot) + ids_bytes_; }
  const std::byte* code(uint32_t slot) const { return block(slot) + ids_bytes_; }
  const float* floats(uint32_t slot) const { return reinterpret_cast<const float*>(code(slot)); }
  std::byte* block(uint32_t slot) { return blocks_.data() + size_t{slot} * block_bytes_; }
  const std::byte* block(uint32_t slot) const { return blocks_.data() + size_t{slot} * block_bytes_; }
  const uint8_t* high(uint32_t slot) const { return reinterpret_cast<const uint8_t*>(code(slot)); }
  const uint8_t* low(uint32_t slot) const {
    if (form_ == CodeForm::kBytes) return high(slot) + plane_bytes_;
    return reinterpret_cast<const uint8_t*>(low_.data()) + size_t{slot} * plane_bytes_;
  }
  float meanNoise() const;
  void floatSimilarities(const CodeQuery& query, std::span<const uint32_t> slots, float* out) const;
  PlaneBatch batch(const CodeQuery& query, std::span<const uint32_t> slots, bool low) const;

  const Kernels* kernels_;
  uint32_t dimension_;
  CodeForm form_;
  size_t ids_bytes_;
  size_t plane_bytes_;
  size_t code_bytes_;
  size_t block_bytes_;
  Buffer blocks_;
  Buffer low_;  // planes of kNibbles
  std::vector<float> high_factors_;
  std::vector<float> both_factors_;
  std::vector<uint16_t> noises_;  // of high planes, in units of 1/65,535
  uint64_t noise_sum_ = 0;        // integers, so that no order of additions matters
  uint64_t noise_count_ = 0;
};

}  // namespace engram
