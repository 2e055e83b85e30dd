#include "check/player.h"

#include <functional>
#include <memory>
#include <utility>

#include "check/copies.h"
#include "check/material.h"
#include "check/questions.h"

namespace engram {
namespace {

constexpr uint32_t kBatch = 4;
constexpr uint32_t kKeys = 4;
/** Requests that a key is used for: few, so that one comes again, and another one under its key. */
constexpr uint32_t kRequests = 4;
constexpr uint32_t kCallsToACut = 12;
constexpr float kWeaken = 0.5F;
constexpr ConceptLimits kLimits;

/** An operation as it is asked for, and what it does to the model. */
struct Request {
  Operation asked;
  std::function<void(Model&)> change;
  std::function<Result<Sequence>(Space&, const WriteOptions&)> run;
};

Bytes bytes_of(const Operation& operation) {
  Bytes bytes(1, static_cast<char>(type_of(operation)));
  encode_operation(bytes, operation);
  return bytes;
}

class Player {
 public:
  Player(uint64_t seed, Blind blind) : disk_(seed), copies_(disk_), blind_(blind) {}

  Played play(const History& history) {
    open();
    for (const Action& action : history) {
      if (played_.violation) break;
      do_one(action);
    }
    if (!played_.violation) fail_and_reopen(Failure::kPowerCut);
    played_.changes = watcher_.told();
    played_.restores = copies_.restores();
    return std::move(played_);
  }

 private:
  void violated(std::string what) {
    if (!played_.violation) played_.violation = std::move(what);
  }
  void expect(bool held, const char* what) {
    if (!held) violated(what);
  }

  void open() {
    auto engine = Engine::open(disk_, kHistoryEngine, 1, kHistoryLog);
    if (!engine) return violated("it does not open: " + engine.error().message);
    engine_ = std::move(*engine);
    auto space = engine_->space(kHistorySpace, {.dimension = kDimension});
    if (!space) return violated("it does not open: " + space.error().message);
    space_ = *space;
    if (const auto damage = space_->damage()) violated("a failure was taken for damage: " + damage->message);
  }

  enum class Failure : uint8_t { kReopen, kKill, kPowerCut };

  /** What may be there afterwards: after a power cut anything from the last promise on, else all that was
   * acknowledged. */
  void fail_and_reopen(Failure how) {
    watcher_.end();
    space_.reset();
    if (how == Failure::kReopen) {
      const Status closed = engine_->close();
      if (disk_.off()) how = Failure::kPowerCut;
      expect(closed.ok() || disk_.off(), "it does not close");
    }
    disk_.cut_now();  // before the destructors, whose syncs nobody promised
    engine_.reset();
    how == Failure::kPowerCut ? disk_.restart() : disk_.kill();
    open();
    if (played_.violation) return;
    ++played_.failures;
    if (const Status sound = space_->verify(); !sound) return violated(sound.error().message);
    const Sequence least = how == Failure::kPowerCut ? past_.promised() : past_.acknowledged();
    if (auto wrong = past_.settle(space_->stats().log.position.sequence, text_of(*space_), least))
      return violated(std::move(*wrong));
    if (auto wrong = copies_.recovered(past_)) violated(std::move(*wrong));
  }

  /** What was found while the disk went off is the disk's. */
  void conclude(Finding finding) {
    if (disk_.off()) return fail_and_reopen(Failure::kPowerCut);
    if (finding) violated(std::move(*finding));
  }

  void keep(Sequence sequence, Durability promise) {
    promise == Durability::kAsync ? past_.acknowledge(sequence) : past_.promise(sequence);
  }

  double now() { return clock_ms_; }

  /** Asks for it, and books the record that it must become: `logged`, where not all of it is news. */
  void operate(const Request& request, Durability promise, View key = {}, const Operation* logged = nullptr) {
    Moment& next = past_.record(logged != nullptr ? *logged : request.asked, now(), key);
    const Sequence sequence = next.change.sequence;
    request.change(next.model);
    if (!key.empty() && next.model.once(key)) next.keys[Bytes(key)] = {bytes_of(request.asked), sequence};
    const auto done = request.run(*space_, {promise, now(), key});
    if (!done) return conclude("an operation failed on a sound disk: " + done.error().message);
    expect(*done == sequence && space_->stats().log.position.sequence == sequence,
           "an operation is not one record");
    keep(sequence, promise);
  }

