// Histograms: every value falls into the bucket that says so, nothing is lost among threads, merging adds.
#include "base/histogram.h"

#include <gtest/gtest.h>

#include <thread>

#include "base/random.h"

namespace engram {
namespace {

TEST(HistogramTest, EveryValueLiesWithinItsBucketAndBucketsAreAnEighthWide) {
  Random random(5);
  for (int i = 0; i < 100'000; ++i) {
    const uint64_t value = random.next() >> (24 + random.below(40));
    const size_t bucket = Histogram::bucket_of(value);
    ASSERT_LT(bucket, Histogram::kBuckets);
    ASSERT_LE(Histogram::bucket_begin(bucket), value);
    ASSERT_GT(Histogram::bucket_begin(bucket + 1), value);
    const uint64_t width = Histogram::bucket_begin(bucket + 1) - Histogram::bucket_begin(bucket);
    ASSERT_LE(width, 1 + value / 8);
  }
  EXPECT_EQ(Histogram::bucket_of(~uint64_t{0}), Histogram::kBuckets - 1)
      << "too great counts as the greatest";
}

TEST(HistogramTest, ThreadsLoseNothingAndMergingAdds) {
  constexpr int kThreads = 4;
  constexpr uint64_t kEach = 20'000;
  Histogram histogram;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread)
    threads.emplace_back([&] {
      for (uint64_t value = 0; value < kEach; ++value) histogram.record(value);
    });
  for (std::thread& thread : threads) thread.join();
  HistogramCounts counts = histogram.read();
  EXPECT_EQ(counts.count(), kThreads * kEach);
  EXPECT_EQ(counts.sum, kThreads * kEach * (kEach - 1) / 2);
  Histogram other;
  other.record(7);
  counts.merge(other.read());
  EXPECT_EQ(counts.count(), kThreads * kEach + 1);
  EXPECT_EQ(counts.counts.at(7), kThreads + 1U);
}

}  // namespace
}  // namespace engram
