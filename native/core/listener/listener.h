// Serves plain recalls (plain_request.h) on connections that somebody else accepted, in a thread of its own,
// and gives each connection back, with the bytes it has read and not answered, as soon as anything else is
// asked on it. So it needs to know no more of HTTP than that one shape, and decides nothing that is the
// server's to decide.
//
//   Listener listener(options, [] { /* wake whoever calls handed_back() */ });
//   listener.open("notes", space);
//   listener.adopt(fd);                      // a connected stream socket; the listener closes its own copy
//   for (HandedBack& one : listener.handed_back()) …
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/descriptor.h"
#include "listener/recall_answer.h"

namespace engram {

struct ListenerOptions {
  PlainTypes types = {};
  AnswerFields answers = {};
  uint32_t connections_max = 10'000;
  /** Bytes of requests that have not come whole, over all connections; beyond, connections are handed back.
   */
  size_t held_max_bytes = size_t{32} << 20U;
  uint32_t first_request_ms = 10'000;  // without one by then a connection is closed
  uint32_t idle_ms = 65'000;           // and between two
  uint32_t patience_ms = 1'000;        // for the rest of a request that has begun: then it is handed back
  uint32_t stalled_ms = 30'000;        // for a reader that takes nothing: then it is closed
  /** Two recalls of a space in a row that took longer send its next ones to a second thread, so that they do
   * not hold up the other spaces. */
  uint32_t long_recall_us = 1'000;
  uint32_t rest_requests = 64;
};

/** A connection that is somebody else's again. */
struct HandedBack {
  Descriptor fd;
  std::string bytes;  // read from it, not answered
};

class Listener {
 public:
  /** `notify` is called from the listener's thread when there is something in handed_back(). Throws
   *  std::system_error where the system has no more descriptors or threads. */
  Listener(ListenerOptions options, std::function<void()> notify);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  /** Serves recalls of this name from now on. */
  void open(const std::string& name, std::shared_ptr<Space> space);
  /** Hands them back from now on. */
  void shut(const std::string& name);
  /** Takes a connected stream socket over: a copy of the descriptor is made, the caller closes its own.
   * False, and nothing is taken, when it is stopped, full, or the system refuses. */
  bool adopt(int fd);
  std::vector<HandedBack> handed_back();
  /** Seconds that each request answered since the last call took. */
  std::vector<float> served();
  size_t connections() const { return count_; }
  /** Answers what is under way, hands every connection back but those that do not take their answers, ends
   * the threads. */
  void stop();

 private:
  struct Road {
    std::shared_ptr<Space> space;
    uint32_t resting = 0;  // requests that go to the second thread yet
    bool slow = false;     // the last one took long
  };
  struct Connection {
    Descriptor fd;
    std::string in;   // read, not answered
    std::string out;  // answered, not sent
    size_t sent = 0;  // of `out`
    uint64_t since_ms = 0;
    uint64_t began_ns = 0;  // of the request that waits for the second thread
    uint32_t watched = 0;   // events the system is asked for
    bool asked = false;     // at least once
    bool waits = false;     // for the second thread
    bool leaves = false;    // as soon as `out` is sent
  };
  /** A recall for the second thread. */
  struct Job {
    uint64_t connection;
    std::string request;
    std::shared_ptr<Space> space;
  };
  struct Done {
    uint64_t connection;
    bool answered;
    std::string answer;
  };
  using Connections = std::unordered_map<uint64_t, Connection>;

  void run();
  void run_patient();
  void wake();
  void take_inbox();
  void take_done();
  void sweep(uint64_t now_ms);
  void readable(uint64_t id);
  /** Answers what has come whole; then sends. */
  void advance(uint64_t id);
  void event(uint64_t id);
  enum class Step : uint8_t { kAnswered, kNeedsMore, kWaits, kOther };
  Step answer_next(uint64_t id, Connection& connection, size_t& at);
  Road* road(View name);
  /** False when the connection is gone. */
  bool send(uint64_t id, Connection& connection);
  void watch(uint64_t id, Connection& connection, uint32_t events);
  void hand_back(uint64_t id);
  void close(uint64_t id);
  void publish();
  View date();

  const ListenerOptions options_;
  const std::function<void()> notify_;
  Descriptor poll_;
  Descriptor bell_;  // rung by other threads
  std::atomic<bool> stopping_{false};
  std::atomic<size_t> count_{0};

  // The listener's thread only:
  Connections connections_;
  uint64_t next_id_ = 1;  // 0 is the bell
  size_t held_bytes_ = 0;
  RecallScratch scratch_;
  std::string buffer_;
  std::vector<float> just_served_;
  std::vector<HandedBack> leaving_;
  std::vector<uint64_t> again_;  // connections with more to answer after the others' turn
  std::string date_;
  int64_t date_s_ = -1;

  std::mutex mutex_;  // of what follows
  std::map<std::string, Road, std::less<>> roads_;
  std::vector<Descriptor> inbox_;
  std::vector<HandedBack> handed_back_;
  std::vector<float> served_;
  std::deque<Job> jobs_;
  std::vector<Done> done_;
  bool patient_ends_ = false;
  std::condition_variable more_jobs_;

  std::thread patient_;
  std::thread thread_;
};

}  // namespace engram
