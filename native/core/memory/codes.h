// Rows of a set as codes, in one piece of memory: what a search of neighbours compares, and of large sets all
// that is kept of a row.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory_resource>
#include <span>
#include <vector>

#include "memory/prefetch.h"
#include "memory/row_order.h"
#include "vector/code.h"
#include "vector/distance.h"

namespace engram {

/** Rows as codes of a byte a value (vector/code.h), a quarter of their size, and half of each alone says
 * most. What they say of a cosine is the same on every machine. */
class Codes {
 public:
  Codes(uint32_t dimension, std::pmr::memory_resource* memory)
      : dimension_(dimension),
        bytes_(planeBytes(dimension)),
        high_(memory),
        low_(memory),
        scales_(memory),
        dot_planes_(bestKernels().dot_planes) {}

  size_t size() const { return scales_.size(); }
  uint32_t dimension() const { return dimension_; }
  void reserve(size_t rows) {
    high_.reserve(rows * lines());
    low_.reserve(rows * lines());
    scales_.reserve(rows);
  }
  void add(std::span<const float> unit) {
    const size_t row = make_room();
    set_scale(row, encode(unit, high(row), low(row)));
  }
  /** A row that is coded elsewhere. */
  void add(const StoredCode& code) {
    const size_t row = make_room();
    std::copy_n(code.high, bytes_, high(row));
    std::copy_n(code.low, bytes_, low(row));
    set_scale(row, code.factors);
  }
  /** The values of a row, as its code tells them. */
  std::span<const float> values(uint32_t row, CodeQuery& scratch) const {
    scratch.set(high(row), low(row), bytes_, scales_[row].both);
    scratch.values.resize(dimension_);
    for (size_t i = 0; i < dimension_; ++i)
      scratch.values[i] = scratch.scale * static_cast<float>(scratch.code[i]);
    return scratch.values;
  }
  /** Brings them into another order where they are; those that it does not name are gone. */
  void reorder(std::span<const uint32_t> order) {
    reorder_rows(std::span(high_), lines(), order);
    reorder_rows(std::span(low_), lines(), order);
    reorder_rows(std::span(scales_), 1, order);
    resize(order.size());
  }

  void ask(std::span<const float> values) { query_.set(values); }
  void ask(uint32_t row) { query_.set(high(row), low(row), bytes_, scales_[row].both); }

  /** Products with what was asked, from half of each code. */
  std::span<const float> rough(std::span<const uint32_t> rows) {
    multiply(high_, rows, high_sums_);
    products_.resize(rows.size());
    for (size_t i = 0; i < rows.size(); ++i)
      products_[i] = scales_[rows[i]].high * query_.scale * static_cast<float>(high_sums_[i] - query_.shift);
    return products_;
  }
  /** By how much a rough cosine with this row may be wrong. */
  float margin(uint32_t row) const { return scales_[row].margin; }

  /** Products with what was asked, from whole codes. */
  std::span<const float> fine(std::span<const uint32_t> rows) {
    multiply(high_, rows, high_sums_);
    multiply(low_, rows, low_sums_);
    products_.resize(rows.size());
    for (size_t i = 0; i < rows.size(); ++i) {
      // c = 16 × (high − 8) + low − 8: see vector/code.h.
      const int32_t sum = kLowSteps * high_sums_[i] + low_sums_[i] - (kLowSteps + 1) * query_.shift;
      products_[i] = scales_[rows[i]].both * query_.scale * static_cast<float>(sum);
    }
    return products_;
  }
  void prefetch_rough(uint32_t row) const {
    prefetch(high(row), bytes_);
    prefetch(&scales_[row], sizeof(Scale));
  }
  void prefetch_rest(uint32_t row) const { prefetch(low(row), bytes_); }

 private:
  /** Standard deviations by which half a code may be wrong about a cosine: beyond lies one of 16,000. */
  static constexpr float kMargin = 4;

  struct alignas(16) Scale {
    float high = 0;
    float margin = 0;
    float both = 0;
  };

  /** Of a plane; not written before its row is: for many rows that would be a touch of memory for nothing. */
  struct alignas(kPlanePadding) Line {
    Line() {}  // NOLINT(modernize-use-equals-default): that would write zeros
    std::array<uint8_t, kPlanePadding> bytes;
  };
  using Plane = std::pmr::vector<Line>;

  size_t lines() const { return bytes_ / kPlanePadding; }
  void resize(size_t rows) {
    high_.resize(rows * lines());
    low_.resize(rows * lines());
    scales_.resize(rows);
  }
  size_t make_room() {
    resize(size() + 1);
    return size() - 1;
  }
  void set_scale(size_t row, const CodeFactors& factors) {
    scales_[row] = {factors.high_factor, kMargin * factors.noise, factors.both_factor};
  }
  uint8_t* high(size_t row) { return high_[row * lines()].bytes.data(); }
  uint8_t* low(size_t row) { return low_[row * lines()].bytes.data(); }
  const uint8_t* high(size_t row) const { return high_[row * lines()].bytes.data(); }
  const uint8_t* low(size_t row) const { return low_[row * lines()].bytes.data(); }

  void multiply(const Plane& plane, std::span<const uint32_t> rows, std::vector<int32_t>& sums) const {
    sums.resize(rows.size());
    dot_planes_({std::as_bytes(std::span(plane)).data(), bytes_, rows.data(), rows.size(), query_.code.data(),
                 bytes_},
                sums.data());
  }

  uint32_t dimension_;
  size_t bytes_;  // of a plane
  Plane high_;
  Plane low_;
  std::pmr::vector<Scale> scales_;
  void (*dot_planes_)(const PlaneBatch&, int32_t*);
  CodeQuery query_;
  std::vector<int32_t> high_sums_;
  std::vector<int32_t> low_sums_;
  std::vector<float> products_;
};

}  // namespace engram