  /** No record: what was written before must be durable when it returns. */
  void settle_disk(const Status& done) {
    if (!done) return conclude("an operation failed on a sound disk: " + done.error().message);
    past_.promise(past_.end());
  }

  // --- Stores ----------------------------------------------------------------------------------------------

  /** In this order; an id may come twice. */
  using Batch = std::vector<std::pair<Bytes, ModelEpisode>>;

  static EpisodeFields fields_of(const Bytes& id, const ModelEpisode& one) {
    return {id, one.embedding, one.at_ms, one.content, {}, one.confidence};
  }

  static StoreOperation operation_of(const Batch& batch) {
    StoreOperation operation;
    for (const auto& [id, one] : batch) operation.episodes.push_back(fields_of(id, one));
    return operation;
  }

  bool holds(const Bytes& id, const ModelEpisode& one) const {
    const auto kept = past_.model().episodes().find(id);
    return kept != past_.model().episodes().end() && fields_of(id, kept->second) == fields_of(id, one);
  }

  void store(const Batch& batch, Durability promise, View key = {}) {
    last_ = batch;
    StoreOperation news;
    std::set<Bytes> replaced;
    for (const auto& [id, one] : batch)
      if (!holds(id, one) || replaced.contains(id)) {
        news.episodes.push_back(fields_of(id, one));
        replaced.insert(id);
      }
    if (news.episodes.empty() && key.empty()) {
      const auto done = space_->store(operation_of(batch).episodes, {promise, now()});
      if (!done) return conclude("a repetition failed on a sound disk: " + done.error().message);
      expect(*done == past_.end(), "a repetition wrote something");
      return keep(past_.end(), promise);
    }
    const Operation logged = std::move(news);
    operate(store_request(batch), promise, key, &logged);
  }

  static Request store_request(const Batch& batch) {
    StoreOperation asked = operation_of(batch);
    return {
        asked,
        [&batch](Model& model) {
          for (const auto& [id, one] : batch) model.store(id, one);
        },
        [asked](Space& space, const WriteOptions& options) { return space.store(asked.episodes, options); }};
  }

  /** Done once: the same request again gets the first answer, another one a conflict. */
  void keyed(const Action& action) {
    const Bytes key = Bytes("key-").append(std::to_string(action.a % kKeys));
    const uint32_t number = action.b % kRequests;
    const Bytes id = id_of(number);
    const Batch batch = {{id, episode_of(number)}};
    const Request request = number % 3 == 0   ? store_request(batch)
                            : number % 3 == 1 ? weaken_request(id)
                                              : access_request(id, kMsPerNumber);
    const Durability promise = promise_of(action.c);
    const auto known = past_.now().keys.find(key);
    if (known == past_.now().keys.end()) {
      if (number % 3 == 0) return store(batch, promise, key);
      return operate(request, promise, key);
    }
    const auto again = request.run(*space_, {promise, now(), key});
    if (known->second.request != bytes_of(request.asked)) {
      ++played_.conflicts;
      return expect(!again && again.error().code == Code::kConflict,
                    "another request under a known key is no conflict");
    }
    if (!again) return conclude("a repetition failed on a sound disk: " + again.error().message);
    ++played_.repetitions;
    expect(*again == known->second.sequence, "a repetition under its key got another answer");
    expect(space_->stats().log.position.sequence == past_.end(), "a repetition under its key was done again");
    keep(*again, promise);
  }

  // --- Edges, forgetting, rehearsal ------------------------------------------------------------------------

  void link(const Action& action) {
    const Bytes from = id_of(action.a);
    const Bytes to = id_of(action.b);
    const ModelEdge edge{static_cast<float>(action.c % 17) / 8 - 1, static_cast<double>(action.c)};
    const LinkOperation operation{relation_of(action.c), edge.at_ms, {{from, to, edge.weight}}};
    if (!past_.model().has(from) || !past_.model().has(to)) {
      const auto refused = space_->link(operation, Durability::kGroup);
      return expect(!refused && refused.error().code == Code::kNotFound, "an edge to no episode was taken");
    }
    operate({operation, [&](Model& model) { model.link(from, to, operation.relation, edge); },
             [&](Space& space, const WriteOptions& options) { return space.link(operation, options); }},
            promise_of(action.c));
  }

