#include "space/input.h"

#include <array>
#include <cmath>
#include <cstring>

#include "base/limits.h"
#include "base/utf8.h"
#include "space/attributes.h"

namespace engram {

namespace {

/** Sums that do not wait for each other. */
constexpr size_t kSums = 8;

/** Not finite where one of the values is not: no sum of finite squares of floats overflows a double. */
double squared_length(std::span<const float> values) {
  std::array<double, kSums> sums{};
  const size_t whole = values.size() / kSums * kSums;
  for (size_t begin = 0; begin < whole; begin += kSums)
    for (size_t i = 0; i < kSums; ++i) {
      const auto value = static_cast<double>(values[begin + i]);
      sums[i] += value * value;
    }
  for (size_t i = whole; i < values.size(); ++i)
    sums[i - whole] += static_cast<double>(values[i]) * static_cast<double>(values[i]);
  return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

bool has_direction(double squares) { return std::isfinite(squares) && squares >= 1e-30; }

}  // namespace

std::vector<float> unit(std::span<const float> values) {
  const double squares = squared_length(values);
  if (!has_direction(squares)) return {};
  const double scale = 1 / std::sqrt(squares);
  std::vector<float> result(values.size());
  for (size_t i = 0; i < values.size(); ++i)
    result[i] = static_cast<float>(static_cast<double>(values[i]) * scale);
  return result;
}

std::vector<float> floats(View bytes) {
  std::vector<float> values(bytes.size() / sizeof(float));
  if (!values.empty()) std::memcpy(values.data(), bytes.data(), values.size() * sizeof(float));
  return values;
}

std::string Whose::words() const { return std::string(what_) + (id_.empty() ? "" : quote_text(id_)); }

Status check_vector(std::span<const float> values, uint32_t dimension, const Whose& whose) {
  if (values.size() != dimension)
    return Error::invalid(whose.words() + " has " + std::to_string(values.size()) +
                              " dimensions, the space has " + std::to_string(dimension),
                          "pass a Float32Array of the space's dimension");
  if (has_direction(squared_length(values))) return {};
  for (size_t i = 0; i < values.size(); ++i)
    if (!std::isfinite(values[i]))
      return Error::invalid(
          whose.words() + " holds " + std::to_string(values[i]) + " at index " + std::to_string(i),
          "pass finite numbers only");
  return Error::invalid(whose.words() + " is a zero vector: it has no direction",
                        "pass a vector with a length above zero");
}

Status check_id(View id) {
  if (id.empty() || id.size() > kIdMaxBytes || !is_utf8(id) || has_control(id))
    return Error::invalid("id " + quote_text(id) + " is not 1 to " + std::to_string(kIdMaxBytes) +
                              " bytes of UTF-8 without control characters",
                          "shorten or clean the id");
  return {};
}

Error not_found(View id) {
  return {Code::kNotFound, "there is no episode " + quote_text(id), "store it first, or check the id"};
}

Status check_relation(View relation) {
  if (relation.empty() || relation.size() > kRelationMaxBytes || !is_utf8(relation) || has_control(relation))
    return Error::invalid("relation " + quote_text(relation) + " is not 1 to " +
                              std::to_string(kRelationMaxBytes) +
                              " bytes of UTF-8 without control characters",
                          "use a short name such as \"cites\"");
  return {};
}

Status check_time(double at_ms, const Whose& whose) {
  if (std::isfinite(at_ms) && std::abs(at_ms) <= kTimeMaxMs) return {};
  return Error::invalid("time of " + whose.words() + " is " + std::to_string(at_ms),
                        "pass milliseconds since 1970 in the range of a Date");
}

Status check_weight(float weight, View from, View to) {
  if (weight >= -1 && weight <= 1) return {};
  return Error::invalid(
      "weight of " + quote_text(from) + " to " + quote_text(to) + " is " + std::to_string(weight),
      "pass a number from -1 to 1");
}

Status check_link(const LinkOperation& edges) {
  ENGRAM_TRY(check_relation(edges.relation));
  ENGRAM_TRY(check_time(edges.at_ms, "the edges"));
  for (const EdgeFields& edge : edges.edges) ENGRAM_TRY(check_weight(edge.weight, edge.from, edge.to));
  return {};
}

Status check_factor(float factor) {
  if (factor > 0 && factor < 1) return {};
  return Error::invalid("factor is " + std::to_string(factor), "pass a number between 0 and 1");
}

Status check_memory(const MemorySettings& settings) {
  const DecaySettings& decay = settings.decay;
  if (decay.model > DecayModel::kSpacing)
    return Error::invalid("decay model " + std::to_string(static_cast<int>(decay.model)) + " is not known",
                          "use one of the four of memory/decay.h");
  const auto is_span = [](double ms) { return ms > 0 && std::isfinite(ms); };
  if (!is_span(decay.tau_ms) || !is_span(decay.power_tau_ms) || !(decay.beta >= 0 && decay.beta <= 10) ||
      !(decay.spacing_gain >= 0 && decay.spacing_gain <= 100))
    return Error::invalid("decay has tau " + std::to_string(decay.tau_ms) + " ms, power tau " +
                              std::to_string(decay.power_tau_ms) + " ms, beta " + std::to_string(decay.beta) +
                              ", spacing gain " + std::to_string(decay.spacing_gain),
                          "use taus above 0, beta from 0 to 10, gain from 0 to 100");
  for (const Calibration* one : {&settings.calibration, &settings.completions})
    if (one->knots().size() > kCalibrationKnotsMax || !Calibration::valid(one->knots()))
      return Error::invalid(
          "the calibration does not rise from score to score within 0 to 1, or has more than " +
              std::to_string(kCalibrationKnotsMax) + " knots",
          "pass what fit_calibration returns");
  return {};
}

Status check_episode(const EpisodeFields& episode, uint32_t dimension) {
  ENGRAM_TRY(check_id(episode.id));
  if (!episode.embedding.empty())
    ENGRAM_TRY(check_vector(floats(episode.embedding), dimension, {"embedding of ", episode.id}));
  ENGRAM_TRY(check_time(episode.at_ms, {"", episode.id}));
  if (!(episode.confidence >= 0 && episode.confidence <= 1))
    return Error::invalid(
        "confidence of " + quote_text(episode.id) + " is " + std::to_string(episode.confidence),
        "pass a number from 0 to 1");
  if (episode.content.size() > kContentMaxBytes)
    return Error{
        Code::kTooLarge,
        "content of " + quote_text(episode.id) + " has " + std::to_string(episode.content.size()) + " bytes",
        "keep it within " + std::to_string(kContentMaxBytes)};
  if (!is_utf8(episode.content))
    return Error::invalid("content of " + quote_text(episode.id) + " is not UTF-8", "pass text");
  if (!decode_attributes(episode.attributes))
    return Error::invalid("attributes of " + quote_text(episode.id) + " are not in their canonical encoding",
                          "encode them with encode_attributes");
  return {};
}

}  // namespace engram
