#include "listener/listener.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cassert>
#include <cerrno>
#include <ctime>
#include <system_error>

#include "base/phases.h"

namespace engram {
namespace {

constexpr uint64_t kBell = 0;
constexpr int kSweepMs = 200;
/** For a reader that takes nothing while the listener stops: nobody waits longer for it. */
constexpr uint64_t kStopMs = 300;
constexpr size_t kEventsMax = 64;
constexpr size_t kReadBytes = size_t{64} << 10U;
/** Answers that wait to be sent before no more is read from who does not take them. */
constexpr size_t kOutMax = size_t{256} << 10U;
/** Answers to one connection before the others have their turn. */
constexpr size_t kTurnMax = 16;
constexpr uint64_t kNsPerMs = 1'000'000;
constexpr double kNsPerS = 1e9;

uint64_t now_ms() { return monotonic_ns() / kNsPerMs; }

int made(int fd, const char* what) {
  if (fd < 0) throw std::system_error(errno, std::generic_category(), what);
  return fd;
}

}  // namespace

Listener::Listener(ListenerOptions options, std::function<void()> notify)
    : options_(std::move(options)),
      notify_(std::move(notify)),
      poll_(made(epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      bell_(made(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")),
      buffer_(kReadBytes, '\0') {
  epoll_event event{.events = EPOLLIN, .data = {.u64 = kBell}};
  made(epoll_ctl(poll_.get(), EPOLL_CTL_ADD, bell_.get(), &event), "epoll_ctl");
  patient_ = std::thread([this] { run_patient(); });
  thread_ = std::thread([this] { run(); });
}

Listener::~Listener() { stop(); }

void Listener::open(const std::string& name, std::shared_ptr<Space> space) {
  const std::lock_guard lock(mutex_);
  roads_[name] = {.space = std::move(space)};
}

void Listener::shut(const std::string& name) {
  const std::lock_guard lock(mutex_);
  roads_.erase(name);
}

bool Listener::adopt(int fd) {
  if (stopping_ || count_ >= options_.connections_max) return false;
  Descriptor own(fcntl(fd, F_DUPFD_CLOEXEC, 0));
  if (own.get() < 0 || fcntl(own.get(), F_SETFL, O_NONBLOCK) < 0) return false;
  const int on = 1;
  setsockopt(own.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);  // no more than advice
  {
    const std::lock_guard lock(mutex_);
    inbox_.push_back(std::move(own));
  }
  ++count_;
  wake();
  return true;
}

std::vector<HandedBack> Listener::handed_back() {
  const std::lock_guard lock(mutex_);
  return std::exchange(handed_back_, {});
}

std::vector<float> Listener::served() {
  const std::lock_guard lock(mutex_);
  return std::exchange(served_, {});
}

void Listener::stop() {
  if (!thread_.joinable()) return;
  stopping_ = true;
  wake();
  thread_.join();
  {
    const std::lock_guard lock(mutex_);
    patient_ends_ = true;
  }
  more_jobs_.notify_all();
  patient_.join();
}

void Listener::wake() {
  const uint64_t one = 1;
  // Full means that it has been rung already.
  [[maybe_unused]] const auto written = ::write(bell_.get(), &one, sizeof one);
}

void Listener::run() {
  std::array<epoll_event, kEventsMax> events{};
  uint64_t swept_ms = now_ms();
  bool leaving = false;
  while (!leaving || !connections_.empty()) {
    const int count = epoll_wait(poll_.get(), events.data(), kEventsMax, again_.empty() ? kSweepMs : 0);
    for (int i = 0; i < count; ++i) {
      const uint64_t id = events[static_cast<size_t>(i)].data.u64;
      if (id == kBell) {
        uint64_t rings = 0;
        [[maybe_unused]] const auto read = ::read(bell_.get(), &rings, sizeof rings);
        take_inbox();
        take_done();
      } else {
        event(id);
      }
    }
    for (const uint64_t id : std::exchange(again_, {}))
      if (connections_.contains(id)) advance(id);
    if (stopping_ && !leaving) {
      take_inbox();
      leaving = true;
    }
    const uint64_t now = now_ms();
    if (leaving || now >= swept_ms + kSweepMs) {
      sweep(now);
      swept_ms = now;
    }
    publish();
  }
}

void Listener::take_inbox() {
  std::vector<Descriptor> inbox;
  {
    const std::lock_guard lock(mutex_);
    inbox.swap(inbox_);
  }
  for (Descriptor& fd : inbox) {
    const uint64_t id = next_id_++;
    Connection& connection = connections_[id];
    connection.fd = std::move(fd);
    connection.since_ms = now_ms();
    watch(id, connection, EPOLLIN);
  }
}

void Listener::event(uint64_t id) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;  // closed by an event before this one
  if (found->second.out.empty())
    readable(id);
  else
    advance(id);
}

void Listener::readable(uint64_t id) {
  Connection& connection = connections_.at(id);
  const ssize_t got = ::recv(connection.fd.get(), buffer_.data(), buffer_.size(), 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got < 0) return close(id);
  if (got == 0) {  // half a request and no more to come: the other reader knows what to say
    if (connection.in.empty()) return close(id);
    return hand_back(id);
  }
  connection.in.append(buffer_.data(), static_cast<size_t>(got));
  held_bytes_ += static_cast<size_t>(got);
  connection.since_ms = now_ms();
  advance(id);
}

Listener::Road* Listener::road(View name) {
  const auto found = roads_.find(name);
  return found == roads_.end() ? nullptr : &found->second;
}

Listener::Step Listener::answer_next(uint64_t id, Connection& connection, size_t& at) {
  PlainRequest request;
  switch (read_plain(View(connection.in).substr(at), options_.types, request)) {
    case Reading::kMore:
      return Step::kNeedsMore;
    case Reading::kOther:
      return Step::kOther;
    case Reading::kPlain:
      break;
  }
  const uint64_t began = monotonic_ns();
  connection.asked = true;
  if (request.space.empty()) {
    append_answer(connection.out, options_.answers, date(), request.hits_in_bytes, {}, {});
    at += request.size;
    return Step::kAnswered;
  }
  std::shared_ptr<Space> space;
  {
    const std::lock_guard lock(mutex_);
    Road* asked = road(request.space);
    if (asked == nullptr) return Step::kOther;
    space = asked->space;
    if (asked->resting > 0) {
      --asked->resting;
      jobs_.push_back({id, connection.in.substr(at, request.size), space});
      connection.waits = true;
      connection.began_ns = began;
      at += request.size;
    }
  }
  if (connection.waits) {
    more_jobs_.notify_one();
    return Step::kWaits;
  }
  if (!serve_recall(connection.out, *space, request, options_.answers, date(), scratch_)) return Step::kOther;
  const uint64_t took = monotonic_ns() - began;
  const bool slow = took > uint64_t{options_.long_recall_us} * 1'000;
  just_served_.push_back(static_cast<float>(static_cast<double>(took) / kNsPerS));
  at += request.size;
  const std::lock_guard lock(mutex_);
  if (Road* asked = road(request.space); asked != nullptr) {
    if (slow && asked->slow) asked->resting = options_.rest_requests;
    asked->slow = slow;
  }
  return Step::kAnswered;
}

void Listener::advance(uint64_t id) {
  Connection& connection = connections_.at(id);
  size_t at = 0;
  Step step = Step::kNeedsMore;
  size_t turn = 0;
  while (!connection.waits && !connection.leaves && at < connection.in.size() && turn < kTurnMax &&
         connection.out.size() - connection.sent < kOutMax) {
    step = answer_next(id, connection, at);
    if (step != Step::kAnswered) break;
    ++turn;
  }
  held_bytes_ -= at;
  connection.in.erase(0, at);
  if (step == Step::kOther || held_bytes_ > options_.held_max_bytes) connection.leaves = true;
  if (!send(id, connection)) return;
  if (connection.leaves && connection.out.empty() && !connection.waits) return hand_back(id);
  const bool sends = !connection.out.empty();
  // What has been read comes first: nothing more is, until that is answered.
  const bool goes_on = step == Step::kAnswered && !connection.in.empty() && !sends;
  if (goes_on) again_.push_back(id);
  const bool reads = !sends && !goes_on && !connection.waits && !connection.leaves;
  watch(id, connection, (sends ? EPOLLOUT : 0U) | (reads ? EPOLLIN : 0U));
}

bool Listener::send(uint64_t id, Connection& connection) {
  while (connection.sent < connection.out.size()) {
    const ssize_t put = ::send(connection.fd.get(), connection.out.data() + connection.sent,
                               connection.out.size() - connection.sent, MSG_NOSIGNAL);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0 && errno == EAGAIN) return true;
    if (put < 0) {
      close(id);
      return false;
    }
    connection.sent += static_cast<size_t>(put);
    connection.since_ms = now_ms();
  }
  connection.out.clear();
  connection.sent = 0;
  return true;
}

/** Asks the system only where that changes. Nothing: not even of an end, which would be told again and again.
 */
void Listener::watch(uint64_t id, Connection& connection, uint32_t events) {
  if (connection.watched == events) return;
  const int how = connection.watched == 0 ? EPOLL_CTL_ADD : events == 0 ? EPOLL_CTL_DEL : EPOLL_CTL_MOD;
  epoll_event event{.events = events, .data = {.u64 = id}};
  if (epoll_ctl(poll_.get(), how, connection.fd.get(), &event) < 0) return close(id);
  connection.watched = events;
}

void Listener::take_done() {
  std::vector<Done> done;
  {
    const std::lock_guard lock(mutex_);
    done.swap(done_);
  }
  for (Done& one : done) {
    const auto found = connections_.find(one.connection);
    if (found == connections_.end()) continue;  // its client has left: there was an answer before, to send
    Connection& connection = found->second;
    connection.waits = false;
    if (one.answered) {
      just_served_.push_back(
          static_cast<float>(static_cast<double>(monotonic_ns() - connection.began_ns) / kNsPerS));
      connection.out += one.answer;
    } else {  // what it asked is for the other reader, before what came behind it
      held_bytes_ += one.answer.size();
      connection.in.insert(0, one.answer);
      connection.leaves = true;
    }
    advance(one.connection);
  }
}

void Listener::run_patient() {
  RecallScratch scratch;
  std::unique_lock lock(mutex_);
  for (;;) {
    more_jobs_.wait(lock, [this] { return patient_ends_ || !jobs_.empty(); });
    if (jobs_.empty()) return;
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    Done done{.connection = job.connection, .answered = false, .answer = {}};
    PlainRequest request;
    const bool plain = read_plain(job.request, options_.types, request) == Reading::kPlain;
    assert(plain);
    done.answered = plain && serve_recall(done.answer, *job.space, request, options_.answers,
                                          http_date(std::time(nullptr)), scratch);
    if (!done.answered) done.answer = std::move(job.request);
    lock.lock();
    done_.push_back(std::move(done));
    wake();
  }
}

void Listener::sweep(uint64_t now) {
  std::vector<uint64_t> closing;
  std::vector<uint64_t> returning;
  for (auto& [id, connection] : connections_) {
    if (connection.waits) continue;
    const uint64_t quiet = now - connection.since_ms;
    if (!connection.out.empty()) {
      if (stopping_) connection.leaves = true;
      if (quiet > (stopping_ ? kStopMs : options_.stalled_ms)) closing.push_back(id);
    } else if (stopping_ || (!connection.in.empty() && quiet > options_.patience_ms)) {
      returning.push_back(id);
    } else if (connection.in.empty() &&
               quiet > (connection.asked ? options_.idle_ms : options_.first_request_ms)) {
      closing.push_back(id);
    }
  }
  for (const uint64_t id : closing) close(id);
  for (const uint64_t id : returning) hand_back(id);
}

void Listener::hand_back(uint64_t id) {
  const auto found = connections_.find(id);
  Connection& connection = found->second;
  // A copy of the descriptor is elsewhere, so that the system would go on watching.
  if (connection.watched != 0) epoll_ctl(poll_.get(), EPOLL_CTL_DEL, connection.fd.get(), nullptr);
  held_bytes_ -= connection.in.size();
  leaving_.push_back({std::move(connection.fd), std::move(connection.in)});
  connections_.erase(found);
  --count_;
}

void Listener::close(uint64_t id) {
  const auto found = connections_.find(id);
  held_bytes_ -= found->second.in.size();
  connections_.erase(found);
  --count_;
}

void Listener::publish() {
  if (just_served_.empty() && leaving_.empty()) return;
  const bool tells = !leaving_.empty();
  {
    const std::lock_guard lock(mutex_);
    served_.insert(served_.end(), just_served_.begin(), just_served_.end());
    for (HandedBack& one : leaving_) handed_back_.push_back(std::move(one));
  }
  just_served_.clear();
  leaving_.clear();
  if (tells) notify_();
}

View Listener::date() {
  const auto second = static_cast<int64_t>(std::time(nullptr));
  if (second != date_s_) {
    date_s_ = second;
    date_ = http_date(second);
  }
  return date_;
}

}  // namespace engram
