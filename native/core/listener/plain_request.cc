#include "listener/plain_request.h"

#include <algorithm>
#include <array>
#include <optional>

namespace engram {
namespace {

constexpr View kMethod = "POST /v1/";
constexpr View kNull = "null";
constexpr View kSpaces = "spaces/";
constexpr View kRecall = "/recall";
constexpr View kProtocol = " HTTP/1.1";
constexpr View kLine = "\r\n";
constexpr View kHeadEnd = "\r\n\r\n";
constexpr size_t kDigitsMax = 6;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

bool same_word(View a, View lowered) {
  return a.size() == lowered.size() &&
         std::equal(a.begin(), a.end(), lowered.begin(), [](char x, char y) { return lower(x) == y; });
}

bool digit(char c) { return c >= '0' && c <= '9'; }
bool letter(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }

/** RFC 9110, 5.6.2. */
bool token(char c) { return digit(c) || letter(c) || View("!#$%&'*+-.^_`|~").find(c) != View::npos; }

/** What may stand in a value; bytes beyond ASCII are left to the other reader. */
bool printed(char c) { return (c >= ' ' && c <= '~') || c == '\t'; }

bool take(View& text, View beginning) {
  if (!text.starts_with(beginning)) return false;
  text.remove_prefix(beginning.size());
  return true;
}

View trimmed(View text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/** localhost, 127.x.y.z or [::1], with a port or without: the names under which this machine is asked. */
bool loopback(View host) {
  const size_t colon =
      host.starts_with('[') ? host.find(':', std::min(host.find(']'), host.size())) : host.find(':');
  if (colon != View::npos) {
    const View port = host.substr(colon + 1);
    if (port.empty() || !std::all_of(port.begin(), port.end(), digit)) return false;
    host = host.substr(0, colon);
  }
  if (same_word(host, "localhost") || host == "[::1]") return true;
  if (!take(host, "127")) return false;
  for (int part = 0; part < 3; ++part) {
    if (!take(host, ".")) return false;
    size_t digits = 0;
    while (digits < host.size() && digit(host[digits])) ++digits;
    if (digits == 0 || digits > 3) return false;
    host.remove_prefix(digits);
  }
  return host.empty();
}

/** The name of the space, empty for the null request; nothing for any other line. */
std::optional<View> target(View line) {
  if (!take(line, kMethod) || !line.ends_with(kProtocol)) return std::nullopt;
  line.remove_suffix(kProtocol.size());
  if (line == kNull) return View();
  if (!take(line, kSpaces) || !line.ends_with(kRecall)) return std::nullopt;
  line.remove_suffix(kRecall.size());
  const auto plain = [](char c) { return digit(c) || letter(c) || c == '_' || c == '-'; };
  if (line.empty() || !std::all_of(line.begin(), line.end(), plain)) return std::nullopt;
  return line;
}

/** What the fields say that are looked at; each of them stands once. */
struct Fields {
  std::optional<View> host;
  std::optional<View> length;
  std::optional<View> type;
  std::optional<View> accept;
  std::optional<View> connection;
};

/** Fields whose meaning is more than this reader knows. */
constexpr std::array<View, 6> kNotPlain = {"transfer-encoding", "content-encoding", "expect",
                                           "upgrade",           "trailer",          "te"};

bool read_field(View line, Fields& fields) {
  const size_t colon = line.find(':');
  if (colon == View::npos || colon == 0) return false;
  const View name = line.substr(0, colon);
  const View value = line.substr(colon + 1);
  if (!std::all_of(name.begin(), name.end(), token) || !std::all_of(value.begin(), value.end(), printed))
    return false;
  if (std::any_of(kNotPlain.begin(), kNotPlain.end(), [&](View word) { return same_word(name, word); }))
    return false;
  const std::array<std::pair<View, std::optional<View>*>, 5> known = {{{"host", &fields.host},
                                                                       {"content-length", &fields.length},
                                                                       {"content-type", &fields.type},
                                                                       {"accept", &fields.accept},
                                                                       {"connection", &fields.connection}}};
  for (const auto& [word, place] : known)
    if (same_word(name, word)) {
      if (place->has_value()) return false;
      *place = trimmed(value);
    }
  return true;
}

std::optional<size_t> length_of(const std::optional<View>& text) {
  if (!text || text->empty() || text->size() > kDigitsMax) return std::nullopt;
  size_t length = 0;
  for (const char c : *text) {
    if (!digit(c)) return std::nullopt;
    length = 10 * length + static_cast<size_t>(c - '0');
  }
  return length;
}

}  // namespace

Reading read_plain(View input, const PlainTypes& types, PlainRequest& request) {
  const View begun = input.substr(0, kMethod.size());
  if (begun != kMethod.substr(0, begun.size())) return Reading::kOther;
  const size_t end = input.substr(0, kPlainHeadMax).find(kHeadEnd);
  if (end == View::npos) return input.size() < kPlainHeadMax ? Reading::kMore : Reading::kOther;

  View head = input.substr(0, end);
  const size_t first = std::min(head.find(kLine), head.size());
  const auto space = target(head.substr(0, first));
  if (!space) return Reading::kOther;
  Fields fields;
  for (head.remove_prefix(first); !head.empty();) {
    head.remove_prefix(kLine.size());
    const size_t line = std::min(head.find(kLine), head.size());
    if (!read_field(head.substr(0, line), fields)) return Reading::kOther;
    head.remove_prefix(line);
  }
  const auto length = length_of(fields.length);
  if (!length || *length > kPlainBodyMax || !fields.host || !loopback(*fields.host)) return Reading::kOther;
  if (fields.connection && !same_word(*fields.connection, "keep-alive")) return Reading::kOther;
  request.vector_in_bytes = fields.type == types.vector;
  if (!request.vector_in_bytes && fields.type != View("application/json")) return Reading::kOther;
  request.hits_in_bytes = fields.accept == types.hits;
  request.space = *space;
  request.size = end + kHeadEnd.size() + *length;
  if (input.size() < request.size) return Reading::kMore;
  request.body = input.substr(end + kHeadEnd.size(), *length);
  return Reading::kPlain;
}

}  // namespace engram