  void unlink(const Action& action) {
    const Bytes from = id_of(action.a);
    const Bytes to = id_of(action.b);
    const UnlinkOperation operation{relation_of(action.c), {{from, to, 1}}};
    operate({operation, [&](Model& model) { model.unlink(from, to, operation.relation); },
             [&](Space& space, const WriteOptions& options) { return space.unlink(operation, options); }},
            promise_of(action.c));
  }

  void forget(const Action& action) {
    const Bytes id = id_of(action.a);
    operate({ForgetOperation{ForgetMode::kDelete, kWeaken, {id}},
             [&](Model& model) {
               if (blind_ != Blind::kForgets) model.erase(id);
             },
             [&](Space& space, const WriteOptions& options) {
               return space.forget({id}, options, ForgetMode::kDelete, kWeaken);
             }},
            promise_of(action.c));
  }

  /** What these are made of must outlive them: operations hold views. */
  static Request weaken_request(const Bytes& id) {
    return {ForgetOperation{ForgetMode::kSuppress, kWeaken, {id}},
            [&id](Model& model) { model.weaken(id, kWeaken); },
            [&id](Space& space, const WriteOptions& options) {
              return space.forget({id}, options, ForgetMode::kSuppress, kWeaken);
            }};
  }

  static Request access_request(const Bytes& id, double at_ms) {
    return {TouchOperation{at_ms, {id}}, [&id, at_ms](Model& model) { model.touch(id, at_ms); },
            [&id, at_ms](Space& space, const WriteOptions& options) {
              return space.touch({id}, at_ms, options);
            }};
  }

  void configure(const Action& action) {
    MemorySettings settings;
    settings.decay = {.model = static_cast<DecayModel>(action.a % 4),
                      .tau_ms = kMsPerNumber * (1 + action.b),
                      .beta = 0.1 * (1 + action.c % 8),
                      .rehearsals = 1 + action.c % 3,
                      .spacing_gain = static_cast<float>(action.c % 5),
                      .power_tau_ms = kMsPerNumber * (1 + action.b / 2)};
    operate({MemoryOperation{settings.decay, {}, {}}, [&](Model& model) { model.configure(settings.decay); },
             [&](Space& space, const WriteOptions& options) { return space.configure(settings, options); }},
            promise_of(action.c));
  }

  // --- Consolidation ---------------------------------------------------------------------------------------

  static ConsolidationOptions cycle_options() {
    ConsolidationOptions options;
    options.cluster = {
        .tau_ms = 0, .coherence = kLimits.coherence, .size = static_cast<uint32_t>(kLimits.size)};
    options.share = kLimits.share;
    return options;
  }

  /** The space once more, as its files tell it. */
  std::unique_ptr<Space> replayed(SimulatedDisk& twin) {
    const std::string directory = join_path(kHistoryEngine, kHistorySpace);
    for (const std::string& path : disk_.files()) {
      if (!path.starts_with(directory + "/")) continue;
      auto file = twin.open(path, OpenMode::kCreate);
      if (!file || !(*file)->write(0, *disk_.contents(path))) violated("a copy cannot be made");
    }
    auto space = Space::open(twin, directory, kHistoryLog);
    if (!space) {
      violated("a copy does not open: " + space.error().message);
      return nullptr;
    }
    return std::move(*space);
  }

