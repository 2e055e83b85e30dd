// The dual memory: touch, configure, consolidate, concepts, answer, complete, recognise. Options come as
// objects whose fields may be missing: the core's defaults stand then.
#include <array>
#include <bit>
#include <optional>
#include <span>

#include "background.h"
#include "space_handle.h"
#include "task.h"
#include "values.h"

namespace engram {
namespace {

/** A field that may be missing; one of another type is refused. */
template <typename T>
void read(const Napi::Object& from, const char* name, T& into) {
  if (from.IsEmpty() || from.Env().IsExceptionPending()) return;
  const Napi::Value value = from.Get(name);
  if (from.Env().IsExceptionPending() || value.IsUndefined()) return;
  if constexpr (std::is_same_v<T, bool>)
    into = flag(value, name);
  else if constexpr (std::is_same_v<T, uint32_t>)
    into = count(value, name);
  else if constexpr (std::is_same_v<T, std::optional<double>>)
    into = number(value, name);
  else
    into = static_cast<T>(number(value, name));
}

/** An object of options; anything else is refused, and read as one without fields. */
Napi::Object fields(const Napi::Value& value) {
  if (value.Env().IsExceptionPending()) return {};
  if (value.IsObject()) return value.As<Napi::Object>();
  refuse(value.Env(), "options are " + described(value), "pass an object");
  return {};
}

AnswerOptions answer_options(const Napi::Object& given) {
  AnswerOptions options;
  uint32_t mode = 0;
  read(given, "mode", mode);
  options.mode = static_cast<RecallMode>(std::min(mode, static_cast<uint32_t>(RecallMode::kBlended)));
  read(given, "k", options.k);
  read(given, "ef", options.ef);
  read(given, "exact", options.exact);
  read(given, "concepts", options.concepts);
  read(given, "minimumConfidence", options.minimum_confidence);
  read(given, "semanticBudget", options.semantic_budget);
  read(given, "arcBudget", options.arc_budget);
  read(given, "episodic", options.blend.episodic);
  read(given, "semantic", options.blend.semantic);
  read(given, "inhibition", options.blend.inhibition);
  std::optional<double> now_ms;
  read(given, "now", now_ms);
  options.now_ms = now_ms;
  return options;
}

template <typename T, typename Array>
Napi::Value column(Napi::Env env, size_t n, const std::function<T(size_t)>& at) {
  auto values = Array::New(env, n);
  for (size_t i = 0; i < n; ++i) values[i] = at(i);
  return values;
}

Napi::Value floatColumn(Napi::Env env, size_t n, const std::function<float(size_t)>& at) {
  return column<float, Napi::Float32Array>(env, n, at);
}

Napi::Value bitsColumn(Napi::Env env, size_t n, const std::function<uint32_t(size_t)>& at) {
  return column<uint32_t, Napi::Uint32Array>(env, n, at);
}

Napi::Value columns(Napi::Env env, const Answer& answer) {
  const auto& hits = answer.hits;
  const size_t n = hits.size();
  Napi::Object result = Napi::Object::New(env);
  result.Set("memories", bitsColumn(env, n, [&](size_t i) { return hits[i].memory.bits(); }));
  result.Set("scores", floatColumn(env, n, [&](size_t i) { return hits[i].score; }));
  result.Set("similarities", floatColumn(env, n, [&](size_t i) { return hits[i].similarity; }));
  result.Set("activations", floatColumn(env, n, [&](size_t i) { return hits[i].activation; }));
  result.Set("confidences", floatColumn(env, n, [&](size_t i) { return hits[i].confidence; }));
  result.Set("pathEnds", bitsColumn(env, n, [&](size_t i) { return hits[i].path_end; }));
  result.Set("paths", bitsColumn(env, answer.paths.size(), [&](size_t i) { return answer.paths[i].bits(); }));
  result.Set("truncated", answer.truncated);
  return result;
}

Napi::Value conceptObject(Napi::Env env, const ConceptView& view) {
  Napi::Object result = Napi::Object::New(env);
  result.Set("number", view.number);
  result.Set("centroid", floatColumn(env, view.centroid.size(), [&](size_t i) { return view.centroid[i]; }));
  result.Set("coherence", static_cast<double>(view.coherence));
  result.Set("strength", static_cast<double>(view.strength));
  result.Set("formedAt", view.formed_at_ms);
  Napi::Array members = Napi::Array::New(env, view.members.size());
  for (uint32_t i = 0; i < view.members.size(); ++i) {
    Napi::Object member = Napi::Object::New(env);
    member.Set("id", view.members[i].id);
    member.Set("strength", static_cast<double>(view.members[i].strength));
    member.Set("contribution", static_cast<double>(view.members[i].contribution));
    members.Set(i, member);
  }
  result.Set("members", members);
  return result;
}

Napi::Value hypothesisObject(Napi::Env env, const Hypothesis& one, const std::vector<MemoryRef>& attractors) {
  Napi::Object result = Napi::Object::New(env);
  result.Set("vector", floatColumn(env, one.vector.size(), [&](size_t i) { return one.vector[i]; }));
  result.Set("sources", column<uint8_t, Napi::Uint8Array>(env, one.sources.size(), [&](size_t i) {
               return static_cast<uint8_t>(one.sources[i]);
             }));
  result.Set("memories",
             bitsColumn(env, one.code.size(), [&](size_t i) { return attractors[one.code[i].row].bits(); }));
  result.Set("weights", floatColumn(env, one.code.size(), [&](size_t i) { return one.code[i].weight; }));
  result.Set("match", one.match);
  result.Set("confidence", one.confidence);
  result.Set("iterations", one.iterations);
  return result;
}

}  // namespace

// ids, at, durability, now, key
Napi::Value SpaceHandle::touch(const Napi::CallbackInfo& info) {
  auto ids = std::make_shared<std::vector<std::string>>(strings(info[0], "ids"));
  return Task<Sequence>::run(
      info.Env(),
      [space = space_, ids, at = number(info[1], "at"), how = writeCall(info, 2)] {
        return space->touch(std::vector<View>(ids->begin(), ids->end()), at, how.options());
      },
      sequenceOf);
}

// {model, tau, beta, rehearsals, spacingGain, powerTau}, knot scores and probabilities of answers, then of
// completions, durability, now, key
Napi::Value SpaceHandle::configure(const Napi::CallbackInfo& info) {
  MemorySettings settings;
  const auto given = fields(info[0]);
  auto model = static_cast<uint32_t>(settings.decay.model);
  read(given, "model", model);
  settings.decay.model =
      static_cast<DecayModel>(std::min(model, static_cast<uint32_t>(DecayModel::kSpacing)));
  read(given, "tau", settings.decay.tau_ms);
  read(given, "beta", settings.decay.beta);
  read(given, "rehearsals", settings.decay.rehearsals);
  read(given, "spacingGain", settings.decay.spacing_gain);
  read(given, "powerTau", settings.decay.power_tau_ms);
  for (const auto& [into, first] : {std::pair{&settings.calibration, 1}, {&settings.completions, 3}}) {
    const auto scores = floats(info[first], "scores");
    const auto probabilities = floats(info[first + 1], "probabilities");
    std::vector<CalibrationKnot> knots(std::min(scores.size(), probabilities.size()));
    for (size_t i = 0; i < knots.size(); ++i) knots[i] = {scores[i], probabilities[i]};
    if (info.Env().IsExceptionPending()) return {};
    if (!Calibration::valid(knots))
      return raise(info.Env(),
                   Error::invalid("the calibration's knots do not rise",
                                  "pass strictly rising scores and probabilities that never fall, 0 to 1"));
    *into = Calibration(std::move(knots));
  }
  return Task<Sequence>::run(
      info.Env(),
      [space = space_, settings, how = writeCall(info, 5)] {
        return space->configure(settings, how.options());
      },
      sequenceOf);
}

// now, {tau, merge, coherence, size, share, seed}, durability
Napi::Value SpaceHandle::consolidate(const Napi::CallbackInfo& info) {
  ConsolidationOptions options;
  const auto given = fields(info[1]);
  read(given, "tau", options.cluster.tau_ms);
  read(given, "merge", options.cluster.merge);
  read(given, "coherence", options.cluster.coherence);
  read(given, "size", options.cluster.size);
  read(given, "share", options.share);
  read(given, "seed", options.neighbours.seed);
  options.clock_ns = monotonic_ns;
  options.apart = in_background;
  return Task<ConsolidationReport>::run(
      info.Env(),
      [space = space_, now = number(info[0], "now"), options, promise = durability(info[2])] {
        return space->consolidate(now, options, promise);
      },
      [](Napi::Env env, ConsolidationReport& report) -> Napi::Value {
        Napi::Object result = Napi::Object::New(env);
        const std::pair<const char*, uint64_t> fields[] = {
            {"examined", report.examined},   {"formed", report.formed}, {"strengthened", report.strengthened},
            {"dissolved", report.dissolved}, {"bound", report.bound},   {"skipped", report.skipped},
            {"elapsedNs", report.elapsed_ns}};
        for (const auto& [name, value] : fields) result.Set(name, static_cast<double>(value));
        return result;
      });
}

// first number, limit
Napi::Value SpaceHandle::concepts(const Napi::CallbackInfo& info) {
  const uint32_t first = count(info[0], "first");
  const uint32_t limit = count(info[1], "limit");
  if (info.Env().IsExceptionPending()) return {};
  const auto found = space_->scan_concepts(first, limit);
  Napi::Array result = Napi::Array::New(info.Env(), found.size());
  for (uint32_t i = 0; i < found.size(); ++i) result.Set(i, conceptObject(info.Env(), found[i]));
  return result;
}

// id -> number | undefined
Napi::Value SpaceHandle::conceptOf(const Napi::CallbackInfo& info) {
  const std::string id = text(info[0], "id");
  if (info.Env().IsExceptionPending()) return {};
  const auto found = space_->concept_of(id);
  return found ? Napi::Number::New(info.Env(), *found) : info.Env().Undefined();
}

// vector | null, ids, options, filter | null
Napi::Value SpaceHandle::answer(const Napi::CallbackInfo& info) {
  auto ids = std::make_shared<std::vector<std::string>>(strings(info[1], "ids"));
  auto vector = info[0].IsNull() ? std::vector<float>() : floats(info[0], "vector");
  AnswerOptions options = answer_options(fields(info[2]));
  options.filter = filter(info[3]);
  return Task<Answer>::run(
      info.Env(),
      [space = space_, ids, vector = std::move(vector), options = std::move(options)] {
        return space->answer({vector, std::vector<View>(ids->begin(), ids->end())}, options);
      },
      [](Napi::Env env, Answer& answer) { return columns(env, answer); });
}

namespace {

/** n, truncated, paths; then n memories, scores, similarities, activations, confidences (f32 as bits), path
 * ends; then the paths. Making a typed array for each would take as long as the answer. */
constexpr size_t kAnswerHead = 3;
constexpr size_t kAnswerColumns = 6;

size_t words_of(const Answer& answer) {
  return kAnswerHead + kAnswerColumns * answer.hits.size() + answer.paths.size();
}

void write_words(const Answer& answer, std::span<uint32_t> words) {
  const size_t n = answer.hits.size();
  words[0] = static_cast<uint32_t>(n);
  words[1] = answer.truncated ? 1 : 0;
  words[2] = static_cast<uint32_t>(answer.paths.size());
  for (size_t i = 0; i < n; ++i) {
    const AnswerHit& hit = answer.hits[i];
    const std::array<uint32_t, kAnswerColumns> row = {hit.memory.bits(),
                                                      std::bit_cast<uint32_t>(hit.score),
                                                      std::bit_cast<uint32_t>(hit.similarity),
                                                      std::bit_cast<uint32_t>(hit.activation),
                                                      std::bit_cast<uint32_t>(hit.confidence),
                                                      hit.path_end};
    for (size_t column = 0; column < kAnswerColumns; ++column)
      words[kAnswerHead + column * n + i] = row[column];
  }
  for (size_t i = 0; i < answer.paths.size(); ++i)
    words[kAnswerHead + kAnswerColumns * n + i] = answer.paths[i].bits();
}

}  // namespace

// vector, mode, k, words out -> words of the answer; nothing is written where they are more than there is
// room for
Napi::Value SpaceHandle::answerSync(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto vector = inPlace<const float>(env, info[0], napi_float32_array);
  const auto words = inPlace<uint32_t>(env, info[3], napi_uint32_array);
  if (!vector.present || !words.present) {
    refuse(env, "vector or words is not a typed array of its kind",
           "pass a Float32Array, and a Uint32Array to be filled");
    return env.Undefined();
  }
  AnswerOptions options;
  options.mode =
      static_cast<RecallMode>(std::min(count(info[1], "mode"), static_cast<uint32_t>(RecallMode::kBlended)));
  options.k = count(info[2], "k");
  if (env.IsExceptionPending()) return env.Undefined();
  const auto answer = space_->answer({vector.elements, {}}, options);
  if (!answer) return raise(env, answer.error());
  const size_t needed = words_of(*answer);
  if (needed <= words.elements.size()) write_words(*answer, words.elements);
  return Napi::Number::New(env, static_cast<double>(needed));
}

// vector, known | null, {gate, iterations, settled, hypotheses}
Napi::Value SpaceHandle::complete(const Napi::CallbackInfo& info) {
  CompletionOptions options;
  const auto given = fields(info[2]);
  read(given, "gate", options.gate);
  read(given, "iterations", options.iterations);
  read(given, "settled", options.settled);
  read(given, "hypotheses", options.hypotheses);
  std::vector<uint8_t> known;
  if (info.Env().IsExceptionPending()) return {};
  if (!info[1].IsNull()) {
    if (info[1].IsTypedArray() && info[1].As<Napi::TypedArray>().TypedArrayType() == napi_uint8_array) {
      const auto mask = info[1].As<Napi::Uint8Array>();
      known.assign(mask.Data(), mask.Data() + mask.ElementLength());
    } else {
      refuse(info.Env(), "known is " + described(info[1]), "pass a Uint8Array or null");
    }
  }
  return Task<Completed>::run(
      info.Env(),
      [space = space_, vector = floats(info[0], "vector"), known = std::move(known), options] {
        return space->complete(vector, known, options);
      },
      [](Napi::Env env, Completed& completed) -> Napi::Value {
        Napi::Array result = Napi::Array::New(env, completed.hypotheses.size());
        for (uint32_t i = 0; i < completed.hypotheses.size(); ++i)
          result.Set(i, hypothesisObject(env, completed.hypotheses[i], completed.attractors));
        return result;
      });
}

// vector, {gate, gist}
Napi::Value SpaceHandle::recognise(const Napi::CallbackInfo& info) {
  RecognitionSettings settings;
  const auto given = fields(info[1]);
  read(given, "gate", settings.gate);
  read(given, "gist", settings.gist);
  return Task<Recognition>::run(
      info.Env(),
      [space = space_, vector = floats(info[0], "vector"), settings] {
        return space->recognise(vector, settings);
      },
      [](Napi::Env env, Recognition& found) -> Napi::Value {
        Napi::Object result = Napi::Object::New(env);
        result.Set("old", found.old);
        result.Set("familiarity", static_cast<double>(found.familiarity));
        result.Set("episodic", static_cast<double>(found.episodic));
        result.Set("semantic", static_cast<double>(found.semantic));
        return result;
      });
}

}  // namespace engram
