#include "base/crc32c.h"

#include <array>
#include <cstring>

namespace engram {
namespace {

constexpr uint32_t kPolynomial = 0x82F63B78;  // reflected Castagnoli

constexpr std::array<uint32_t, 256> make_table() {
  std::array<uint32_t, 256> table{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? kPolynomial : 0);
    table[byte] = crc;
  }
  return table;
}
constexpr std::array<uint32_t, 256> kTable = make_table();

#if defined(__x86_64__)
// The instruction takes one word a cycle but gives its answer three cycles later: three lanes of the input
// keep it busy, and are joined by what a lane's length of zeros does to a state, which is linear over GF(2).
constexpr size_t kLaneDoublings = 10;
constexpr size_t kLaneBytes = size_t{1} << kLaneDoublings;

using Columns = std::array<uint32_t, 32>;  // the image of each bit of a state

constexpr uint32_t image(const Columns& columns, uint32_t state) {
  uint32_t sum = 0;
  for (size_t bit = 0; state != 0; ++bit, state >>= 1)
    if ((state & 1) != 0) sum ^= columns[bit];
  return sum;
}

/** By byte of a state and its value: that state after a lane of zeros. */
constexpr std::array<std::array<uint32_t, 256>, 4> make_lane_shift() {
  Columns columns{};  // of one zero byte, then of twice as many, again and again
  for (size_t bit = 0; bit < columns.size(); ++bit) {
    const uint32_t state = uint32_t{1} << bit;
    columns[bit] = (state >> 8) ^ kTable[state & 0xFF];
  }
  for (size_t doubling = 0; doubling < kLaneDoublings; ++doubling) {
    Columns twice{};
    for (size_t bit = 0; bit < columns.size(); ++bit) twice[bit] = image(columns, columns[bit]);
    columns = twice;
  }
  std::array<std::array<uint32_t, 256>, 4> shift{};
  for (size_t byte = 0; byte < shift.size(); ++byte)
    for (uint32_t value = 0; value < 256; ++value) shift[byte][value] = image(columns, value << (8 * byte));
  return shift;
}
constexpr auto kLaneShift = make_lane_shift();

uint32_t after_lane(uint64_t state) {
  return kLaneShift[0][state & 0xFF] ^ kLaneShift[1][(state >> 8) & 0xFF] ^
         kLaneShift[2][(state >> 16) & 0xFF] ^ kLaneShift[3][(state >> 24) & 0xFF];
}

uint64_t word_at(const char* at) {
  uint64_t word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

__attribute__((target("sse4.2"))) uint32_t crc32c_sse42(uint32_t crc, std::string_view bytes) {
  const char* at = bytes.data();
  size_t left = bytes.size();
  uint64_t state = ~crc;
  for (; left >= 3 * kLaneBytes; at += 2 * kLaneBytes, left -= 3 * kLaneBytes) {
    uint64_t second = 0;
    uint64_t third = 0;
    for (const char* end = at + kLaneBytes; at < end; at += 8) {
      state = __builtin_ia32_crc32di(state, word_at(at));
      second = __builtin_ia32_crc32di(second, word_at(at + kLaneBytes));
      third = __builtin_ia32_crc32di(third, word_at(at + 2 * kLaneBytes));
    }
    state = after_lane(after_lane(state) ^ second) ^ third;
  }
  for (; left >= 8; at += 8, left -= 8) state = __builtin_ia32_crc32di(state, word_at(at));
  uint32_t tail = static_cast<uint32_t>(state);
  for (; left > 0; ++at, --left) tail = __builtin_ia32_crc32qi(tail, static_cast<unsigned char>(*at));
  return ~tail;
}
#endif

using Function = uint32_t (*)(uint32_t, std::string_view);

Function choose() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("sse4.2")) return crc32c_sse42;
#endif
  return crc32c_table;
}

}  // namespace

uint32_t crc32c_table(uint32_t crc, std::string_view bytes) {
  crc = ~crc;
  for (char byte : bytes) crc = (crc >> 8) ^ kTable[(crc ^ static_cast<unsigned char>(byte)) & 0xFF];
  return ~crc;
}

uint32_t crc32c(uint32_t crc, std::string_view bytes) {
  static const Function function = choose();
  return function(crc, bytes);
}

}  // namespace engram
