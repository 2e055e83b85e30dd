#include "vectors.h"

#include <cmath>
#include <cstring>
#include <fstream>
#include <numbers>
#include <stdexcept>

#include "base/random.h"

namespace engram::bench {
namespace {

constexpr size_t kCentres = 1'000;
constexpr size_t kDirections = 32;
constexpr double kSpread = 0.15;     // along each direction, of a centre's length per value
constexpr double kBackground = 0.3;  // in every value

float fromHalf(uint16_t half) {
  const uint32_t sign = (half & 0x8000U) << 16U;
  const uint32_t exponent = (half >> 10U) & 0x1FU;
  const uint32_t mantissa = half & 0x3FFU;
  float value = 0;
  if (exponent == 0) {
    value = std::ldexp(static_cast<float>(mantissa), -24);
    return sign != 0 ? -value : value;
  }
  const uint32_t bits = sign | ((exponent + 112) << 23U) | (mantissa << 13U);
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

Vectors normalised(Vectors vectors) {
  for (size_t row = 0; row < vectors.count(); ++row) {
    float* values = vectors.values.data() + row * vectors.dimension;
    double squares = 0;
    for (size_t i = 0; i < vectors.dimension; ++i) squares += static_cast<double>(values[i]) * values[i];
    for (size_t i = 0; i < vectors.dimension; ++i)
      values[i] = static_cast<float>(values[i] / std::sqrt(squares));
  }
  return vectors;
}

double normal(Random& random) {  // Box & Muller 1958
  const double radius = std::sqrt(-2 * std::log(1 - random.unit()));
  return radius * std::cos(2 * std::numbers::pi * random.unit());
}

std::vector<float> normals(size_t count, Random& random) {
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(normal(random));
  return values;
}

}  // namespace

Vectors load(const std::string& path, size_t count, size_t dimension) {
  const bool whole = path.ends_with(".f32");
  std::vector<char> bytes(count * dimension * (whole ? sizeof(float) : sizeof(uint16_t)));
  std::ifstream file(path, std::ios::binary);
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!file)
    throw std::runtime_error("cannot read " + std::to_string(count) + " rows of " +
                             std::to_string(dimension) + " numbers from " + path);
  Vectors vectors{dimension, std::vector<float>(count * dimension)};
  if (whole) {
    std::memcpy(vectors.values.data(), bytes.data(), bytes.size());
  } else {
    for (size_t at = 0; at < vectors.values.size(); ++at) {
      uint16_t half = 0;
      std::memcpy(&half, bytes.data() + at * sizeof half, sizeof half);
      vectors.values[at] = fromHalf(half);
    }
  }
  return normalised(std::move(vectors));
}

Vectors clustered(size_t count, size_t dimension, uint64_t seed) {
  Random random(seed);
  const auto centres = normals(kCentres * dimension, random);
  const auto directions = normals(kDirections * dimension, random);
  Vectors vectors{dimension, std::vector<float>(count * dimension)};
  for (size_t row = 0; row < count; ++row) {
    const size_t centre = random.below(kCentres);
    float* values = vectors.values.data() + row * dimension;
    for (size_t i = 0; i < dimension; ++i)
      values[i] = centres[centre * dimension + i] + static_cast<float>(kBackground * normal(random));
    for (size_t d = 0; d < kDirections; ++d) {
      const auto along = static_cast<float>(kSpread * normal(random));
      for (size_t i = 0; i < dimension; ++i) values[i] += along * directions[d * dimension + i];
    }
  }
  return normalised(std::move(vectors));
}

}  // namespace engram::bench
