#include "wire/json_numbers.h"

#include <charconv>

namespace engram {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  size_t at() const { return at_; }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void spaces() {
    while (is_space(peek())) ++at_;
  }
  bool take(char wanted) {
    if (peek() != wanted) return false;
    ++at_;
    return true;
  }

  /** What stands between quotes, escapes as they are. */
  std::optional<std::string_view> string() {
    if (!take('"')) return std::nullopt;
    const size_t begin = at_;
    for (; at_ < text_.size(); ++at_) {
      if (text_[at_] == '\\')
        ++at_;
      else if (text_[at_] == '"')
        return text_.substr(begin, at_++ - begin);
    }
    return std::nullopt;
  }

  /** Any value: up to where the next member or the end of the object stands. */
  bool skip() {
    size_t depth = 0;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"') {
        if (!string()) return false;
        continue;
      }
      if (depth == 0 && (c == ',' || c == '}')) return true;
      if (c == '[' || c == '{') ++depth;
      if (c == ']' || c == '}') --depth;
      ++at_;
    }
    return false;
  }

  /** A number by the grammar of RFC 8259, section 6. */
  std::optional<float> number() {
    const size_t begin = at_;
    take('-');
    if (!take('0') && !digits()) return std::nullopt;
    if (take('.') && !digits()) return std::nullopt;
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      if (!digits()) return std::nullopt;
    }
    double value = 0;
    const auto [end, error] = std::from_chars(text_.data() + begin, text_.data() + at_, value);
    if (error != std::errc{} || end != text_.data() + at_) return std::nullopt;
    return static_cast<float>(value);
  }

 private:
  bool digits() {
    const size_t begin = at_;
    while (is_digit(peek())) ++at_;
    return at_ > begin;
  }

  std::string_view text_;
  size_t at_ = 0;
};

std::optional<JsonNumbers> array(Scanner& scanner, std::span<float> out) {
  JsonNumbers found{.begin = scanner.at(), .end = 0, .count = 0};
  if (!scanner.take('[')) return std::nullopt;
  do {
    scanner.spaces();
    const auto value = scanner.number();
    if (!value || found.count == out.size()) return std::nullopt;
    out[found.count++] = *value;
    scanner.spaces();
  } while (scanner.take(','));
  if (!scanner.take(']')) return std::nullopt;
  found.end = scanner.at();
  return found;
}

}  // namespace

std::optional<JsonNumbers> json_numbers(std::string_view json, std::string_view key, std::span<float> out) {
  Scanner scanner(json);
  scanner.spaces();
  if (!scanner.take('{')) return std::nullopt;
  do {
    scanner.spaces();
    const auto name = scanner.string();
    scanner.spaces();
    if (!name || !scanner.take(':')) return std::nullopt;
    scanner.spaces();
    if (*name == key) return array(scanner, out);
    if (!scanner.skip()) return std::nullopt;
  } while (scanner.take(','));
  return std::nullopt;
}

}  // namespace engram
