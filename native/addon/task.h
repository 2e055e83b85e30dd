// Work off the main thread, and a promise for it; where the time of each such call went, when asked for.
#pragma once

#include <napi.h>

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "base/phases.h"
#include "failure.h"

namespace engram {

/** What became of each task since it was asked for; filled and read on the main thread only. */
struct Trace {
  static constexpr size_t kColumns = 7;
  // queued, began, ended, answered: ns on the monotonic clock; lock, sync, cpu: ns within began…ended
  bool on = false;
  std::vector<double> rows;
};
inline Trace trace;

/** Runs `work` off the main thread and settles a promise with what `answer` makes of it. */
template <typename T>
class Task final : public Napi::AsyncWorker {
 public:
  using Work = std::function<Result<T>()>;
  using Answer = std::function<Napi::Value(Napi::Env, T&)>;

  static Napi::Value run(Napi::Env env, Work work, Answer answer) {
    if (env.IsExceptionPending()) return env.Undefined();  // an argument was refused: that is thrown
    auto task = std::make_unique<Task>(env, std::move(work), std::move(answer));
    const Napi::Promise promise = task->deferred_.Promise();
    task.release()->Queue();  // Node-API deletes it when it is done
    return promise;
  }
  Task(Napi::Env env, Work work, Answer answer)
      : AsyncWorker(env),
        work_(std::move(work)),
        answer_(std::move(answer)),
        deferred_(Napi::Promise::Deferred::New(env)),
        traced_(trace.on) {
    if (!traced_) return;
    row_ = trace.rows.size();
    trace.rows.resize(row_ + Trace::kColumns);
    trace.rows[row_] = static_cast<double>(monotonic_ns());
  }

 protected:
  void Execute() override {
    if (traced_) {
      began_ns_ = monotonic_ns();
      cpu_ns_ = thread_cpu_ns();
      phases = {.active = true, .lock_ns = 0, .sync_ns = 0};
    }
    result_ = std::make_unique<Result<T>>(work_());
    if (traced_) {
      cpu_ns_ = thread_cpu_ns() - cpu_ns_;
      ended_ns_ = monotonic_ns();
      waited_ = std::exchange(phases, Phases{});
    }
  }
  void OnOK() override {
    const Napi::HandleScope scope(Env());
    if (traced_ && trace.on && row_ + Trace::kColumns <= trace.rows.size()) {
      const uint64_t columns[] = {began_ns_,       ended_ns_,       monotonic_ns(),
                                  waited_.lock_ns, waited_.sync_ns, cpu_ns_};
      for (size_t i = 0; i < std::size(columns); ++i)
        trace.rows[row_ + 1 + i] = static_cast<double>(columns[i]);
    }
    if (*result_)
      deferred_.Resolve(answer_(Env(), **result_));
    else
      deferred_.Reject(failure(Env(), result_->error()));
  }

 private:
  Work work_;
  Answer answer_;
  Napi::Promise::Deferred deferred_;
  std::unique_ptr<Result<T>> result_;
  bool traced_;
  size_t row_ = 0;
  uint64_t began_ns_ = 0;
  uint64_t ended_ns_ = 0;
  uint64_t cpu_ns_ = 0;
  Phases waited_;
};

}  // namespace engram
