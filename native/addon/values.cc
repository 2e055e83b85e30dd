#include "values.h"

#include <cmath>

#include "base/limits.h"
#include "base/utf8.h"
#include "failure.h"

namespace engram {
namespace {

constexpr double kCountMax = 4'294'967'295;
constexpr double kSequenceMax = 9'007'199'254'740'991;

/** Whether a value is what is wanted; if not, that is thrown. */
bool fits(const Napi::Value& value, bool right, const char* name, const char* wanted) {
  const Napi::Env env = value.Env();
  if (env.IsExceptionPending()) return false;
  if (!right) refuse(env, std::string(name) + " is " + described(value), std::string("pass ") + wanted);
  return right;
}

bool well_formed(const std::u16string& units) {
  const auto is = [&](size_t at, char16_t first) { return (units[at] & 0xFC00) == first; };
  for (size_t at = 0; at < units.size(); ++at) {
    if (is(at, 0xDC00)) return false;
    if (is(at, 0xD800) && (++at == units.size() || !is(at, 0xDC00))) return false;
  }
  return true;
}

double whole(const Napi::Value& value, const char* name, double most) {
  if (!fits(value, value.IsNumber(), name, "a whole number, not below zero")) return 0;
  const double read = value.As<Napi::Number>().DoubleValue();
  const bool right = read >= 0 && read <= most && std::floor(read) == read;
  return fits(value, right, name, "a whole number, not below zero") ? read : 0;
}

template <typename Array>
auto copied(const Napi::Value& value, napi_typedarray_type type, const char* name, const char* wanted) {
  std::vector<typename std::remove_pointer_t<decltype(std::declval<Array>().Data())>> result;
  const bool right = value.IsTypedArray() && value.As<Napi::TypedArray>().TypedArrayType() == type;
  if (!fits(value, right, name, wanted)) return result;
  const auto array = value.As<Array>();
  if (array.ElementLength() > 0 && array.Data() != nullptr)
    result.assign(array.Data(), array.Data() + array.ElementLength());
  return result;
}

bool is_plain_object(const Napi::Value& value) {
  return value.IsObject() && !value.IsArray() && !value.IsFunction() && !value.IsTypedArray();
}

std::optional<AttributeValue> attribute_value(const Napi::Value& value, const char* name) {
  if (value.IsString()) return text(value, name);
  if (value.IsNumber()) return value.As<Napi::Number>().DoubleValue();
  if (value.IsBoolean()) return value.As<Napi::Boolean>().Value();
  fits(value, false, name, "a string, a number or a boolean: attributes are flat");
  return std::nullopt;
}

std::vector<Condition> conditions(const Napi::Value& value, const char* name, size_t depth);

/** One node of a condition tree; its shape is told by which of the names below it has. */
Condition condition(const Napi::Value& value, size_t depth) {
  if (!fits(value, is_plain_object(value), "a condition of the filter",
            "{all}, {any}, {not}, or {key} with equals, in, min, max or exists"))
    return {};
  if (depth > kFilterMaxDepth) {
    refuse(value.Env(), "the filter nests deeper than " + std::to_string(kFilterMaxDepth),
           "flatten it: all of all is one all");
    return {};
  }
  const auto node = value.As<Napi::Object>();
  const auto has = [&](const char* name) {
    const Napi::Value part = member(node, name);
    return !value.Env().IsExceptionPending() && !part.IsUndefined();
  };
  if (has("all")) return Condition::all(conditions(member(node, "all"), "all", depth));
  if (has("any")) return Condition::any(conditions(member(node, "any"), "any", depth));
  if (has("not")) return Condition::none_of(condition(member(node, "not"), depth + 1));
  const std::string key = text(member(node, "key"), "key of a condition");
  if (has("equals")) {
    const auto wanted = attribute_value(member(node, "equals"), "equals");
    return wanted ? Condition::in(key, {*wanted}) : Condition{};
  }
  if (has("in")) {
    std::vector<AttributeValue> wanted;
    const Napi::Value list = member(node, "in");
    if (!fits(list, list.IsArray(), "in", "an array of values")) return {};
    const auto array = list.As<Napi::Array>();
    for (uint32_t i = 0; i < std::min<size_t>(array.Length(), kFilterMaxParts + 1); ++i) {
      const auto one = attribute_value(member(array, i), "a value of in");
      if (!one) return {};
      wanted.push_back(*one);
    }
    return Condition::in(key, std::move(wanted));
  }
  if (has("min") || has("max"))
    return Condition::range(key, has("min") ? number(member(node, "min"), "min") : -Condition::kInfinity,
                            has("max") ? number(member(node, "max"), "max") : Condition::kInfinity);
  if (has("exists")) {
    const bool wanted = flag(member(node, "exists"), "exists");
    return wanted ? Condition::exists(key) : Condition::none_of(Condition::exists(key));
  }
  fits(value, false, "a condition of the filter",
       "{all}, {any}, {not}, or {key} with equals, in, min, max or exists");
  return {};
}

std::vector<Condition> conditions(const Napi::Value& value, const char* name, size_t depth) {
  std::vector<Condition> parts;
  if (!fits(value, value.IsArray(), name, "an array of conditions")) return parts;
  const auto array = value.As<Napi::Array>();
  for (uint32_t i = 0; i < std::min<size_t>(array.Length(), kFilterMaxParts + 1); ++i) {
    if (value.Env().IsExceptionPending()) break;
    parts.push_back(condition(member(array, i), depth + 1));
  }
  return parts;
}

}  // namespace

void refuse(Napi::Env env, const std::string& message, const std::string& remedy) {
  if (!env.IsExceptionPending()) raise(env, Error::invalid(message, remedy));
}

std::string described(const Napi::Value& value) {
  switch (value.Type()) {
    case napi_undefined:
      return "undefined";
    case napi_null:
      return "null";
    case napi_boolean:
      return value.As<Napi::Boolean>().Value() ? "true" : "false";
    case napi_number:
      return value.ToString().Utf8Value();
    case napi_string:
      return quote_text(value.As<Napi::String>().Utf8Value());
    case napi_symbol:
      return "a symbol";
    case napi_function:
      return "a function";
    case napi_bigint:
      return "a bigint";
    case napi_external:
      return "a foreign object";
    case napi_object:
      return value.IsArray()        ? "an array"
             : value.IsTypedArray() ? "a typed array of another type"
                                    : "an object";
  }
  return "of an unknown type";
}

Napi::Value member(const Napi::Object& object, const char* name) {
  const Napi::Env env = object.Env();
  if (env.IsExceptionPending()) return env.Undefined();
  const Napi::Value found = object.Get(name);
  return env.IsExceptionPending() ? env.Undefined() : found;
}

Napi::Value member(const Napi::Array& array, uint32_t at) {
  const Napi::Env env = array.Env();
  if (env.IsExceptionPending()) return env.Undefined();
  const Napi::Value found = array.Get(at);
  return env.IsExceptionPending() ? env.Undefined() : found;
}

std::string text(const Napi::Value& value, const char* name) {
  constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD, what a lone surrogate becomes
  if (!fits(value, value.IsString(), name, "a string")) return {};
  const auto string = value.As<Napi::String>();
  std::string result = string.Utf8Value();
  if (result.find(kReplacement) == std::string::npos || well_formed(string.Utf16Value())) return result;
  refuse(value.Env(), std::string(name) + " " + quote_text(result) + " holds half of a surrogate pair",
         "pass well-formed text (String.prototype.isWellFormed)");
  return {};
}

std::vector<std::string> strings(const Napi::Value& value, const char* name) {
  std::vector<std::string> result;
  if (!fits(value, value.IsArray(), name, "an array of strings")) return result;
  const auto array = value.As<Napi::Array>();
  const uint32_t length = array.Length();
  if (length > kBatchMaxItems) {
    raise(value.Env(), {Code::kTooLarge, std::string(name) + " has " + std::to_string(length) + " entries",
                        "split it: a batch may have " + std::to_string(kBatchMaxItems)});
    return result;
  }
  result.reserve(length);
  for (uint32_t i = 0; i < length; ++i) {
    result.push_back(text(member(array, i), name));
    if (value.Env().IsExceptionPending()) return {};
  }
  return result;
}

std::vector<float> floats(const Napi::Value& value, const char* name) {
  return copied<Napi::Float32Array>(value, napi_float32_array, name, "a Float32Array");
}

std::vector<double> doubles(const Napi::Value& value, const char* name) {
  return copied<Napi::Float64Array>(value, napi_float64_array, name, "a Float64Array");
}

double number(const Napi::Value& value, const char* name) {
  return fits(value, value.IsNumber(), name, "a number") ? value.As<Napi::Number>().DoubleValue() : 0;
}

uint32_t count(const Napi::Value& value, const char* name) {
  return static_cast<uint32_t>(whole(value, name, kCountMax));
}

uint64_t sequence(const Napi::Value& value, const char* name) {
  return static_cast<uint64_t>(whole(value, name, kSequenceMax));
}

bool flag(const Napi::Value& value, const char* name) {
  return fits(value, value.IsBoolean(), name, "true or false") && value.As<Napi::Boolean>().Value();
}

Fan fanOf(const Napi::Value& value) {
  const uint32_t fan = count(value, "fan");
  if (fan > static_cast<uint32_t>(Fan::kSquareRoot))
    refuse(value.Env(), "fan is " + std::to_string(fan), "pass none, linear or sqrt");
  return static_cast<Fan>(fan);
}

Attributes attributes(const Napi::Value& value) {
  Attributes result;
  if (!fits(value, is_plain_object(value), "attributes", "a flat object")) return result;
  const auto object = value.As<Napi::Object>();
  if (value.Env().IsExceptionPending()) return result;
  const Napi::Value names = object.GetPropertyNames();
  if (value.Env().IsExceptionPending() || !names.IsArray()) return result;
  for (const std::string& key : strings(names, "a name of an attribute")) {
    const std::string name = "attribute " + quote_text(key);
    const auto read = attribute_value(member(object, key.c_str()), name.c_str());
    if (!read) return {};
    result[key] = *read;
  }
  return result;
}

RecallFilter filter(const Napi::Value& value) {
  RecallFilter read;
  if (value.IsNull() || value.IsUndefined()) return read;
  if (!fits(value, is_plain_object(value), "filter", "{where, from, until, minConfidence}")) return read;
  const auto object = value.As<Napi::Object>();
  const auto given = [&](const char* name) {
    const Napi::Value part = member(object, name);
    return !value.Env().IsExceptionPending() && !part.IsUndefined() && !part.IsNull();
  };
  if (given("where")) read.where = condition(member(object, "where"), 1);
  if (given("from")) read.from_ms = number(member(object, "from"), "from");
  if (given("until")) read.until_ms = number(member(object, "until"), "until");
  if (given("minConfidence"))
    read.minimum_confidence = static_cast<float>(number(member(object, "minConfidence"), "minConfidence"));
  return read;
}

void requireLength(Napi::Env env, size_t length, size_t wanted, const char* name) {
  if (length != wanted)
    refuse(env,
           std::string(name) + " has " + std::to_string(length) + " entries for " + std::to_string(wanted) +
               " items",
           "pass one entry per item");
}

Durability durability(const Napi::Value& value) {
  const uint32_t promise = count(value, "durability");
  if (promise <= static_cast<uint32_t>(Durability::kAsync)) return static_cast<Durability>(promise);
  refuse(value.Env(), "durability is " + std::to_string(promise), "pass fsync, group or async");
  return Durability::kFsync;
}

WriteCall writeCall(const Napi::CallbackInfo& info, size_t at) {
  return {durability(info[at]), number(info[at + 1], "now"), text(info[at + 2], "key")};
}

Napi::Object object(Napi::Env env, const Attributes& attributes) {
  Napi::Object result = Napi::Object::New(env);
  for (const auto& [key, value] : attributes) {
    if (const auto* string = std::get_if<std::string>(&value))
      result.Set(key, *string);
    else if (const auto* real = std::get_if<double>(&value))
      result.Set(key, *real);
    else
      result.Set(key, std::get<bool>(value));
  }
  return result;
}

Napi::Object episodeObject(Napi::Env env, const Episode& episode) {
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

Napi::Value backupObject(Napi::Env env, BackupResult& backup) {
  Napi::Object result = Napi::Object::New(env);
  result.Set("sequence", static_cast<double>(backup.sequence));
  result.Set("at", backup.at_ms);
  result.Set("files", static_cast<double>(backup.files));
  result.Set("bytes", static_cast<double>(backup.bytes));
  result.Set("addedBytes", static_cast<double>(backup.added_bytes));
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

}  // namespace engram
