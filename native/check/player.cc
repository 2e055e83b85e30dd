#include "check/player.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "engine/engine.h"
#include "graph/reference.h"
#include "io/simulated_disk.h"
#include "oracle/model.h"

namespace engram {
namespace {

constexpr uint32_t kDimension = 4;
constexpr uint32_t kIds = 9;
constexpr uint32_t kBatch = 4;
constexpr uint32_t kCallsToACut = 12;
constexpr double kSimilarityTolerance = 1e-5;
constexpr float kActivationTolerance = 1e-4F;
constexpr std::array<View, 2> kRelations = {"near", "far"};
constexpr std::array kPromises = {Durability::kGroup, Durability::kAsync, Durability::kFsync};
constexpr LogOptions kLog = {.segment_bytes = 2'048, .preallocate_bytes = 512};

Bytes id_of(uint32_t number) { return Bytes("id-").append(std::to_string(number % kIds)); }
View relation_of(uint32_t number) { return kRelations[number % kRelations.size()]; }
Durability promise_of(uint32_t number) { return kPromises[number % kPromises.size()]; }

std::vector<float> vector_of(uint32_t number) {
  Random random(number);
  std::vector<float> values(kDimension);
  for (float& value : values) value = static_cast<float>(random.unit()) - 0.5F;
  return values;
}

ModelEpisode episode_of(uint32_t number) {
  ModelEpisode made;
  const std::vector<float> values = vector_of(number);
  if (number % 8 != 7)
    made.embedding.assign(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
  made.at_ms = number;
  made.content = Bytes("content ").append(std::to_string(number));
  return made;
}

double cosine(View bytes, const std::vector<float>& other) {
  std::array<float, kDimension> values{};
  std::memcpy(values.data(), bytes.data(), sizeof values);
  double dot = 0;
  double own = 0;
  double others = 0;
  for (size_t i = 0; i < kDimension; ++i) {
    dot += double{values[i]} * double{other[i]};
    own += double{values[i]} * double{values[i]};
    others += double{other[i]} * double{other[i]};
  }
  return dot / std::sqrt(own * others);
}

class Player {
 public:
  Player(uint64_t seed, Blind blind) : disk_(seed), blind_(blind) {}

  Played play(const History& history) {
    open();
    for (const Action& action : history) {
      if (played_.violation) break;
      do_one(action);
    }
    if (!played_.violation) fail_and_reopen(Failure::kPowerCut);
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
    auto engine = Engine::open(disk_, "engine", 1, kLog);
    if (!engine) return violated("it does not open: " + engine.error().message);
    engine_ = std::move(*engine);
    auto space = engine_->space("s", {.dimension = kDimension});
    if (!space) return violated("it does not open: " + space.error().message);
    space_ = *space;
    if (const auto damage = space_->damage()) violated("a failure was taken for damage: " + damage->message);
  }

  enum class Failure : uint8_t { kReopen, kKill, kPowerCut };

  /** What may be there afterwards: after a power cut anything from the last promise on, else all that was
   * acknowledged. */
  void fail_and_reopen(Failure how) {
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
    const Bytes now = text_of(*space_);
    const size_t least = how == Failure::kPowerCut ? promised_ : whole_;
    for (size_t p = least; p < past_.size(); ++p)
      if (past_[p].text() == now) {
        past_ = {past_[p]};
        promised_ = whole_ = 0;
        return;
      }
    violated("the state after a failure is none of " + std::to_string(past_.size() - least) + " it may be");
  }

  Model& model() { return past_.back(); }

  /** `done` came back from an operation whose effect on the model is `change`. */
  template <typename Change, typename Run>
  void operate(Durability promise, Change change, Run run) {
    past_.push_back(past_.back());
    change(past_.back());
    const auto done = run();
    if (done.ok()) {
      whole_ = past_.size() - 1;
      if (promise != Durability::kAsync) promised_ = whole_;
      return;
    }
    if (!disk_.off()) return violated("an operation failed on a sound disk: " + done.error().message);
    fail_and_reopen(Failure::kPowerCut);
  }

  void store(const std::map<Bytes, ModelEpisode>& batch, Durability promise) {
    last_ = batch;
    std::vector<EpisodeFields> fields;
    for (const auto& [id, one] : batch)
      fields.push_back({id, one.embedding, one.at_ms, one.content, {}, one.confidence});
    operate(
        promise,
        [&](Model& model) {
          for (const auto& [id, one] : batch) model.store(id, one);
        },
        [&] { return space_->store(fields, promise); });
  }

  void link(const Action& action) {
    const Bytes from = id_of(action.a);
    const Bytes to = id_of(action.b);
    const ModelEdge edge{static_cast<float>(action.c % 17) / 8 - 1, static_cast<double>(action.c)};
    const LinkOperation operation{relation_of(action.c), edge.at_ms, {{from, to, edge.weight}}};
    if (!model().has(from) || !model().has(to)) {
      const auto refused = space_->link(operation, Durability::kGroup);
      return expect(!refused && refused.error().code == Code::kNotFound, "an edge to no episode was taken");
    }
    operate(
        promise_of(action.c), [&](Model& model) { model.link(from, to, operation.relation, edge); },
        [&] { return space_->link(operation, promise_of(action.c)); });
  }

  void unlink(const Action& action) {
    const Bytes from = id_of(action.a);
    const Bytes to = id_of(action.b);
    operate(
        promise_of(action.c), [&](Model& model) { model.unlink(from, to, relation_of(action.c)); },
        [&] {
          return space_->unlink({relation_of(action.c), {{from, to, 1}}}, promise_of(action.c));
        });
  }

  void forget(const Action& action, ForgetMode mode) {
    const Bytes id = id_of(action.a);
    operate(
        promise_of(action.c),
        [&](Model& model) {
          if (mode == ForgetMode::kSuppress)
            model.weaken(id, 0.5F);
          else if (blind_ != Blind::kForgets)
            model.erase(id);
        },
        [&] { return space_->forget({id}, promise_of(action.c), mode, 0.5F); });
  }

  void get(const Action& action) {
    const Bytes id = id_of(action.a);
    const auto found = space_->get(id);
    const auto kept = model().episodes().find(id);
    if (kept == model().episodes().end()) return expect(!found, "get finds what is not there");
    expect(found && found->content == kept->second.content && found->strength == kept->second.strength,
           "get does not find what is there");
  }

  void scan(const Action& action) {
    const Bytes after = action.a % 3 == 0 ? Bytes() : id_of(action.a);
    const size_t limit = action.b % 6;
    std::vector<Bytes> expected;
    for (auto at = model().episodes().upper_bound(after);
         at != model().episodes().end() && expected.size() < limit; ++at)
      expected.push_back(at->first);
    std::vector<Bytes> found;
    for (const Episode& episode : space_->scan(after, limit)) found.push_back(episode.id);
    expect(found == expected, "scan gives other episodes");
  }

  void edges(const Action& action) {
    const Bytes id = id_of(action.a);
    std::vector<std::tuple<Bytes, Bytes, float>> expected;
    for (const auto& [key, edge] : model().edges())
      if (std::get<0>(key) == id) expected.emplace_back(std::get<1>(key), std::get<2>(key), edge.weight);
    std::vector<std::tuple<Bytes, Bytes, float>> found;
    for (const Edge& edge : space_->edges(id)) found.emplace_back(edge.relation, edge.to, edge.weight);
    expect(found == expected, "edges gives other edges");
  }

  /** Exact, and that which codes are scanned for: both must be in order, with true similarities, and the
   * exact one must leave out nothing better. */
  void recall(const Action& action) {
    const std::vector<float> cue = vector_of(action.a);
    const uint32_t k = 1 + action.b % 6;
    const bool exact = action.c % 2 == 0;
    const auto hits = space_->recall(cue, {.k = k, .ef = 0, .exact = exact});
    if (!hits) return violated("recall failed: " + hits.error().message);
    std::map<Bytes, double> truth;
    for (const auto& [id, one] : model().episodes())
      if (!one.embedding.empty()) truth[id] = cosine(one.embedding, cue);
    expect(hits->size() == std::min<size_t>(k, truth.size()), "recall gives another number of hits");
    double last = std::numeric_limits<double>::infinity();
    for (const Hit& hit : *hits) {
      const Bytes id = space_->ids(std::vector<uint32_t>{hit.ordinal}).at(0);
      const auto known = truth.find(id);
      if (known == truth.end()) return violated("recall finds what is not there");
      expect(std::abs(known->second - double{hit.similarity}) < kSimilarityTolerance,
             "a similarity is wrong");
      expect(double{hit.similarity} <= last, "hits are not in order");
      last = double{hit.similarity};
      truth.erase(known);
    }
    for (const auto& [id, similarity] : truth)
      if (exact && hits->size() == k && similarity > last + kSimilarityTolerance)
        return violated("exact recall leaves out a nearer one");
  }

  /** The model's edges between numbers, as the plain graph of the graph's own tests takes them. */
  std::pair<std::vector<Bytes>, reference::Edges> numbered() {
    std::vector<Bytes> names;
    for (const auto& [id, one] : model().episodes()) names.push_back(id);
    const auto number = [&](const Bytes& id) {
      return static_cast<uint32_t>(std::lower_bound(names.begin(), names.end(), id) - names.begin());
    };
    reference::Edges edges;
    for (const auto& [key, edge] : model().edges())
      edges[{number(std::get<0>(key)), number(std::get<2>(key)), std::get<1>(key) == kRelations[0] ? 0 : 1}] =
          {edge.weight, edge.at_ms};
    return {names, edges};
  }

  void spread(const Action& action) {
    const auto [names, edges] = numbered();
    if (names.empty()) return;
    const uint32_t seed = action.a % static_cast<uint32_t>(names.size());
    SpreadOptions options{.depth = 1 + action.b % 3};
    options.cutoff = 0;  // no difference of the last bit decides what is passed on
    options.fan = static_cast<Fan>(action.c % 3);
    const auto found = space_->spread({{names[seed], 1.0F}}, options);
    if (!found) return violated("spread failed: " + found.error().message);
    auto expected = reference::spread(edges, {{seed, 1.0F}}, options).total;
    expect(found->active.size() == expected.size(), "spread reaches another number");
    for (const Activation& one : found->active) {
      const Bytes id = space_->ids(std::vector<uint32_t>{one.ordinal}).at(0);
      const auto at = std::lower_bound(names.begin(), names.end(), id);
      if (at == names.end() || *at != id) return violated("spread reaches what is not there");
      expect(std::abs(expected[static_cast<uint32_t>(at - names.begin())] - one.value) < kActivationTolerance,
             "an activation is wrong");
    }
  }

  void reach(const Action& action) {
    const auto [names, edges] = numbered();
    if (names.empty()) return;
    const uint32_t seed = action.a % static_cast<uint32_t>(names.size());
    const ReachOptions options{.hops = 1 + action.b % 3,
                               .direction = action.c % 2 == 0 ? Direction::kOut : Direction::kIn,
                               .relation = -1};
    const auto found = space_->reach(names[seed], options.hops, options.direction, std::nullopt);
    if (!found) return violated("reach failed: " + found.error().message);
    std::set<Bytes> expected;
    for (const uint32_t node : reference::reach(edges, seed, options)) expected.insert(names[node]);
    const auto ids = space_->ids(*found);
    expect(ids.size() == expected.size() && std::set<Bytes>(ids.begin(), ids.end()) == expected,
           "reach gives other nodes");
  }

  void ask(void (Player::*question)(const Action&), const Action& action) {
    ++played_.questions;
    (this->*question)(action);
  }

  void do_one(const Action& action) {
    switch (action.act) {
      case Act::kStore:
        return store({{id_of(action.a), episode_of(action.b)}}, promise_of(action.c));
      case Act::kStoreBatch: {
        std::map<Bytes, ModelEpisode> batch;
        for (uint32_t i = 0; i < kBatch; ++i) batch[id_of(action.a + i)] = episode_of(action.b + i);
        return store(batch, promise_of(action.c));
      }
      case Act::kStoreAgain:
        return last_.empty() ? void() : store(std::map(last_), promise_of(action.c));
      case Act::kLink:
        return link(action);
      case Act::kUnlink:
        return unlink(action);
      case Act::kForget:
        return forget(action, ForgetMode::kDelete);
      case Act::kWeaken:
        return forget(action, ForgetMode::kSuppress);
      case Act::kSnapshot:
        return operate(
            Durability::kFsync, [](Model&) {}, [&] { return space_->snapshot(); });
      case Act::kSync:
        return operate(
            Durability::kFsync, [](Model&) {}, [&] { return space_->sync(); });
      case Act::kGet:
        return ask(&Player::get, action);
      case Act::kScan:
        return ask(&Player::scan, action);
      case Act::kEdges:
        return ask(&Player::edges, action);
      case Act::kRecall:
        return ask(&Player::recall, action);
      case Act::kSpread:
        return ask(&Player::spread, action);
      case Act::kReach:
        return ask(&Player::reach, action);
      case Act::kReopen:
        return fail_and_reopen(Failure::kReopen);
      case Act::kKill:
        return fail_and_reopen(Failure::kKill);
      case Act::kPowerCut:
        return fail_and_reopen(Failure::kPowerCut);
      case Act::kCutLater:
        return disk_.cut_after(1 + action.a % kCallsToACut);
      case Act::kCount:
        break;
    }
  }

  SimulatedDisk disk_;
  const Blind blind_;
  Played played_;
  std::unique_ptr<Engine> engine_;
  std::shared_ptr<Space> space_;
  std::vector<Model> past_ = std::vector<Model>(1);  // after each operation since the last failure
  size_t promised_ = 0;                              // index of the state that must survive a power cut
  size_t whole_ = 0;                                 // index of the last state that was acknowledged at all
  std::map<Bytes, ModelEpisode> last_;
};

}  // namespace

Played play(const History& history, uint64_t seed, Blind blind) { return Player(seed, blind).play(history); }

}  // namespace engram
