#include "listener/recall_answer.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <ctime>

#include "base/bytes.h"
#include "wire/json_numbers.h"

namespace engram {
namespace {

constexpr uint32_t kK = 10;  // what a recall of /v1 asks for where it does not say
/** Around the numbers of a body that holds nothing else. */
constexpr View kBefore = R"({"vector":)";
constexpr View kBehind = "}";
/** Smaller ones are written with an exponent. */
constexpr double kFixedMin = 1e-6;
constexpr double kFixedMax = 1e21;

std::string json_body(std::span<const Hit> hits, std::span<const std::string> ids) {
  std::string body = R"({"hits":[)";
  for (size_t i = 0; i < hits.size(); ++i) {
    body += i == 0 ? R"({"id":)" : R"(,{"id":)";
    append_string(body, ids[i]);
    body += R"(,"score":)";
    append_number(body, double{hits[i].similarity});
    body += '}';
  }
  return body += "]}";
}

std::string bytes_body(std::span<const Hit> hits, std::span<const std::string> ids) {
  std::string body;
  Writer writer(body);
  writer.put(static_cast<uint32_t>(hits.size()));
  for (const Hit& hit : hits) writer.put(hit.similarity);
  for (const std::string& id : ids) writer.sized<uint16_t>(id);
  return body;
}

bool read_vector(const PlainRequest& request, std::vector<float>& vector) {
  if (request.vector_in_bytes) {
    if (request.body.size() != vector.size() * sizeof(float)) return false;
    std::memcpy(vector.data(), request.body.data(), request.body.size());
    return true;
  }
  const auto read = json_numbers(request.body, "vector", vector);
  return read && read->count == vector.size() && request.body.starts_with(kBefore) &&
         read->begin == kBefore.size() && read->end + kBehind.size() == request.body.size() &&
         request.body.ends_with(kBehind);
}

}  // namespace

void append_number(std::string& out, double value) {
  if (value == 0) value = 0;  // −0 is written as 0
  std::array<char, 64> text{};
  const double size = std::fabs(value);
  const bool fixed = size == 0 || (size >= kFixedMin && size < kFixedMax);
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value,
                                 fixed ? std::chars_format::fixed : std::chars_format::scientific)
                       .ptr;
  const View written(text.data(), static_cast<size_t>(end - text.data()));
  const size_t exponent = fixed ? View::npos : written.find('e');
  if (exponent == View::npos) {
    out += written;
    return;
  }
  out += written.substr(0, exponent + 2);  // with its sign
  View digits = written.substr(exponent + 2);
  while (digits.size() > 1 && digits.front() == '0') digits.remove_prefix(1);
  out += digits;
}

void append_string(std::string& out, View text) {
  constexpr View kHex = "0123456789abcdef";
  constexpr View kShort = "\b\t\n\f\r\"\\";
  constexpr View kLetters = "btnfr\"\\";
  out += '"';
  for (const char c : text) {
    const size_t special = kShort.find(c);
    if (special != View::npos)
      (out += '\\') += kLetters[special];
    else if (static_cast<unsigned char>(c) < ' ')
      ((out += "\\u00") += kHex[static_cast<unsigned char>(c) >> 4U]) +=
          kHex[static_cast<unsigned char>(c) & 15U];
    else
      out += c;
  }
  out += '"';
}

std::string http_date(int64_t seconds) {
  constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto time = static_cast<std::time_t>(seconds);
  std::tm utc{};
  gmtime_r(&time, &utc);
  std::array<char, 64> text{};
  const int length = std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                                   kDays[static_cast<size_t>(utc.tm_wday)], utc.tm_mday,
                                   kMonths[static_cast<size_t>(utc.tm_mon)], utc.tm_year + 1900, utc.tm_hour,
                                   utc.tm_min, utc.tm_sec);
  return {text.data(), static_cast<size_t>(length)};
}

void append_answer(std::string& out, const AnswerFields& fields, View date, bool in_bytes,
                   std::span<const Hit> hits, std::span<const std::string> ids) {
  const std::string body = in_bytes ? bytes_body(hits, ids) : json_body(hits, ids);
  out += "HTTP/1.1 200 OK\r\n";
  out += fields.fields;
  out += "content-type: ";
  out += in_bytes ? fields.hits_type : fields.json_type;
  out += "\r\ncontent-length: ";
  out += std::to_string(body.size());
  out += "\r\nDate: ";
  out += date;
  out += "\r\nConnection: keep-alive\r\n\r\n";
  out += body;
}

bool serve_recall(std::string& out, const Space& space, const PlainRequest& request,
                  const AnswerFields& fields, View date, RecallScratch& scratch) {
  scratch.vector.resize(space.dimension());
  if (!read_vector(request, scratch.vector)) return false;
  const auto hits = space.recall(scratch.vector, {.k = kK});
  if (!hits) return false;
  scratch.ordinals.clear();
  for (const Hit& hit : *hits) scratch.ordinals.push_back(hit.ordinal);
  append_answer(out, fields, date, request.hits_in_bytes, *hits, space.ids(scratch.ordinals));
  return true;
}

}  // namespace engram
