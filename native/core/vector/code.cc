#include "vector/code.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

namespace engram {
namespace {

// A whole number of steps of the high half: the largest values, of which there may be many (white pixels),
// have no error then.
constexpr float kLargest = 112;
constexpr int kHalf = 8;  // what makes either half unsigned
constexpr size_t kLine = kPlanePadding;

float inverseStep(std::span<const float> values) {
  int32_t largest =
      0;  // the bits of a float without its sign are ordered as it is, and compilers vectorise them
  for (const float value : values) largest = std::max(largest, std::bit_cast<int32_t>(value) & 0x7FFF'FFFF);
  return largest > 0 ? kLargest / std::bit_cast<float>(largest) : 0;
}

int32_t shiftOf(const std::vector<int8_t>& code) {
  int32_t sum = 0;
  for (const int8_t value : code) sum += value;
  return kHalf * sum;
}

/** A line of both planes as codes, moved up by nothing below zero: two lines of c, first the low nibbles'
 * then the high ones'. Returns the sum of c + kZero over all of them, which no byte wraps. */
int32_t unpackLine(const uint8_t* __restrict high, const uint8_t* __restrict low, uint8_t* __restrict out) {
  constexpr uint8_t kZero = kHalf * kLowSteps + kHalf;
  std::array<uint8_t, kLine> first;
  std::array<uint8_t, kLine> second;
  for (size_t j = 0; j < kLine; ++j) {
    first[j] = static_cast<uint8_t>(static_cast<uint8_t>(high[j] << 4U) | (low[j] & 15U));
    second[j] = static_cast<uint8_t>((high[j] & 0xF0U) | (low[j] >> 4U));
  }
  int32_t sum = 0;
  for (size_t j = 0; j < kLine; ++j) sum += first[j] + second[j];
  for (size_t j = 0; j < kLine; ++j) {
    out[j] = static_cast<uint8_t>(first[j] - kZero);
    out[kLine + j] = static_cast<uint8_t>(second[j] - kZero);
  }
  return sum;
}

/** The nearest integer of a small value, in a form that compilers vectorise: adding 1.5 × 2²³ leaves the
 * integer in the low bits of the sum. */
int nearest(float value) {
  constexpr float kShift = 0x1.8p23F;
  return std::bit_cast<int32_t>(value + kShift) - std::bit_cast<int32_t>(kShift);
}

float ratio(double numerator, double denominator) {
  return denominator > 0 ? static_cast<float>(numerator / denominator) : 0;
}

}  // namespace

CodeFactors encode(std::span<const float> values, uint8_t* high, uint8_t* low) {
  const float inverse = inverseStep(values);
  const size_t bytes = planeBytes(values.size());
  std::fill_n(high, bytes, uint8_t{kHalf * kLowSteps + kHalf});
  std::fill_n(low, bytes, uint8_t{kHalf * kLowSteps + kHalf});
  double squares = 0;
  double high_product = 0;
  double both_product = 0;
  int64_t high_squares = 0;
  int filled = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    const auto c = nearest(values[i] * inverse);
    const int above = (c + kHalf + kHalf * kLowSteps) / kLowSteps - kHalf;  // rounds down: never below zero
    const int below = c + kHalf - above * kLowSteps;
    const size_t at = i / (2 * kLine) * kLine + i % kLine;
    const bool second = i / kLine % 2 == 1;
    const auto place = [&](uint8_t* plane, int nibble) {
      plane[at] =
          static_cast<uint8_t>(second ? (plane[at] & 15) | (nibble << 4U) : (plane[at] & 0xF0) | nibble);
    };
    place(high, above + kHalf);
    place(low, below);
    const double value = values[i];
    squares += value * value;
    high_product += value * above;
    both_product += value * c;
    high_squares += int64_t{above} * above;
    filled += above != 0 ? 1 : 0;
  }
  CodeFactors code{ratio(squares, high_product), ratio(squares, both_product), 0};
  const double factor = code.high_factor;
  const double left_out = std::max(0.0, factor * factor * static_cast<double>(high_squares) - squares);
  if (filled > 0) code.noise = static_cast<float>(std::sqrt(left_out / filled));
  return code;
}

void CodeQuery::set(std::span<const float> unit) {
  const float inverse = inverseStep(unit);
  code.assign(2 * planeBytes(unit.size()), 0);
  for (size_t i = 0; i < unit.size(); ++i) code[i] = static_cast<int8_t>(nearest(unit[i] * inverse));
  shift = shiftOf(code);
  scale = inverse > 0 ? 1 / inverse : 0;
}

// Linking asks hundreds of stored codes for each new one: bytes wrap, nothing aliases, so that the loop is
// done sixteen bytes and more at a time.
void CodeQuery::set(const uint8_t* high, const uint8_t* low, size_t bytes, float both_factor) {
  code.resize(2 * bytes);
  auto* out = reinterpret_cast<uint8_t*>(code.data());
  constexpr int32_t kZero = kHalf * kLowSteps + kHalf;
  int32_t sum = 0;
  for (size_t line = 0; line < bytes; line += kLine)
    sum += unpackLine(high + line, low + line, out + 2 * line);
  shift = kHalf * (sum - static_cast<int32_t>(2 * bytes) * kZero);
  scale = both_factor;
}

}  // namespace engram
