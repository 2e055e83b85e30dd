// The Node-API skin: values in, values out, one method per operation. No logic here; errors come back as
// {code, message, remedy} and become typed exceptions in engine.ts.
#include <napi.h>

#include <functional>
#include <memory>
#include <random>
#include <utility>
#include <variant>

#include "base/phases.h"
#include "engine/engine.h"
#include "io/posix_disk.h"

namespace engram {
namespace {

Napi::Value failure(Napi::Env env, const Error& error) {
  Napi::Error thrown = Napi::Error::New(env, error.message);
  thrown.Set("code", Napi::String::New(env, std::string(code_name(error.code))));
  thrown.Set("remedy", Napi::String::New(env, error.remedy));
  return thrown.Value();
}

Napi::Value raise(Napi::Env env, const Error& error) {
  Napi::Error(env, failure(env, error)).ThrowAsJavaScriptException();
  return env.Undefined();
}

/** What became of each task since it was asked for; filled and read on the main thread only. */
struct Trace {
  static constexpr size_t kColumns = 7;
  // queued, began, ended, answered: ns on the monotonic clock; lock, sync, cpu: ns within began…ended
  bool on = false;
  std::vector<double> rows;
};
Trace trace;

/** Runs `work` off the main thread and settles a promise with what `answer` makes of it. */
template <typename T>
class Task final : public Napi::AsyncWorker {
 public:
  using Work = std::function<Result<T>()>;
  using Answer = std::function<Napi::Value(Napi::Env, T&)>;

  static Napi::Value run(Napi::Env env, Work work, Answer answer) {
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

std::vector<std::string> strings(const Napi::Value& value) {
  const auto array = value.As<Napi::Array>();
  std::vector<std::string> result(array.Length());
  for (uint32_t i = 0; i < result.size(); ++i) result[i] = array.Get(i).As<Napi::String>().Utf8Value();
  return result;
}

std::vector<float> floats(const Napi::Value& value) {
  const auto array = value.As<Napi::Float32Array>();
  return {array.Data(), array.Data() + array.ElementLength()};
}

std::vector<double> doubles(const Napi::Value& value) {
  const auto array = value.As<Napi::Float64Array>();
  return {array.Data(), array.Data() + array.ElementLength()};
}

Attributes attributes(const Napi::Value& value) {
  Attributes result;
  if (!value.IsObject()) return result;
  const auto object = value.As<Napi::Object>();
  for (const auto& key : strings(object.GetPropertyNames())) {
    const Napi::Value entry = object.Get(key);
    if (entry.IsString())
      result[key] = entry.As<Napi::String>().Utf8Value();
    else if (entry.IsNumber())
      result[key] = entry.As<Napi::Number>().DoubleValue();
    else if (entry.IsBoolean())
      result[key] = entry.As<Napi::Boolean>().Value();
  }
  return result;
}

Napi::Object object(Napi::Env env, const Attributes& attributes) {
  Napi::Object result = Napi::Object::New(env);
  for (const auto& [key, value] : attributes) {
    if (const auto* text = std::get_if<std::string>(&value))
      result.Set(key, *text);
    else if (const auto* number = std::get_if<double>(&value))
      result.Set(key, *number);
    else
      result.Set(key, std::get<bool>(value));
  }
  return result;
}

Napi::Value stringArray(Napi::Env env, const std::vector<std::string>& values) {
  Napi::Array result = Napi::Array::New(env, values.size());
  for (uint32_t i = 0; i < values.size(); ++i) result.Set(i, values[i]);
  return result;
}

Napi::Value numbers(Napi::Env env, const std::vector<uint32_t>& values) {
  auto result = Napi::Uint32Array::New(env, values.size());
  std::copy(values.begin(), values.end(), result.Data());
  return result;
}

/** {ordinals: Uint32Array, scores: Float32Array} from pairs. */
template <typename Pair, typename Score>
Napi::Object scored(Napi::Env env, const std::vector<Pair>& pairs, size_t count, Score score) {
  auto ordinals = Napi::Uint32Array::New(env, count);
  auto scores = Napi::Float32Array::New(env, count);
  for (size_t i = 0; i < count; ++i) {
    ordinals[i] = pairs[i].ordinal;
    scores[i] = score(pairs[i]);
  }
  Napi::Object result = Napi::Object::New(env);
  result.Set("ordinals", ordinals);
  result.Set("scores", scores);
  return result;
}

Napi::Value sequenceOf(Napi::Env env, Sequence& sequence) {
  return Napi::Number::New(env, static_cast<double>(sequence));
}

Durability durability(const Napi::Value& value) {
  return static_cast<Durability>(value.As<Napi::Number>().Uint32Value());
}

/** What a batch points into while it is written off the main thread. */
struct Batch {
  std::vector<std::string> ids;
  std::vector<float> embeddings;
  std::vector<double> at;
  std::vector<std::string> contents;
  std::vector<Bytes> attributes;
  std::vector<double> confidences;
};

class SpaceHandle final : public Napi::ObjectWrap<SpaceHandle> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "Space",
                       {
                           InstanceMethod<&SpaceHandle::store>("store"),
                           InstanceMethod<&SpaceHandle::link>("link"),
                           InstanceMethod<&SpaceHandle::unlink>("unlink"),
                           InstanceMethod<&SpaceHandle::forget>("forget"),
                           InstanceMethod<&SpaceHandle::get>("get"),
                           InstanceMethod<&SpaceHandle::scan>("scan"),
                           InstanceMethod<&SpaceHandle::edges>("edges"),
                           InstanceMethod<&SpaceHandle::snapshot>("snapshot"),
                           InstanceMethod<&SpaceHandle::verify>("verify"),
                           InstanceMethod<&SpaceHandle::recall>("recall"),
                           InstanceMethod<&SpaceHandle::recallSync>("recallSync"),
                           InstanceMethod<&SpaceHandle::spread>("spread"),
                           InstanceMethod<&SpaceHandle::reach>("reach"),
                           InstanceMethod<&SpaceHandle::reachSync>("reachSync"),
                           InstanceMethod<&SpaceHandle::ids>("ids"),
                           InstanceMethod<&SpaceHandle::stats>("stats"),
                           InstanceMethod<&SpaceHandle::damage>("damage"),
                           InstanceMethod<&SpaceHandle::sync>("sync"),
                       });
  }
  explicit SpaceHandle(const Napi::CallbackInfo& info)
      : ObjectWrap(info), space_(*info[0].As<Napi::External<std::shared_ptr<Space>>>().Data()) {}