  /** A cycle tells each of its records just before it is written; each must be one it may write, and a replay
   * of the log must come to the same ones. */
  void consolidate(const Action& action) {
    SimulatedDisk twin_disk(1);
    const auto twin = replayed(twin_disk);
    if (!twin) return;
    const double at_ms = now();
    ConsolidationOptions options = cycle_options();
    std::vector<Bytes> told;
    ConsolidationReport seen;
    options.observer = [&](const Operation& operation) {
      const Model& before = past_.model();
      if (auto wrong = check_cycle(operation, before, kLimits)) violated(std::move(*wrong));
      if (const auto* bind = std::get_if<BindOperation>(&operation)) {
        ++(before.concepts().contains(bind->number) ? seen.strengthened : seen.formed);
        seen.bound += bind->ids.size();
      }
      told.push_back(bytes_of(operation));
      past_.record(operation, at_ms).model.consolidate(operation);
    };
    const auto done = space_->consolidate(at_ms, options, promise_of(action.c));
    if (!done || disk_.off()) return conclude(done ? Finding{} : "a cycle failed: " + done.error().message);
    played_.concepts += done->formed;
    keep(past_.end(), promise_of(action.c));
    expect(space_->stats().log.position.sequence == past_.end(), "a cycle wrote what it did not tell");
    expect(done->formed == seen.formed && done->strengthened == seen.strengthened &&
               done->bound == seen.bound && done->skipped == 0,
           "a cycle reports what it did not do");
    if (auto wrong = check_concepts(past_.model(), kLimits)) violated(std::move(*wrong));

    std::vector<Bytes> again;
    options.observer = [&](const Operation& operation) { again.push_back(bytes_of(operation)); };
    if (!twin->consolidate(at_ms, options, Durability::kAsync)) return violated("a copy's cycle failed");
    expect(again == told, "a replay's cycle does something else");
    expect(twin->digest() == space_->digest(), "a replay's cycle ends otherwise");
  }

  // ---------------------------------------------------------------------------------------------------------

  void do_one(const Action& action) {
    clock_ms_ += action.c % 3;  // now and then two records of one time
    if (is_question(action.act)) {
      ++played_.questions;
      return conclude(ask(action, *space_, past_.model()));
    }
    const Bytes id = id_of(action.a);
    switch (action.act) {
      case Act::kStore:
        return store({{id, episode_of(action.b)}}, promise_of(action.c));
      case Act::kStoreBatch: {
        Batch batch;
        for (uint32_t i = 0; i < kBatch; ++i)
          batch.emplace_back(id_of(action.a + i), episode_of(action.b + i));
        // The first once more, as it is now: that is what it is afterwards.
        const auto kept = past_.model().episodes().find(batch.front().first);
        if (action.b % 2 == 0 && kept != past_.model().episodes().end()) {
          const ModelEpisode& now = kept->second;
          batch.push_back({kept->first,
                           {.embedding = now.embedding,
                            .at_ms = now.at_ms,
                            .content = now.content,
                            .confidence = now.confidence}});
        }
        return store(batch, promise_of(action.c));
      }
      case Act::kStoreAgain:
        return last_.empty() ? void() : store(Batch(last_), promise_of(action.c));
      case Act::kKeyed:
        return keyed(action);
      case Act::kLink:
        return link(action);
      case Act::kUnlink:
        return unlink(action);
      case Act::kForget:
        return forget(action);
      case Act::kWeaken:
        return operate(weaken_request(id), promise_of(action.c));
      case Act::kAccess:
        return operate(access_request(id, kMsPerNumber * action.b), promise_of(action.c));
      case Act::kConfigure:
        return configure(action);
      case Act::kConsolidate:
        return consolidate(action);
      case Act::kSnapshot:
        return settle_disk(space_->snapshot());
      case Act::kSync:
        return settle_disk(space_->sync());
      case Act::kBackup:
        return conclude(copies_.back_up(*space_, past_));
      case Act::kWatch:
        ++played_.questions;
        return conclude(watcher_.read(action, *space_, past_));
      case Act::kRestore:
        ++played_.questions;
        return conclude(copies_.restore(action, *space_, past_));
      case Act::kVerify:
        ++played_.questions;
        return conclude(verify_all(action, disk_, *space_, past_, played_.damages));
      case Act::kReopen:
        return fail_and_reopen(Failure::kReopen);
      case Act::kKill:
        return fail_and_reopen(Failure::kKill);
      case Act::kPowerCut:
        return fail_and_reopen(Failure::kPowerCut);
      case Act::kCutLater:
        return disk_.cut_after(1 + action.a % kCallsToACut);
      default:
        return;  // questions
    }
  }

  SimulatedDisk disk_;
  Past past_;
  Watcher watcher_;
  Copies copies_;
  const Blind blind_;
  Played played_;
  std::unique_ptr<Engine> engine_;
  std::shared_ptr<Space> space_;
  double clock_ms_ = 1;
  Batch last_;
};

}  // namespace

Played play(const History& history, uint64_t seed, Blind blind) { return Player(seed, blind).play(history); }

}  // namespace engram
