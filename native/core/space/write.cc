// Writes from outside: checked, committed, and waited for as the durability asks.
#include <algorithm>
#include <cmath>
#include <thread>
#include <unordered_set>

#include "base/crc32c.h"
#include "base/limits.h"
#include "base/mutant.h"
#include "base/phases.h"
#include "base/random.h"
#include "base/utf8.h"
#include "space/input.h"
#include "space/space.h"

namespace engram {

namespace {

/** To apply so many takes longer than to wake a thread that syncs meanwhile. */
constexpr size_t kBatchSlowToApply = 16;
/** Counts a writer as long as it lives. */
class Counted {
 public:
  explicit Counted(std::atomic<uint32_t>& writers) : writers_(writers) { ++writers_; }
  ~Counted() {
    if (--writers_ == 0) writers_.notify_all();
  }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

 private:
  std::atomic<uint32_t>& writers_;
};

Status check_options(const WriteOptions& options) {
  if (!std::isfinite(options.now_ms) || std::abs(options.now_ms) > kTimeMaxMs)
    return Error::invalid("now is " + std::to_string(options.now_ms),
                          "pass milliseconds since 1970 in the range of a Date");
  if (options.key.size() > kKeyMaxBytes || !is_utf8(options.key) || has_control(options.key))
    return Error::invalid("idempotency key " + quote_text(options.key) + " is not 1 to " +
                              std::to_string(kKeyMaxBytes) + " bytes of UTF-8 without control characters",
                          "draw a short random key for each request");
  return {};
}

Status check_count(size_t count, const char* what) {
  if (count <= kBatchMaxItems) return {};
  return Error{Code::kTooLarge, "the batch has " + std::to_string(count) + " " + what,
               "split it: a batch may have " + std::to_string(kBatchMaxItems)};
}

/** Tells two requests apart that bear the same key. */
uint64_t fingerprint(const Operation& request) {
  Bytes bytes;
  encode_operation(bytes, request);
  return mix64((uint64_t{crc32c(static_cast<uint32_t>(type_of(request)), bytes)} << 32U) ^ bytes.size());
}

}  // namespace

/** The way of every write: answered again if its key is known, else done by `work` under the writer's lock;
 * then the wait for the disk. `request` gives the whole operation as it was asked for. */
template <typename Request, typename Work>
Result<Sequence> Space::write(const WriteOptions& options, Request request, Work work) {
  ENGRAM_TRY(check_options(options));
  const RecordTag tag{options.now_ms, options.key, options.key.empty() ? 0 : fingerprint(request())};
  Sequence sequence = 0;
  bool behind = false;
  std::vector<MemoryRange> due;
  {
    const Counted writer(writers_);
    const auto lock = waiting_lock<std::unique_lock<std::shared_mutex>>(mutex_);
    ENGRAM_TRY(log_->writable());
    const auto answered = keys_.find(tag);
    ENGRAM_TRY(answered);
    Result<Sequence> written = *answered ? Result<Sequence>(**answered) : work(tag);
    ENGRAM_TRY(written);
    sequence = *written;
    behind = background_ && owes();
    if (!behind) due = index_.take_due();
  }
  if (behind) upkeep_.begin();
  std::for_each(due.begin(), due.end(), make_resident);  // one writer waits for the system, not all
  if (options.durability != Durability::kAsync) ENGRAM_TRY(log_->sync_to(sequence));
  return sequence;
}

bool Space::link_some() {
  std::vector<MemoryRange> due;
  bool behind = false;
  const std::lock_guard alone(link_mutex_);
  {  // beside readers, and no writer waits for more than a few steps of it
    auto lock = waiting_lock<std::shared_lock<std::shared_mutex>>(mutex_);
    const Pause pause = [&] {
      if (writers_ == 0) return std::this_thread::yield();  // to one that the disk has just woken
      lock.unlock();
      lock.lock();  // behind the writers
    };
    if (index_.owes())
      index_.prepare(pause);
    else
      concepts_.prepare_link(pause);
  }
  std::this_thread::yield();
  {
    const auto lock = waiting_lock<std::unique_lock<std::shared_mutex>>(mutex_);
    if (index_.owes())
      index_.settle(kLinksPerHold);
    else
      concepts_.link(kLinksPerHold);
    behind = owes();
    due = index_.take_due();
  }
  std::for_each(due.begin(), due.end(), make_resident);
  return behind;
}

void Space::keep_up() {
  do {
    for (uint32_t writers = writers_; writers > 0; writers = writers_) writers_.wait(writers);
  } while (link_some());
}

/** Those of the episodes that are not there already, or that another one of the batch replaces before. */
StoreOperation Space::changes(const std::vector<EpisodeFields>& episodes) const {
  StoreOperation changed;
  changed.episodes.reserve(episodes.size());
  std::optional<std::unordered_set<View>> replaced;  // ids of `changed`, once somebody asks
  const auto is_replaced = [&](View id) {
    if (mutant(Mutant::kRepeatInBatchDropped)) return false;
    if (!replaced) {
      replaced.emplace();
      for (const EpisodeFields& one : changed.episodes) replaced->insert(one.id);
    }
    return replaced->contains(id);
  };
  for (size_t at = 0; at < episodes.size(); ++at) {
    if (at + kIdsAhead < episodes.size()) ids_.prefetch(episodes[at + kIdsAhead].id);
    if (holds(episodes[at]) && !is_replaced(episodes[at].id)) continue;
    changed.episodes.push_back(episodes[at]);
    if (replaced) replaced->insert(episodes[at].id);
  }
  return changed;
}

Result<Sequence> Space::store(const std::vector<EpisodeFields>& episodes, const WriteOptions& options) {
  const Timed timed(metrics_.of(Measured::kStore));
  ENGRAM_TRY(check_count(episodes.size(), "episodes"));
  for (const EpisodeFields& episode : episodes) ENGRAM_TRY(check_episode(episode, settings_.dimension));
  return write(
      options, [&] { return StoreOperation{episodes}; },
      [&](const RecordTag& tag) -> Result<Sequence> {
        const StoreOperation changed = changes(episodes);
        // The same again: nothing to write, but what was written before must be durable before it is said
        // again.
        if (changed.episodes.empty() && tag.key.empty()) return log_->position().sequence;
        const bool slow = changed.episodes.size() >= kBatchSlowToApply;
        return commit(changed, tag, slow && options.durability != Durability::kAsync);
      });
}

Result<Sequence> Space::link(const LinkOperation& edges, const WriteOptions& options) {
  const Timed timed(metrics_.of(Measured::kLink));
  ENGRAM_TRY(check_count(edges.edges.size(), "edges"));
  ENGRAM_TRY(check_link(edges));
  return write(
      options, [&] { return edges; },
      [&](const RecordTag& tag) -> Result<Sequence> {
        for (const EdgeFields& edge : edges.edges)
          for (const View id : {edge.from, edge.to})
            if (ordinalOf(id) == kNoNode) return not_found(id);
        return commit(edges, tag);
      });
}

Result<Sequence> Space::unlink(const UnlinkOperation& edges, const WriteOptions& options) {
  const Timed timed(metrics_.of(Measured::kUnlink));
  ENGRAM_TRY(check_count(edges.edges.size(), "edges"));
  ENGRAM_TRY(check_relation(edges.relation));
  for (const EdgeFields& edge : edges.edges)
    for (const View id : {edge.from, edge.to}) ENGRAM_TRY(check_id(id));
  return write(
      options, [&] { return edges; }, [&](const RecordTag& tag) { return commit(edges, tag); });
}

Result<Sequence> Space::forget(const std::vector<View>& ids, const WriteOptions& options, ForgetMode mode,
                               float factor) {
  const Timed timed(metrics_.of(Measured::kForget));
  ENGRAM_TRY(check_count(ids.size(), "ids"));
  for (const View id : ids) ENGRAM_TRY(check_id(id));
  if (mode == ForgetMode::kSuppress) ENGRAM_TRY(check_factor(factor));
  const ForgetOperation request{mode, factor, ids};
  return write(
      options, [&] { return request; }, [&](const RecordTag& tag) { return commit(request, tag); });
}

Result<Sequence> Space::touch(const std::vector<View>& ids, double at_ms, const WriteOptions& options) {
  ENGRAM_TRY(check_count(ids.size(), "ids"));
  for (const View id : ids) ENGRAM_TRY(check_id(id));
  ENGRAM_TRY(check_time(at_ms, "the access"));
  const TouchOperation request{at_ms, ids};
  return write(
      options, [&] { return request; }, [&](const RecordTag& tag) { return commit(request, tag); });
}

Result<Sequence> Space::configure(const MemorySettings& settings, const WriteOptions& options) {
  ENGRAM_TRY(check_memory(settings));
  const MemoryOperation request{settings.decay, settings.calibration.knots(), settings.completions.knots()};
  return write(
      options, [&] { return request; }, [&](const RecordTag& tag) { return commit(request, tag); });
}

}  // namespace engram