 private:
  // ids, embeddings | null, at, contents, attributes, confidences, durability
  Napi::Value store(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    auto batch = std::make_shared<Batch>();
    batch->ids = strings(info[0]);
    if (!info[1].IsNull()) batch->embeddings = floats(info[1]);
    batch->at = doubles(info[2]);
    batch->contents = strings(info[3]);
    const auto maps = info[4].As<Napi::Array>();
    for (uint32_t i = 0; i < maps.Length(); ++i) {
      const Attributes map = attributes(maps.Get(i));
      if (const Status checked = check_attributes(map); !checked) return raise(env, checked.error());
      batch->attributes.push_back(encode_attributes(map));
    }
    batch->confidences = doubles(info[5]);
    return Task<Sequence>::run(
        env,
        [space = space_, batch, promise = durability(info[6])] {
          const size_t stride = batch->embeddings.size() / std::max<size_t>(1, batch->ids.size());
          std::vector<EpisodeFields> episodes(batch->ids.size());
          for (size_t i = 0; i < episodes.size(); ++i)
            episodes[i] = {.id = batch->ids[i],
                           .embedding = {reinterpret_cast<const char*>(batch->embeddings.data() + i * stride),
                                         stride * sizeof(float)},
                           .at_ms = batch->at[i],
                           .content = batch->contents[i],
                           .attributes = batch->attributes[i],
                           .confidence = static_cast<float>(batch->confidences[i])};
          return space->store(episodes, promise);
        },
        sequenceOf);
  }

  struct EdgeBatch {
    std::vector<std::string> from;
    std::vector<std::string> to;
    std::string relation;
    std::vector<float> weights;
    std::vector<EdgeFields> fields() const {
      std::vector<EdgeFields> edges(from.size());
      for (size_t i = 0; i < edges.size(); ++i)
        edges[i] = {from[i], to[i], weights.empty() ? 1.0F : weights[i]};
      return edges;
    }
  };

