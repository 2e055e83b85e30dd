#include "base/background_task.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <latch>

// Sanitizers want more memory than one test lets them have. GCC tells of them in one way, Clang in another.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED
#endif
#endif

namespace engram {
namespace {

TEST(BackgroundTask, DoesItsWorkInAnotherThread) {
  std::latch done(1);
  std::thread::id where;
  BackgroundTask task([&] {
    where = std::this_thread::get_id();
    done.count_down();
  });
  task.begin();
  done.wait();
  task.end();
  EXPECT_NE(where, std::this_thread::get_id());
}

TEST(BackgroundTask, DoesItOnceMoreForAllCallsThatCameMeanwhile) {
  std::latch begun(1);
  std::latch go(1);
  std::latch again(2);
  std::atomic<int> times = 0;
  BackgroundTask task([&] {
    if (++times == 1) {
      begun.count_down();
      go.wait();
    }
    if (times <= 2) again.count_down();
  });
  task.begin();
  begun.wait();
  for (int i = 0; i < 5; ++i) task.begin();
  go.count_down();
  again.wait();
  task.end();
  EXPECT_EQ(times, 2);
}

TEST(BackgroundTask, FinishesWhatItIsAtBeforeItEndsAndBeginsNothingAfterwards) {
  std::latch begun(1);
  std::atomic<int> finished = 0;
  BackgroundTask task([&] {
    begun.count_down();
    std::this_thread::yield();
    ++finished;
  });
  task.begin();
  begun.wait();
  task.end();
  EXPECT_EQ(finished, 1);
  task.begin();
  task.end();
  EXPECT_EQ(finished, 1);
}

#if !defined(SANITIZED)
TEST(BackgroundTask, DoesNothingWhereThereIsNoThreadToBeHad) {
  rlimit usual{};
  ASSERT_EQ(getrlimit(RLIMIT_AS, &usual), 0);
  const rlimit no_stack{size_t{1} << 20, usual.rlim_max};  // a thread's stack is larger, and must be found
  int times = 0;
  BackgroundTask task([&] { ++times; });
  ASSERT_EQ(setrlimit(RLIMIT_AS, &no_stack), 0);
  task.begin();
  ASSERT_EQ(setrlimit(RLIMIT_AS, &usual), 0);
  task.end();
  EXPECT_EQ(times, 0);
}
#endif

TEST(BackgroundTask, CostsNoThreadUntilItIsBegun) {
  int times = 0;
  {
    const BackgroundTask task([&] { ++times; });
  }
  EXPECT_EQ(times, 0);
}

}  // namespace
}  // namespace engram
