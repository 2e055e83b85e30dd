// What this machine can do at most, measured beside the figures that are held against it: streaming memory,
// random cache lines (independent, and each depending on the last), dot products of bytes, fdatasync.
//   roofline_bench --directory /on/a/real/disk [--rounds N]
#include <fcntl.h>
#include <unistd.h>

#include <numeric>

#include "base/random.h"
#include "bench.h"

#if defined(__AVX512VNNI__)
#include <immintrin.h>
#endif

namespace {

using engram::bench::cpuSeconds;
using engram::bench::keep;
using engram::bench::Options;
using engram::bench::Visit;
using engram::bench::wallSeconds;

constexpr size_t kLine = 64;
constexpr size_t kMebibyte = size_t{1} << 20;
constexpr size_t kReads = 1'000'000;

struct alignas(kLine) Line {
  uint64_t next = 0;
  uint64_t rest[7] = {};
};

double streamBytesPerSecond(const std::vector<Line>& lines) {
  uint64_t sum = 0;
  const double began = cpuSeconds();
  for (const Line& line : lines)
    for (const uint64_t value : line.rest) sum += value;
  keep(sum);
  return static_cast<double>(lines.size() * kLine) / (cpuSeconds() - began);
}

/** ns per line where the addresses are known ahead: as many are under way as the core can keep. */
double randomLineNs(const std::vector<Line>& lines, engram::Random& random) {
  uint64_t sum = 0;
  const double began = cpuSeconds();
  uint64_t state = random.next();
  for (size_t i = 0; i < kReads; ++i) {
    state = state * 6'364'136'223'846'793'005ULL + 1'442'695'040'888'963'407ULL;
    sum += lines[((state >> 32U) * lines.size()) >> 32U].rest[3];
  }
  keep(sum);
  return (cpuSeconds() - began) * 1e9 / kReads;
}

/** ns per line where each address is read from the line before. */
double dependentLineNs(const std::vector<Line>& lines) {
  uint64_t at = 0;
  const double began = cpuSeconds();
  for (size_t i = 0; i < kReads / 4; ++i) at = lines[at].next;
  keep(at);
  return (cpuSeconds() - began) * 1e9 / (kReads / 4.0);
}

/** One cycle through all lines in random order (Sattolo 1986). */
std::vector<Line> cycle(size_t bytes, engram::Random& random) {
  std::vector<Line> lines(bytes / kLine);
  std::vector<uint32_t> order(lines.size());
  std::iota(order.begin(), order.end(), 0U);
  for (size_t i = order.size() - 1; i > 0; --i) std::swap(order[i], order[random.below(i)]);
  for (size_t i = 0; i < order.size(); ++i) lines[i].next = order[i];
  return lines;
}

#if defined(__AVX512VNNI__)
/** Multiply-adds of bytes per second, registers only. */
double vnniPerSecond() {
  constexpr size_t kSteps = 4'000'000;
  constexpr size_t kChains = 10;
  __m512i sums[kChains] = {};
  const __m512i a = _mm512_set1_epi8(3);
  const __m512i b = _mm512_set1_epi8(2);
  const double began = cpuSeconds();
  for (size_t i = 0; i < kSteps; ++i) {
#pragma GCC unroll 10
    for (size_t chain = 0; chain < kChains; ++chain) {
      sums[chain] = _mm512_dpbusd_epi32(sums[chain], a, b);
      asm volatile("" : "+v"(sums[chain]));
    }
  }
  return static_cast<double>(kSteps * kChains * 64 * 2) / (cpuSeconds() - began);
}
#endif

double fdatasyncSeconds(const std::string& path) {
  constexpr int kTimes = 50;
  const std::string page(4096, 'x');
  const int file = ::open(path.c_str(), O_CREAT | O_RDWR, 0600);
  if (file < 0 || ::pwrite(file, page.data(), page.size(), 0) < 0 || ::fdatasync(file) != 0) std::exit(3);
  const double began = wallSeconds();
  for (int i = 0; i < kTimes; ++i)
    if (::pwrite(file, page.data(), page.size(), 0) < 0 || ::fdatasync(file) != 0) std::exit(3);
  const double seconds = (wallSeconds() - began) / kTimes;
  ::close(file);
  return seconds;
}

}  // namespace

int main(int count, char** arguments) {
  const Options options(count, arguments, {{"directory", ""}, {"rounds", "4"}});
  engram::Random random(3);
  const std::vector<Line> cached = cycle(kMebibyte, random);
  const std::vector<Line> near = cycle(32 * kMebibyte, random);
  const std::vector<Line> far = cycle(512 * kMebibyte, random);
  for (uint32_t round = 0; round < options.number("rounds"); ++round) {
    const Visit visit{"host", round, 0};
    visit.say("stream_bytes_per_s", "512 MiB", "bytes/s", streamBytesPerSecond(far), far.size());
    for (const auto& [label, lines] :
         {std::pair{"1 MiB", &cached}, std::pair{"32 MiB", &near}, std::pair{"512 MiB", &far}}) {
      visit.say("random_line_ns", label, "ns", randomLineNs(*lines, random), kReads);
      visit.say("dependent_line_ns", label, "ns", dependentLineNs(*lines), kReads / 4);
    }
#if defined(__AVX512VNNI__)
    visit.say("vnni_per_s", "", "1/s", vnniPerSecond(), 1);
#endif
    visit.say("fdatasync_s", "4 KiB over zeros", "s", fdatasyncSeconds(options.text("directory") + "/sync"),
              50);
  }
  return 0;
}