  // from, to, relation, weights, at, durability
  Napi::Value link(const Napi::CallbackInfo& info) {
    auto batch = std::make_shared<EdgeBatch>(EdgeBatch{
        strings(info[0]), strings(info[1]), info[2].As<Napi::String>().Utf8Value(), floats(info[3])});
    return Task<Sequence>::run(
        info.Env(),
        [space = space_, batch, at = info[4].As<Napi::Number>().DoubleValue(),
         promise = durability(info[5])] {
          return space->link({batch->relation, at, batch->fields()}, promise);
        },
        sequenceOf);
  }

  // from, to, relation, durability
  Napi::Value unlink(const Napi::CallbackInfo& info) {
    auto batch = std::make_shared<EdgeBatch>(
        EdgeBatch{strings(info[0]), strings(info[1]), info[2].As<Napi::String>().Utf8Value(), {}});
    return Task<Sequence>::run(
        info.Env(),
        [space = space_, batch, promise = durability(info[3])] {
          return space->unlink({batch->relation, batch->fields()}, promise);
        },
        sequenceOf);
  }

  // ids, durability, suppress, factor
  Napi::Value forget(const Napi::CallbackInfo& info) {
    auto ids = std::make_shared<std::vector<std::string>>(strings(info[0]));
    return Task<Sequence>::run(
        info.Env(),
        [space = space_, ids, promise = durability(info[1]),
         mode = info[2].As<Napi::Boolean>().Value() ? ForgetMode::kSuppress : ForgetMode::kDelete,
         factor = info[3].As<Napi::Number>().FloatValue()] {
          return space->forget(std::vector<View>(ids->begin(), ids->end()), promise, mode, factor);
        },
        sequenceOf);
  }

  static Napi::Value episodeObject(Napi::Env env, const Episode& episode) {
    Napi::Object result = Napi::Object::New(env);
    result.Set("id", episode.id);
    if (episode.embedding.empty())
      result.Set("embedding", env.Null());
    else {
      auto embedding = Napi::Float32Array::New(env, episode.embedding.size());
      std::copy(episode.embedding.begin(), episode.embedding.end(), embedding.Data());
      result.Set("embedding", embedding);
    }
    result.Set("at", episode.at_ms);
    result.Set("content", episode.content);
    result.Set("attributes", object(env, episode.attributes));
    result.Set("confidence", static_cast<double>(episode.confidence));
    result.Set("strength", static_cast<double>(episode.strength));
    return result;
  }

  Napi::Value get(const Napi::CallbackInfo& info) {
    const auto episode = space_->get(info[0].As<Napi::String>().Utf8Value());
    return episode ? episodeObject(info.Env(), *episode) : info.Env().Undefined();
  }

  // after, limit
  Napi::Value scan(const Napi::CallbackInfo& info) {
    const auto found =
        space_->scan(info[0].As<Napi::String>().Utf8Value(), info[1].As<Napi::Number>().Uint32Value());
    Napi::Array result = Napi::Array::New(info.Env(), found.size());
    for (uint32_t i = 0; i < found.size(); ++i) result.Set(i, episodeObject(info.Env(), found[i]));
    return result;
  }

  Napi::Value edges(const Napi::CallbackInfo& info) {
    const auto found = space_->edges(info[0].As<Napi::String>().Utf8Value());
    Napi::Array result = Napi::Array::New(info.Env(), found.size());
    for (uint32_t i = 0; i < found.size(); ++i) {
      Napi::Object edge = Napi::Object::New(info.Env());
      edge.Set("to", found[i].to);
      edge.Set("relation", found[i].relation);
      edge.Set("weight", static_cast<double>(found[i].weight));
      result.Set(i, edge);
    }
    return result;
  }

  static RecallOptions recallOptions(const Napi::CallbackInfo& info) {
    return {.k = info[1].As<Napi::Number>().Uint32Value(),
            .ef = info[2].As<Napi::Number>().Uint32Value(),
            .exact = info[3].As<Napi::Boolean>().Value()};
  }

  // vector, k, ef, exact
  Napi::Value recall(const Napi::CallbackInfo& info) {
    return Task<std::vector<Hit>>::run(
        info.Env(),
        [space = space_, query = floats(info[0]), options = recallOptions(info)] {
          return space->recall(query, options);
        },
        [](Napi::Env env, std::vector<Hit>& hits) -> Napi::Value {
          return scored(env, hits, hits.size(), [](const Hit& hit) { return hit.similarity; });
        });
  }

