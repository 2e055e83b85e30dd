// Counts of times (or sizes) in buckets that grow with the value: eight to each doubling, so that a quantile
// is known to within an eighth, from 1 ns to 18 minutes (the layout of HdrHistogram, Tene 2012). Recording
// takes no lock and any number of threads; what is read meanwhile is each count at some moment. Histograms of
// the same kind are merged by adding their counts.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/phases.h"

namespace engram {

struct HistogramCounts {
  std::vector<uint64_t> counts;  // by bucket, up to the last that is not empty
  uint64_t sum = 0;              // of all values

  uint64_t count() const;
  /** Adds another's. */
  void merge(const HistogramCounts& other);
};

class Histogram {
 public:
  static constexpr uint32_t kBitsPerDoubling = 3;
  static constexpr uint32_t kValueBits = 40;  // greater values count as the greatest
  static constexpr size_t kBuckets =
      ((kValueBits - kBitsPerDoubling) << kBitsPerDoubling) + (size_t{1} << kBitsPerDoubling);

  static constexpr size_t bucket_of(uint64_t value) {
    constexpr uint64_t kGreatest = (uint64_t{1} << kValueBits) - 1;
    if (value > kGreatest) value = kGreatest;
    const auto width = static_cast<uint32_t>(std::bit_width(value));
    const uint32_t shift = width <= kBitsPerDoubling + 1 ? 0 : width - kBitsPerDoubling - 1;
    return (size_t{shift} << kBitsPerDoubling) + static_cast<size_t>(value >> shift);
  }
  /** The least value of a bucket; the next one's is where it ends. */
  static constexpr uint64_t bucket_begin(size_t bucket) {
    constexpr size_t kLinear = size_t{2} << kBitsPerDoubling;
    if (bucket < kLinear) return bucket;
    const size_t shift = (bucket >> kBitsPerDoubling) - 1;
    return static_cast<uint64_t>(bucket - (shift << kBitsPerDoubling)) << shift;
  }

  void record(uint64_t value) {
    Stripe& stripe = stripes_[own_stripe()];
    stripe.counts[bucket_of(value)].fetch_add(1, std::memory_order_relaxed);
    stripe.sum.fetch_add(value, std::memory_order_relaxed);
  }
  HistogramCounts read() const;

 private:
  /** Threads are spread over a few copies, so that they seldom fight for a cache line. */
  static constexpr size_t kStripes = 2;
  struct alignas(64) Stripe {
    std::array<std::atomic<uint64_t>, kBuckets> counts{};
    std::atomic<uint64_t> sum{0};
  };
  static size_t own_stripe() {
    static std::atomic<size_t> threads{0};
    thread_local const size_t mine = threads.fetch_add(1, std::memory_order_relaxed) % kStripes;
    return mine;
  }

  std::array<Stripe, kStripes> stripes_;
};

/** Records how long its scope took, in nanoseconds. */
class Timed {
 public:
  explicit Timed(Histogram& histogram) : histogram_(histogram), since_(monotonic_ns()) {}
  ~Timed() { histogram_.record(monotonic_ns() - since_); }
  Timed(const Timed&) = delete;
  Timed& operator=(const Timed&) = delete;

 private:
  Histogram& histogram_;
  uint64_t since_;
};

}  // namespace engram
