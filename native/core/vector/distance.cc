#include "vector/distance.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <type_traits>

#include "vector/plane_batch.h"

namespace engram {

#if defined(__x86_64__)
float dotAvx2(const float* a, const float* b, size_t n);
void dotPlanesAvx2(const PlaneBatch& batch, int32_t* out);
void hammingAvx2(const uint64_t* sketches, size_t groups, const uint64_t* query, size_t words, int16_t* out);
float dotAvx512(const float* a, const float* b, size_t n);
void dotAllAvx512(const float* const* rows, size_t count, size_t n, float* out, size_t stride);
void dotPlanesVnni(const PlaneBatch& batch, int32_t* out);
void hammingPopcnt(const uint64_t* sketches, size_t groups, const uint64_t* query, size_t words,
                   int16_t* out);
size_t selectAvx512(const int16_t* distances, size_t count, int16_t reach, uint32_t base, uint32_t* out);
uint32_t insertAvx512(Ranking& ranking, const float* similarities, const uint32_t* slots, size_t count);
#elif defined(__aarch64__)
float dotNeon(const float* a, const float* b, size_t n);
void dotPlanesNeon(const PlaneBatch& batch, int32_t* out);
void hammingNeon(const uint64_t* sketches, size_t groups, const uint64_t* query, size_t words, int16_t* out);
#endif

namespace {

float dotScalar(const float* a, const float* b, size_t n) {
  double sum = 0;  // wide, so that the truth is the most exact of all paths
  for (size_t i = 0; i < n; ++i) sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  return static_cast<float>(sum);
}

template <float (*kDot)(const float*, const float*, size_t)>
void dotAll(const float* const* rows, size_t count, size_t n, float* out, size_t stride) {
  for (size_t i = 0; i < count; ++i)
    for (size_t j = i; j < count; ++j) out[i * stride + j] = out[j * stride + i] = kDot(rows[i], rows[j], n);
}

void dotPlanesScalar(const PlaneBatch& batch, int32_t* out) {
  for (size_t at = 0; at < batch.count; ++at) {
    const uint8_t* plane = planeAt(batch, at);
    int32_t sum = 0;
    for (size_t i = 0; i < batch.bytes; i += kPlanePadding)
      for (size_t j = 0; j < kPlanePadding; ++j) {
        const uint8_t both = plane[i + j];
        sum += (both & 15) * batch.query[2 * i + j] + (both >> 4U) * batch.query[2 * i + kPlanePadding + j];
      }
    out[at] = sum;
  }
}

void hammingScalar(const uint64_t* sketches, size_t groups, const uint64_t* query, size_t words,
                   int16_t* out) {
  for (size_t group = 0; group < groups; ++group, sketches += words * kSketchGroup)
    for (size_t i = 0; i < kSketchGroup; ++i) {
      int differ = 0;
      for (size_t word = 0; word < words; ++word)
        differ += std::popcount(sketches[word * kSketchGroup + i] ^ query[word]);
      out[group * kSketchGroup + i] = static_cast<int16_t>(differ);
    }
}

size_t selectScalar(const int16_t* distances, size_t count, int16_t reach, uint32_t base, uint32_t* out) {
  size_t found = 0;
  for (size_t i = 0; i < count; ++i) {  // written in any case, kept where it is near: no branch to guess
    out[found] = base + static_cast<uint32_t>(i);
    found += distances[i] <= reach ? 1 : 0;
  }
  return found;
}

uint32_t insertScalar(Ranking& ranking, const float* similarities, const uint32_t* slots, size_t count) {
  const uint32_t padded = (ranking.width + kRankingLanes - 1) / kRankingLanes * kRankingLanes;
  float* values = ranking.similarities;
  uint32_t first = ranking.width;
  for (size_t one = 0; one < count; ++one) {
    const float similarity = similarities[one];
    if (!(similarity > values[ranking.width - 1])) continue;
    // Counted, not searched: where a candidate lands cannot be predicted, and a wrong guess costs more.
    uint32_t place = 0;
    for (uint32_t i = 0; i < padded; ++i) place += values[i] >= similarity ? 1U : 0U;
    if (ranking.size < ranking.width) ++ranking.size;
    const size_t moved = ranking.size - 1 - place;
    std::memmove(values + place + 1, values + place, moved * sizeof(float));
    std::memmove(ranking.slots + place + 1, ranking.slots + place, moved * sizeof(uint32_t));
    values[place] = similarity;
    ranking.slots[place] = slots[one];
    first = std::min(first, place);
  }
  return first;
}

/** What is never taken down: threads of a process that ends may still be at it. */
struct Table {
  std::array<Kernels, 5> kernels;
  size_t count = 0;

  void add(const Kernels& one) { kernels[count++] = one; }
  std::span<const Kernels> all() const { return {kernels.data(), count}; }
};
static_assert(std::is_trivially_destructible_v<Table>);

Table detect() {
  Table found;
  found.add(
      {"scalar", dotScalar, dotAll<dotScalar>, dotPlanesScalar, hammingScalar, selectScalar, insertScalar});
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    found.add({"avx2", dotAvx2, dotAll<dotAvx2>, dotPlanesAvx2, hammingAvx2, selectScalar, insertScalar});
    if (__builtin_cpu_supports("avx512f")) {
      found.add({"avx512", dotAvx512, dotAllAvx512, dotPlanesAvx2, hammingAvx2, selectAvx512, insertAvx512});
      if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
          __builtin_cpu_supports("avx512vnni")) {
        found.add(
            {"avx512-vnni", dotAvx512, dotAllAvx512, dotPlanesVnni, hammingAvx2, selectAvx512, insertAvx512});
        if (__builtin_cpu_supports("avx512vpopcntdq"))
          found.add({"avx512-popcnt", dotAvx512, dotAllAvx512, dotPlanesVnni, hammingPopcnt, selectAvx512,
                     insertAvx512});
      }
    }
  }
#elif defined(__aarch64__)
  found.add({"neon", dotNeon, dotAll<dotNeon>, dotPlanesNeon, hammingNeon, selectScalar, insertScalar});
#endif
  return found;
}

}  // namespace

std::span<const Kernels> availableKernels() {
  static const Table table = detect();
  return table.all();
}

const Kernels& bestKernels() { return availableKernels().back(); }

}  // namespace engram
