#include "check/questions.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <set>
#include <utility>

#include "check/material.h"
#include "graph/reference.h"
#include "memory/completion.h"
#include "space/input.h"

namespace engram {
namespace {

constexpr double kTolerance = 1e-5;            // of cosines
constexpr double kActivationTolerance = 1e-4;  // of sums of many products
constexpr double kCoherenceTolerance = 1e-4;   // of bounds that the engine keeps in single precision

using Question = Finding (*)(const Action&, const Space&, const Model&);
using Vector = std::array<double, kDimension>;

Finding expect(bool held, const char* what) { return held ? Finding{} : Finding{what}; }

bool near(double one, double other, double tolerance) { return std::abs(one - other) <= tolerance; }

double dot(const Vector& one, const Vector& other) {
  double sum = 0;
  for (size_t i = 0; i < kDimension; ++i) sum += one[i] * other[i];
  return sum;
}

Vector direction(Vector vector) {
  const double length = std::sqrt(dot(vector, vector));
  for (double& value : vector) value /= length;
  return vector;
}

Vector direction(std::span<const float> values) {
  Vector vector{};
  std::copy(values.begin(), values.end(), vector.begin());
  return direction(vector);
}

Vector direction(const ModelEpisode& episode) { return direction(floats(episode.embedding)); }

/** Cosines with a cue by id, of all episodes that have a vector. */
std::map<Bytes, double> cosines(const Model& model, const std::vector<float>& cue) {
  const Vector to = direction(cue);
  std::map<Bytes, double> found;
  for (const auto& [id, one] : model.episodes())
    if (!one.embedding.empty()) found[id] = dot(direction(one), to);
  return found;
}

Bytes id_at(const Space& space, uint32_t ordinal) { return space.ids(std::vector<uint32_t>{ordinal}).at(0); }

// --- Episodes and edges ------------------------------------------------------------------------------------

Finding get(const Action& action, const Space& space, const Model& model) {
  const Bytes id = id_of(action.a);
  const auto found = space.get(id);
  const auto kept = model.episodes().find(id);
  if (kept == model.episodes().end()) return expect(!found, "get finds what is not there");
  const ModelEpisode& one = kept->second;
  return expect(
      found && found->content == one.content && found->strength == one.strength &&
          found->access_count == one.access_count && found->last_access_ms == one.last_access_ms &&
          near(double{found->traces.stability}, one.stability, kActivationTolerance * one.stability) &&
          near(double{found->traces.found}, one.found, kActivationTolerance),
      "get does not find what is there");
}

Finding scan(const Action& action, const Space& space, const Model& model) {
  const Bytes after = action.a % 3 == 0 ? Bytes() : id_of(action.a);
  const size_t limit = action.b % 6;
  std::vector<Bytes> expected;
  for (auto at = model.episodes().upper_bound(after); at != model.episodes().end() && expected.size() < limit;
       ++at)
    expected.push_back(at->first);
  std::vector<Bytes> found;
  for (const Episode& episode : space.scan(after, limit)) found.push_back(episode.id);
  return expect(found == expected, "scan gives other episodes");
}

Finding edges(const Action& action, const Space& space, const Model& model) {
  const Bytes id = id_of(action.a);
  std::vector<std::tuple<Bytes, Bytes, float>> expected;
  for (const auto& [key, edge] : model.edges())
    if (std::get<0>(key) == id) expected.emplace_back(std::get<1>(key), std::get<2>(key), edge.weight);
  std::vector<std::tuple<Bytes, Bytes, float>> found;
  for (const Edge& edge : space.edges(id)) found.emplace_back(edge.relation, edge.to, edge.weight);
  return expect(found == expected, "edges gives other edges");
}

// --- Recall ------------------------------------------------------------------------------------------------

/** Exact, and that which codes are scanned for: both must be in order, with true similarities, and the
 * exact one must leave out nothing better. */
Finding recall(const Action& action, const Space& space, const Model& model) {
  const std::vector<float> cue = vector_of(action.a);
  const uint32_t k = 1 + action.b % 6;
  const bool exact = action.c % 2 == 0;
  const auto hits = space.recall(cue, {.k = k, .ef = 0, .exact = exact});
  if (!hits) return "recall failed: " + hits.error().message;
  auto truth = cosines(model, cue);
  if (hits->size() != std::min<size_t>(k, truth.size())) return "recall gives another number of hits";
  double last = std::numeric_limits<double>::infinity();
  for (const Hit& hit : *hits) {
    const auto known = truth.find(id_at(space, hit.ordinal));
    if (known == truth.end()) return "recall finds what is not there";
    if (!near(known->second, double{hit.similarity}, kTolerance)) return "a similarity is wrong";
    if (double{hit.similarity} > last) return "hits are not in order";
    last = double{hit.similarity};
    truth.erase(known);
  }
  for (const auto& [id, similarity] : truth)
    if (exact && hits->size() == k && similarity > last + kTolerance)
      return "exact recall leaves out a nearer one";
  return std::nullopt;
}

/** What is left of a memory after some time, as engine.md words it. */
double left_of(const DecaySettings& decay, const ModelEpisode& one, double now_ms) {
  const double since = one.access_count == 0 ? one.at_ms : one.last_access_ms;
  const double elapsed = std::max(0.0, now_ms - since);
  const double power = std::pow(1 + elapsed / decay.power_tau_ms, -decay.beta);
  if (decay.model == DecayModel::kSpacing) return spaced(decay, one, now_ms);
  const bool by_power = decay.model == DecayModel::kPower ||
                        (decay.model == DecayModel::kTwoComponent && one.access_count >= decay.rehearsals);
  return by_power ? power : std::exp(-elapsed / decay.tau_ms);
}

/** Nearness weighed by what is left of each memory by now. */
Finding faded(const Action& action, const Space& space, const Model& model) {
  const std::vector<float> cue = vector_of(action.a);
  const double now_ms = kMsPerNumber * action.b;
  AnswerOptions options;
  options.k = 1 + action.c % kIds;
  options.exact = true;
  options.now_ms = now_ms;
  const auto answer = space.answer({.vector = cue}, options);
  if (!answer) return "an answer failed: " + answer.error().message;
  std::map<Bytes, double> truth;
  for (const auto& [id, similarity] : cosines(model, cue)) {
    const ModelEpisode& one = model.episodes().at(id);
    truth[id] = similarity * left_of(model.decay(), one, now_ms) * double{one.strength};
  }
  if (answer->hits.size() != std::min<size_t>(options.k, truth.size()))
    return "an answer has another number of hits";
  double last = std::numeric_limits<double>::infinity();
  for (const AnswerHit& hit : answer->hits) {
    const auto known = truth.find(id_at(space, hit.memory.number()));
    if (hit.memory.is_concept() || known == truth.end()) return "an answer holds what is not there";
    if (!near(known->second, double{hit.score}, kActivationTolerance)) return "a memory fades otherwise";
    if (!near(std::max(known->second, 0.0), double{hit.confidence}, kActivationTolerance))
      return "a confidence is wrong";
    if (double{hit.score} > last) return "an answer is not in order";
    last = double{hit.score};
    truth.erase(known);
  }
  for (const auto& [id, score] : truth)
    if (score > last + kActivationTolerance) return "an answer leaves out a stronger one";
  return std::nullopt;
}

// --- The graph ---------------------------------------------------------------------------------------------

/** The model's edges between numbers, as the plain graph of the graph's own tests takes them. */
std::pair<std::vector<Bytes>, reference::Edges> numbered(const Model& model) {
  std::vector<Bytes> names;
  for (const auto& [id, one] : model.episodes()) names.push_back(id);
  const auto number = [&](const Bytes& id) {
    return static_cast<uint32_t>(std::lower_bound(names.begin(), names.end(), id) - names.begin());
  };
  reference::Edges found;
  for (const auto& [key, edge] : model.edges())
    found[{number(std::get<0>(key)), number(std::get<2>(key)), std::get<1>(key) == kRelations[0] ? 0 : 1}] = {
        edge.weight, edge.at_ms};
  return {names, found};
}

Finding spread(const Action& action, const Space& space, const Model& model) {
  const auto [names, arcs] = numbered(model);
  if (names.empty()) return std::nullopt;
  const uint32_t seed = action.a % static_cast<uint32_t>(names.size());
  SpreadOptions options{.depth = 1 + action.b % 3};
  options.cutoff = 0;  // no difference of the last bit decides what is passed on
  options.fan = static_cast<Fan>(action.c % 3);
  const auto found = space.spread({{names[seed], 1.0F}}, options);
  if (!found) return "spread failed: " + found.error().message;
  auto expected = reference::spread(arcs, {{seed, 1.0F}}, options).total;
  if (found->active.size() != expected.size()) return "spread reaches another number";
  for (const Activation& one : found->active) {
    const Bytes id = id_at(space, one.ordinal);
    const auto at = std::lower_bound(names.begin(), names.end(), id);
    if (at == names.end() || *at != id) return "spread reaches what is not there";
    if (!near(double{expected[static_cast<uint32_t>(at - names.begin())]}, double{one.value},
              kActivationTolerance))
      return "an activation is wrong";
  }
  return std::nullopt;
}

Finding reach(const Action& action, const Space& space, const Model& model) {
  const auto [names, arcs] = numbered(model);
  if (names.empty()) return std::nullopt;
  const uint32_t seed = action.a % static_cast<uint32_t>(names.size());
  const ReachOptions options{.hops = 1 + action.b % 3,
                             .direction = action.c % 2 == 0 ? Direction::kOut : Direction::kIn,
                             .relation = -1};
  const auto found = space.reach(names[seed], options.hops, options.direction, std::nullopt);
  if (!found) return "reach failed: " + found.error().message;
  std::set<Bytes> expected;
  for (const uint32_t node : reference::reach(arcs, seed, options)) expected.insert(names[node]);
  const auto ids = space.ids(*found);
  return expect(ids.size() == expected.size() && std::set<Bytes>(ids.begin(), ids.end()) == expected,
                "reach gives other nodes");
}

// --- Concepts ----------------------------------------------------------------------------------------------

/** The sum of unit vectors, of which centroid and coherence follow. */
struct Gist {
  Vector sum{};
  double n = 0;

