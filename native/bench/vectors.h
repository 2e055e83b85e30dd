// Vectors to measure with: rows of numbers from a file, or clusters drawn from a seed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace engram::bench {

/** Unit vectors, row-major. */
struct Vectors {
  size_t dimension = 0;
  std::vector<float> values;

  size_t count() const { return values.size() / dimension; }
  std::span<const float> operator[](size_t row) const { return {values.data() + row * dimension, dimension}; }
};

/** The first `count` rows of a file of little-endian float16, or float32 where its name ends in .f32. Throws
 * std::runtime_error. */
Vectors load(const std::string& path, size_t count, size_t dimension);

/** A thousand centres; around them, in 32 directions that all share, most of the spread: the shape of
 * sentence embeddings, whose intrinsic dimension is far below their number of values. */
Vectors clustered(size_t count, size_t dimension, uint64_t seed);

}  // namespace engram::bench
