// One thing that is done in a thread of its own whenever it falls due, so that nobody waits for it. The
// thread is started by the first call and lives as long as its owner.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace engram {

class BackgroundTask {
 public:
  /** `work` is done once for a call of begin(), or for several that came while it was at it. */
  explicit BackgroundTask(std::function<void()> work);
  ~BackgroundTask();
  BackgroundTask(const BackgroundTask&) = delete;
  BackgroundTask& operator=(const BackgroundTask&) = delete;

  /** Returns at once. Where the system has no thread left it does nothing: what is done here must be such
   * that somebody else does it later. */
  void begin();
  /** Returns when the thread is gone; begin() does nothing from then on. */
  void end();

 private:
  void run();

  const std::function<void()> work_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool due_ = false;
  bool ended_ = false;
  std::thread thread_;
};

}  // namespace engram
