#include "vector/code.h"

#include <algorithm>
#include <cmath>

namespace engram {
namespace {

constexpr float kLargest = 127;
constexpr int kZero = 128;

float scaleOf(std::span<const float> values) {
  float largest = 0;
  for (const float value : values) largest = std::max(largest, std::abs(value));
  return largest / kLargest;
}

int32_t shiftOf(const std::vector<int8_t>& code) {
  int32_t sum = 0;
  for (const int8_t value : code) sum += value;
  return kZero * sum;
}

}  // namespace

float encode(std::span<const float> values, uint8_t* code) {
  const float scale = scaleOf(values);
  const float inverse = scale > 0 ? 1 / scale : 0;
  const size_t padded = paddedCode(values.size());
  for (size_t i = 0; i < values.size(); ++i)
    code[i] = static_cast<uint8_t>(kZero + static_cast<int>(std::lrint(values[i] * inverse)));
  std::fill(code + values.size(), code + padded, static_cast<uint8_t>(kZero));
  return scale;
}

void CodeQuery::set(std::span<const float> values) {
  scale = scaleOf(values);
  const float inverse = scale > 0 ? 1 / scale : 0;
  code.assign(paddedCode(values.size()), 0);
  for (size_t i = 0; i < values.size(); ++i) code[i] = static_cast<int8_t>(std::lrint(values[i] * inverse));
  shift = shiftOf(code);
}

void CodeQuery::set(const uint8_t* stored, float stored_scale, size_t padded) {
  scale = stored_scale;
  code.resize(padded);
  for (size_t i = 0; i < padded; ++i) code[i] = static_cast<int8_t>(static_cast<int>(stored[i]) - kZero);
  shift = shiftOf(code);
}

}  // namespace engram