  // vector, k, ef, exact, ordinals out, scores out -> count
  Napi::Value recallSync(const Napi::CallbackInfo& info) {
    const auto query = info[0].As<Napi::Float32Array>();
    const auto hits = space_->recall({query.Data(), query.ElementLength()}, recallOptions(info));
    if (!hits) return raise(info.Env(), hits.error());
    auto ordinals = info[4].As<Napi::Uint32Array>();
    auto scores = info[5].As<Napi::Float32Array>();
    const size_t count = std::min({hits->size(), ordinals.ElementLength(), scores.ElementLength()});
    for (size_t i = 0; i < count; ++i) {
      ordinals[i] = (*hits)[i].ordinal;
      scores[i] = (*hits)[i].similarity;
    }
    return Napi::Number::New(info.Env(), static_cast<double>(count));
  }

  // ids, activations, depth, cutoff, fan, arc budget, limit
  Napi::Value spread(const Napi::CallbackInfo& info) {
    auto ids = std::make_shared<std::vector<std::string>>(strings(info[0]));
    SpreadOptions options;
    options.depth = info[2].As<Napi::Number>().Uint32Value();
    options.cutoff = info[3].As<Napi::Number>().FloatValue();
    options.fan = static_cast<Fan>(info[4].As<Napi::Number>().Uint32Value());
    options.arc_budget = info[5].As<Napi::Number>().Uint32Value();
    return Task<SpreadResult>::run(
        info.Env(),
        [space = space_, ids, values = floats(info[1]), options] {
          std::vector<std::pair<View, float>> seeds;
          for (size_t i = 0; i < ids->size(); ++i) seeds.emplace_back((*ids)[i], values[i]);
          return space->spread(seeds, options);
        },
        [limit = info[6].As<Napi::Number>().Uint32Value()](Napi::Env env,
                                                           SpreadResult& result) -> Napi::Value {
          Napi::Object answer = scored(env, result.active, std::min<size_t>(limit, result.active.size()),
                                       [](const Activation& activation) { return activation.value; });
          answer.Set("truncated", result.truncated);
          return answer;
        });
  }

  struct ReachCall {
    std::string id;
    uint32_t hops;
    Direction direction;
    std::string relation;  // empty: any
    Result<std::vector<uint32_t>> on(const Space& space) const {
      return space.reach(id, hops, direction,
                         relation.empty() ? std::nullopt : std::optional<View>(relation));
    }
  };
  static ReachCall reachCall(const Napi::CallbackInfo& info) {
    return {info[0].As<Napi::String>().Utf8Value(), info[1].As<Napi::Number>().Uint32Value(),
            info[2].As<Napi::Boolean>().Value() ? Direction::kIn : Direction::kOut,
            info[3].As<Napi::String>().Utf8Value()};
  }

  // id, hops, inwards, relation
  Napi::Value reach(const Napi::CallbackInfo& info) {
    return Task<std::vector<uint32_t>>::run(
        info.Env(), [space = space_, call = reachCall(info)] { return call.on(*space); },
        [](Napi::Env env, std::vector<uint32_t>& found) { return numbers(env, found); });
  }

  Napi::Value reachSync(const Napi::CallbackInfo& info) {
    const auto found = reachCall(info).on(*space_);
    return found ? numbers(info.Env(), *found) : raise(info.Env(), found.error());
  }

  Napi::Value ids(const Napi::CallbackInfo& info) {
    const auto ordinals = info[0].As<Napi::Uint32Array>();
    return stringArray(info.Env(), space_->ids({ordinals.Data(), ordinals.ElementLength()}));
  }

  Napi::Value stats(const Napi::CallbackInfo& info) {
    const SpaceStats stats = space_->stats();
    Napi::Object result = Napi::Object::New(info.Env());
    const std::pair<const char*, uint64_t> fields[] = {
        {"episodes", stats.episodes},      {"vectors", stats.vectors},    {"edges", stats.edges},
        {"logBytes", stats.log_bytes},     {"logSyncs", stats.log_syncs}, {"vectorBytes", stats.vector_bytes},
        {"indexBytes", stats.index_bytes}, {"sequence", stats.sequence},  {"durable", stats.durable},
        {"cutBytes", stats.cut_bytes}};
    for (const auto& [name, value] : fields) result.Set(name, static_cast<double>(value));
    char hex[17];
    std::snprintf(hex, sizeof hex, "%016llx", static_cast<unsigned long long>(space_->digest()));
    result.Set("digest", std::string(hex));
    return result;
  }

