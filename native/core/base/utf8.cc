#include "base/utf8.h"

#include <cstdint>
#include <cstdio>
#include <cstring>

namespace engram {
namespace {

constexpr size_t kQuotedMaxBytes = 40;

/** Length of the well-formed sequence at the front of `text`, 0 when there is none. */
size_t sequence_length(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const auto tail = [&](size_t i, uint8_t low = 0x80, uint8_t high = 0xBF) {
    return i < text.size() && byte(i) >= low && byte(i) <= high;
  };
  const uint8_t lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return tail(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const uint8_t low = lead == 0xE0 ? 0xA0 : 0x80;   // shortest form
    const uint8_t high = lead == 0xED ? 0x9F : 0xBF;  // no surrogates
    return tail(1, low, high) && tail(2) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const uint8_t low = lead == 0xF0 ? 0x90 : 0x80;
    const uint8_t high = lead == 0xF4 ? 0x8F : 0xBF;
    return tail(1, low, high) && tail(2) && tail(3) ? 4 : 0;
  }
  return 0;
}

bool is_control(char c) { return static_cast<uint8_t>(c) < 0x20 || c == 0x7F; }

constexpr size_t kBlockBytes = 64;

/** Whether `count` bytes from `from` on, whole words, are ASCII. */
template <size_t count>
bool is_ascii(const char* from) {
  uint64_t seen = 0;
  for (size_t at = 0; at < count; at += sizeof seen) {
    uint64_t word = 0;
    std::memcpy(&word, from + at, sizeof word);
    seen |= word;
  }
  return (seen & 0x8080'8080'8080'8080ULL) == 0;
}

/** Bytes at the front that are ASCII, in whole words: most text is nothing else. Behind a block of it there
 * is mostly more, and of a block the compiler makes a few wide words; elsewhere the look at one would be
 * lost. */
size_t ascii_words(std::string_view text) {
  size_t at = 0;
  while (at + sizeof(uint64_t) <= text.size() && is_ascii<sizeof(uint64_t)>(text.data() + at)) {
    at += sizeof(uint64_t);
    if (at != kBlockBytes) continue;
    while (at + kBlockBytes <= text.size() && is_ascii<kBlockBytes>(text.data() + at)) at += kBlockBytes;
  }
  return at;
}

}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    if (const size_t plain = ascii_words(text); plain > 0) {
      text.remove_prefix(plain);
      continue;
    }
    const size_t length = sequence_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

bool has_control(std::string_view text) {
  for (char c : text)
    if (is_control(c)) return true;
  return false;
}

std::string quote_text(std::string_view text) {
  std::string out = "\"";
  const size_t whole = text.size();
  while (!text.empty() && out.size() < kQuotedMaxBytes) {
    const size_t length = sequence_length(text);
    if (length == 0 || is_control(text[0])) {
      char escaped[5];
      std::snprintf(escaped, sizeof escaped, "\\x%02X", static_cast<uint8_t>(text[0]));
      out += escaped;
      text.remove_prefix(1);
    } else {
      out += text.substr(0, length);
      text.remove_prefix(length);
    }
  }
  if (!text.empty()) out += "…";
  out += '"';
  if (!text.empty()) out += " (" + std::to_string(whole) + " bytes)";
  return out;
}

}  // namespace engram