  void add(const ModelEpisode& episode) {
    const Vector vector = direction(episode);
    for (size_t i = 0; i < kDimension; ++i) sum[i] += vector[i];
    n += 1;
  }
  /** Mean pairwise cosine; 1 for one alone. */
  double coherence() const { return n < 2 ? 1 : (dot(sum, sum) - n) / (n * (n - 1)); }
  Vector centroid() const { return direction(sum); }
};

Gist gist_of(const Model& model, const std::set<Bytes>& ids) {
  Gist gist;
  for (const Bytes& id : ids) gist.add(model.episodes().at(id));
  return gist;
}

/** One concept as it is told: members both ways, and what follows from their vectors. */
Finding same_concept(const ConceptView& view, const ModelConcept& one, const Space& space,
                     const Model& model) {
  if (view.formed_at_ms != one.formed_at_ms || view.strength != one.strength)
    return "a concept has another strength or time";
  std::set<Bytes> members;
  for (const ConceptMember& member : view.members) members.insert(member.id);
  if (members != one.members || view.members.size() != members.size()) return "a concept has other members";
  const Gist gist = gist_of(model, members);
  const Vector centroid = gist.centroid();
  if (gist.n > 1 && !near(gist.coherence(), double{view.coherence}, kTolerance))
    return "a coherence is not that of the members";
  for (size_t i = 0; i < kDimension; ++i)
    if (!near(centroid[i], double{view.centroid.at(i)}, kTolerance))
      return "a centroid is not that of the members";
  double whole = 0;
  for (const ConceptMember& member : view.members) {
    whole += double{member.contribution};
    const double cosine = dot(direction(model.episodes().at(member.id)), centroid);
    if (!near(std::max(cosine, 0.0), double{member.strength}, kTolerance)) return "a binding is wrong";
    if (space.concept_of(member.id) != view.number) return "a member does not know its concept";
  }
  return expect(near(whole, 1, kTolerance), "contributions do not sum to one");
}

Finding concepts(const Action& action, const Space& space, const Model& model) {
  const uint32_t first = action.a % 3;
  const size_t limit = action.b % 4 == 0 ? 1 : std::numeric_limits<size_t>::max();
  auto expected = model.concepts().lower_bound(first);
  for (const ConceptView& view : space.scan_concepts(first, limit)) {
    if (expected == model.concepts().end() || expected->first != view.number)
      return "scanning gives other concepts";
    if (auto wrong = same_concept(view, expected->second, space, model)) return wrong;
    ++expected;
  }
  if (limit > 1 && expected != model.concepts().end()) return "scanning leaves out a concept";
  const Bytes id = id_of(action.c);
  const auto own = std::find_if(model.concepts().begin(), model.concepts().end(),
                                [&](const auto& one) { return one.second.members.contains(id); });
  const auto told = space.concept_of(id);
  if (told.has_value() != (own != model.concepts().end())) return "an episode has another concept";
  const uint32_t number = action.c % 5;
  return expect(space.find_concept(number).has_value() == model.concepts().contains(number),
                "a concept is there and is not");
}

/** By their number, the centroids as the space tells them: concepts() compares these. */
std::vector<ConceptView> all_concepts(const Space& space) {
  return space.scan_concepts(0, std::numeric_limits<size_t>::max());
}

/** Settles into the same attractors as completion by itself does over the model's episodes. */
Finding complete(const Action& action, const Space& space, const Model& model) {
  const std::vector<float> cue = vector_of(action.a);
  std::vector<uint8_t> known;
  if (action.b % 3 != 0)
    for (uint32_t i = 0; i < kDimension; ++i) known.push_back((1 + action.c % 14) >> i & 1U);
  const CompletionOptions options;
  const auto completed = space.complete(cue, known, options);
  if (!completed) return "completion failed: " + completed.error().message;

  std::vector<float> heard = cue;
  for (size_t i = 0; i < known.size(); ++i)
    if (known[i] == 0) heard[i] = 0;
  const std::vector<float> partial = unit(heard);
  std::vector<float> rows;
  std::vector<uint8_t> is_episode;
  const auto take = [&](const std::vector<float>& vector, bool episode) {
    rows.insert(rows.end(), vector.begin(), vector.end());
    is_episode.push_back(episode ? 1 : 0);
  };
  for (const auto& [id, one] : model.episodes())
    if (!one.embedding.empty()) take(unit(floats(one.embedding)), true);
  for (const ConceptView& view : all_concepts(space)) take(view.centroid, false);
  if (completed->attractors.size() != is_episode.size()) return "completion has other attractors";
  const auto expected = engram::complete(partial, known, {rows, kDimension}, is_episode, options);
  if (completed->hypotheses.size() != expected.size()) return "completion has other hypotheses";
  for (size_t i = 0; i < expected.size(); ++i) {
    const Hypothesis& one = completed->hypotheses[i];
    if (!near(one.match, expected[i].match, kTolerance) ||
        !near(one.confidence, expected[i].confidence, kActivationTolerance))
      return "a hypothesis matches otherwise";
    const bool rivalled = std::any_of(expected.begin(), expected.end(), [&](const Hypothesis& other) {
      return &other != &expected[i] && near(other.match, expected[i].match, kActivationTolerance);
    });  // which of them comes first is not said
    for (size_t value = 0; !rivalled && value < kDimension; ++value)
      if (!near(double{one.vector[value]}, double{expected[i].vector[value]}, kActivationTolerance) ||
          one.sources[value] != expected[i].sources[value])
        return "a hypothesis fills in something else";
  }
  return std::nullopt;
}

Finding recognise(const Action& action, const Space& space, const Model& model) {
  const std::vector<float> cue = vector_of(action.a);
  const RecognitionSettings settings;
  const auto found = space.recognise(cue, settings);
  if (!found) return "recognition failed: " + found.error().message;
  double episodic = 0;
  for (const auto& [id, similarity] : cosines(model, cue)) episodic = std::max(episodic, similarity);
  const Vector to = direction(cue);
  double nearest = -1;
  for (const auto& [number, one] : model.concepts())
    nearest = std::max(nearest, dot(gist_of(model, one.members).centroid(), to));
  bool by_nearest = model.concepts().empty() && found->semantic == 0;
  for (const auto& [number, one] : model.concepts()) {
    const Gist gist = gist_of(model, one.members);
    const double cosine = dot(gist.centroid(), to);
    by_nearest =
        by_nearest || (cosine >= nearest - kTolerance && near(std::clamp(cosine * gist.coherence(), 0.0, 1.0),
                                                              double{found->semantic}, kCoherenceTolerance));
  }
  const double semantic = double{found->semantic};
  const double familiarity = episodic + (1 - episodic) * double{settings.gist} * semantic * episodic;
  const bool unsure = near(familiarity, double{settings.gate}, kTolerance);
  return expect(by_nearest && near(double{found->episodic}, episodic, kTolerance) &&
                    near(double{found->familiarity}, familiarity, kTolerance) &&
                    (unsure || found->old == (familiarity >= double{settings.gate})),
                "recognition is another");
}

struct Asked {
  Act act;
  Question question;
};
constexpr std::array kQuestions = {Asked{Act::kGet, get},           Asked{Act::kScan, scan},
                                   Asked{Act::kEdges, edges},       Asked{Act::kRecall, recall},
                                   Asked{Act::kSpread, spread},     Asked{Act::kReach, reach},
                                   Asked{Act::kConcepts, concepts}, Asked{Act::kFaded, faded},
                                   Asked{Act::kComplete, complete}, Asked{Act::kRecognise, recognise}};

const Asked* find(Act act) {
  const auto* found =
      std::find_if(kQuestions.begin(), kQuestions.end(), [&](const Asked& one) { return one.act == act; });
  return found == kQuestions.end() ? nullptr : found;
}

bool is_bound(const Model& model, const Bytes& id) {
  return std::any_of(model.concepts().begin(), model.concepts().end(),
                     [&](const auto& one) { return one.second.members.contains(id); });
}

}  // namespace

bool is_question(Act act) { return find(act) != nullptr; }

Finding ask(const Action& action, const Space& space, const Model& model) {
  return find(action.act)->question(action, space, model);
}

Finding check_cycle(const Operation& operation, const Model& model, const ConceptLimits& limits) {
  if (const auto* dissolve = std::get_if<DissolveOperation>(&operation)) {
    for (const uint32_t number : dissolve->numbers) {
      const auto one = model.concepts().find(number);
      if (one == model.concepts().end() || one->second.members.size() >= limits.size)
        return "a cycle ends a concept that is large enough";
    }
    return std::nullopt;
  }
  const auto* bind = std::get_if<BindOperation>(&operation);
  if (bind == nullptr) return std::nullopt;
  std::set<Bytes> members;
  for (const View view : bind->ids) {
    const Bytes id(view);
    const auto episode = model.episodes().find(id);
    if (episode == model.episodes().end() || episode->second.embedding.empty() || is_bound(model, id))
      return "a cycle binds what it may not";
    members.insert(id);
  }
  const auto grown = model.concepts().find(bind->number);
  if (grown != model.concepts().end()) {
    members.insert(grown->second.members.begin(), grown->second.members.end());
  } else {
    const auto vectors = std::count_if(model.episodes().begin(), model.episodes().end(),
                                       [](const auto& one) { return !one.second.embedding.empty(); });
    if (static_cast<double>(model.concepts().size()) >=
        std::ceil(limits.share * static_cast<double>(vectors)))
      return "a cycle forms more concepts than their share";
  }
  if (members.size() < limits.size) return "a cycle forms a concept that is too small";
  return expect(gist_of(model, members).coherence() >= limits.coherence - kCoherenceTolerance,
                "a cycle makes a concept that does not cohere");
}

Finding check_concepts(const Model& model, const ConceptLimits& limits) {
  for (const auto& [number, one] : model.concepts())
    if (one.members.size() < limits.size) return "a concept is too small after a cycle";
  return std::nullopt;
}

}  // namespace engram