  Napi::Value damage(const Napi::CallbackInfo& info) {
    const auto damage = space_->damage();
    return damage ? failure(info.Env(), *damage) : info.Env().Null();
  }

  /** A promise of nothing but success. */
  Napi::Value done(Napi::Env env, std::function<Status(Space&)> work) {
    return Task<bool>::run(
        env,
        [space = space_, work = std::move(work)]() -> Result<bool> {
          ENGRAM_TRY(work(*space));
          return true;
        },
        [](Napi::Env own, bool&) { return own.Undefined(); });
  }

  Napi::Value sync(const Napi::CallbackInfo& info) {
    return done(info.Env(), [](Space& space) { return space.sync(); });
  }

  Napi::Value snapshot(const Napi::CallbackInfo& info) {
    return done(info.Env(), [](Space& space) { return space.snapshot(); });
  }

  Napi::Value verify(const Napi::CallbackInfo& info) {
    return done(info.Env(), [](Space& space) { return space.verify(); });
  }

  std::shared_ptr<Space> space_;
};

class EngineHandle final : public Napi::ObjectWrap<EngineHandle> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(
        env, "Engine",
        {InstanceMethod<&EngineHandle::space>("space"), InstanceMethod<&EngineHandle::spaces>("spaces"),
         InstanceMethod<&EngineHandle::close>("close")});
  }
  explicit EngineHandle(const Napi::CallbackInfo& info)
      : ObjectWrap(info), disk_(std::make_shared<PosixDisk>()) {
    const uint64_t seed = (uint64_t{std::random_device()()} << 32U) | std::random_device()();
    auto engine = Engine::open(*disk_, info[0].As<Napi::String>().Utf8Value(), seed);
    if (!engine) {
      raise(info.Env(), engine.error());
      return;
    }
    // The disk must outlive the engine, also when a task still holds it.
    engine_ = std::shared_ptr<Engine>(engine->release(),
                                      [disk = disk_](Engine* held) { std::default_delete<Engine>()(held); });
  }

 private:
  // id, dimension
  Napi::Value space(const Napi::CallbackInfo& info) {
    return Task<std::shared_ptr<Space>>::run(
        info.Env(),
        [engine = engine_, id = info[0].As<Napi::String>().Utf8Value(),
         dimension = info[1].As<Napi::Number>().Uint32Value()] {
          return engine->space(id, {.dimension = dimension});
        },
        [](Napi::Env env, std::shared_ptr<Space>& space) -> Napi::Value {
          return env.GetInstanceData<Napi::FunctionReference>()->New(
              {Napi::External<std::shared_ptr<Space>>::New(env, &space)});
        });
  }

  Napi::Value spaces(const Napi::CallbackInfo& info) {
    const auto names = engine_->spaces();
    return names ? stringArray(info.Env(), *names) : raise(info.Env(), names.error());
  }

  Napi::Value close(const Napi::CallbackInfo& info) {
    return Task<bool>::run(
        info.Env(),
        [engine = engine_]() -> Result<bool> {
          ENGRAM_TRY(engine->close());
          return true;
        },
        [](Napi::Env env, bool&) { return env.Undefined(); });
  }

  std::shared_ptr<PosixDisk> disk_;
  std::shared_ptr<Engine> engine_;
};

/** From now on every task leaves a row, in the order in which they are asked for. */
void traceStart(const Napi::CallbackInfo&) {
  trace.on = true;
  trace.rows.clear();
}

/** The rows since traceStart: n × 7 numbers (see Trace). */
Napi::Value traceStop(const Napi::CallbackInfo& info) {
  trace.on = false;
  auto rows = Napi::Float64Array::New(info.Env(), trace.rows.size());
  std::copy(trace.rows.begin(), trace.rows.end(), rows.Data());
  trace.rows = {};
  return rows;
}

Napi::Object initialise(Napi::Env env, Napi::Object exports) {
  exports.Set("Engine", EngineHandle::define(env));
  exports.Set("traceStart", Napi::Function::New<traceStart>(env));
  exports.Set("traceStop", Napi::Function::New<traceStop>(env));
  auto space = std::make_unique<Napi::FunctionReference>(Napi::Persistent(SpaceHandle::define(env)));
  env.SetInstanceData(space.release());  // Node-API deletes it with the environment
  return exports;
}

}  // namespace

NODE_API_MODULE(engram, initialise)

}  // namespace engram
