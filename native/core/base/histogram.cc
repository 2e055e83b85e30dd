#include "base/histogram.h"

#include <algorithm>
#include <numeric>

namespace engram {

uint64_t HistogramCounts::count() const { return std::accumulate(counts.begin(), counts.end(), uint64_t{0}); }

void HistogramCounts::merge(const HistogramCounts& other) {
  counts.resize(std::max(counts.size(), other.counts.size()), 0);
  for (size_t bucket = 0; bucket < other.counts.size(); ++bucket) counts[bucket] += other.counts[bucket];
  sum += other.sum;
}

HistogramCounts Histogram::read() const {
  HistogramCounts all;
  all.counts.resize(kBuckets, 0);
  for (const Stripe& stripe : stripes_) {
    for (size_t bucket = 0; bucket < kBuckets; ++bucket)
      all.counts[bucket] += stripe.counts[bucket].load(std::memory_order_relaxed);
    all.sum += stripe.sum.load(std::memory_order_relaxed);
  }
  while (!all.counts.empty() && all.counts.back() == 0) all.counts.pop_back();
  return all;
}

}  // namespace engram
