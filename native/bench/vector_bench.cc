// Searches per second of thread-CPU time against recall@10, engram beside hnswlib, one thread, in turns:
// rounds alternate their order, so that a drift of the machine favours nobody. Prints one JSON line per
// finding.
//   vector_bench --base passages.f16 --queries queries.f16 --dimension 384 [--count N] [--asked N] [--rounds
//   N]
#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "vector/index.h"

#if defined(ENGRAM_HNSWLIB)
#include "hnswlib.h"
#endif

namespace {

using engram::Hit;
constexpr uint32_t kK = 10;

double cpuSeconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

float fromHalf(uint16_t half) {
  const uint32_t sign = (half & 0x8000U) << 16U;
  const uint32_t exponent = (half >> 10U) & 0x1FU;
  const uint32_t mantissa = half & 0x3FFU;
  float value = 0;
  if (exponent == 0) {
    value = std::ldexp(static_cast<float>(mantissa), -24);
    return sign != 0 ? -value : value;
  }
  const uint32_t bits = sign | ((exponent + 112) << 23U) | (mantissa << 13U);
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

/** count × dimension unit vectors from half-precision rows. */
std::vector<float> load(const std::string& path, size_t count, size_t dimension) {
  std::vector<uint16_t> halves(count * dimension);
  std::ifstream file(path, std::ios::binary);
  file.read(reinterpret_cast<char*>(halves.data()), static_cast<std::streamsize>(halves.size() * 2));
  if (!file) {
    std::fprintf(stderr, "cannot read %zu rows of %zu from %s\n", count, dimension, path.c_str());
    std::exit(3);
  }
  std::vector<float> values(halves.size());
  std::transform(halves.begin(), halves.end(), values.begin(), fromHalf);
  for (size_t row = 0; row < count; ++row) {
    float* vector = values.data() + row * dimension;
    double squares = 0;
    for (size_t i = 0; i < dimension; ++i) squares += static_cast<double>(vector[i]) * vector[i];
    for (size_t i = 0; i < dimension; ++i) vector[i] = static_cast<float>(vector[i] / std::sqrt(squares));
  }
  return values;
}

/** One subject: builds, then answers at a width. */
struct Subject {
  std::string name;
  std::function<void(const float* query, uint32_t width, uint32_t* out)> search;
  double build_seconds = 0;
  size_t hot_bytes_per_vector = 0;
};

struct Point {
  uint32_t width;
  double recall;
  std::vector<double> rates;  // per round
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

/** Rate at a recall in one round, between the two widths around it; 0 when it is never reached. */
double rateAt(const std::vector<Point>& points, double recall, size_t round) {
  for (size_t i = 0; i < points.size(); ++i) {
    if (points[i].recall < recall) continue;
    const double high = points[i].rates[round];
    if (i == 0) return high;
    const double low = points[i - 1].rates[round];
    const double share = (recall - points[i - 1].recall) / (points[i].recall - points[i - 1].recall);
    return std::exp(std::log(low) + share * (std::log(high) - std::log(low)));
  }
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  std::map<std::string, std::string> given = {{"base", ""},       {"queries", ""},  {"dimension", "384"},
                                              {"count", "20000"}, {"asked", "500"}, {"rounds", "6"},
                                              {"alone", "no"},    {"efc", "96"},    {"degree", "32"}};
  for (int i = 1; i + 1 < count; i += 2) given[std::string(arguments[i]).substr(2)] = arguments[i + 1];
  if (given["base"].empty() || given["queries"].empty()) {
    std::fprintf(stderr,
                 "vector_bench --base F16 --queries F16 [--dimension 384] [--count 20000] [--asked 500] "
                 "[--rounds 6]\n");
    return 3;
  }
  const size_t dimension = std::stoul(given["dimension"]);
  const size_t n = std::stoul(given["count"]);
  const size_t asked = std::stoul(given["asked"]);
  const size_t rounds = std::stoul(given["rounds"]);
  const auto base = load(given["base"], n, dimension);
  const auto queries = load(given["queries"], asked, dimension);
  const auto row = [&](size_t at) { return base.data() + at * dimension; };

  std::vector<Subject> subjects;
  engram::VectorIndex index({.dimension = static_cast<uint32_t>(dimension),
                             .degree = static_cast<uint32_t>(std::stoul(given["degree"])),
                             .ef_construction = static_cast<uint32_t>(std::stoul(given["efc"]))});
  engram::SearchScratch scratch;
  std::array<Hit, kK> hits{};
  {
    const double began = cpuSeconds();
    for (uint32_t i = 0; i < n; ++i) index.add(i, {row(i), dimension});
    subjects.push_back(
        {"engram",
         [&](const float* query, uint32_t width, uint32_t* out) {
           const size_t found = index.search({query, dimension}, {.k = kK, .ef = width}, scratch, hits);
           for (size_t i = 0; i < found; ++i) out[i] = hits[i].ordinal;
         },
         cpuSeconds() - began, index.memory().graph_bytes / n});
  }
#if defined(ENGRAM_HNSWLIB)
  hnswlib::InnerProductSpace space(dimension);
  auto rival = std::make_unique<hnswlib::HierarchicalNSW<float>>(&space, n, 16, 200, 100);
  if (given["alone"] == "no") {
    const double began = cpuSeconds();
    for (size_t i = 0; i < n; ++i) rival->addPoint(row(i), i);
    subjects.push_back({"hnswlib",
                        [&](const float* query, uint32_t width, uint32_t* out) {
                          rival->setEf(width);
                          auto found = rival->searchKnn(query, kK);
                          for (size_t i = found.size(); i-- > 0; found.pop())
                            out[i] = static_cast<uint32_t>(found.top().second);
                        },
                        cpuSeconds() - began, dimension * 4 + 33 * 4 + 8});
  }
#endif
  for (const Subject& subject : subjects)
    std::printf("{\"subject\":\"%s\",\"n\":%zu,\"build_s\":%.2f,\"inserts_per_s\":%.0f,\"hot_bytes\":%zu}\n",
                subject.name.c_str(), n, subject.build_seconds,
                static_cast<double>(n) / subject.build_seconds, subject.hot_bytes_per_vector);

  // The truth: exact search by engram's scan, whose own test compares it with plain loops.
  std::vector<std::vector<uint32_t>> truth(asked);
  for (size_t q = 0; q < asked; ++q) {
    const size_t found = index.search({queries.data() + q * dimension, dimension},
                                      {.k = kK, .mode = engram::SearchMode::kExact}, scratch, hits);
    for (size_t i = 0; i < found; ++i) truth[q].push_back(hits[i].ordinal);
  }

  const std::vector<uint32_t> widths = {10, 14, 20, 28, 40, 56, 80, 112, 160, 224};
  std::vector<std::vector<Point>> points(subjects.size());
  for (size_t s = 0; s < subjects.size(); ++s)
    for (const uint32_t width : widths) {
      size_t found = 0;
      for (size_t q = 0; q < asked; ++q) {
        std::array<uint32_t, kK> answer{};
        subjects[s].search(queries.data() + q * dimension, width, answer.data());
        for (const uint32_t one : answer)
          found += std::count(truth[q].begin(), truth[q].end(), one) > 0 ? 1 : 0;
      }
      points[s].push_back({width, static_cast<double>(found) / static_cast<double>(asked * kK), {}});
    }
  for (size_t round = 0; round < rounds; ++round)
    for (size_t turn = 0; turn < subjects.size(); ++turn) {
      const size_t s = round % 2 == 0 ? turn : subjects.size() - 1 - turn;
      for (Point& point : points[s]) {
        std::array<uint32_t, kK> answer{};
        const double began = cpuSeconds();
        for (size_t q = 0; q < asked; ++q)
          subjects[s].search(queries.data() + q * dimension, point.width, answer.data());
        point.rates.push_back(static_cast<double>(asked) / (cpuSeconds() - began));
      }
    }
  for (size_t s = 0; s < subjects.size(); ++s)
    for (const Point& point : points[s])
      std::printf("{\"subject\":\"%s\",\"width\":%u,\"recall\":%.4f,\"qps\":%.0f}\n",
                  subjects[s].name.c_str(), point.width, point.recall, median(point.rates));
  for (const double recall : {0.95, 0.99}) {
    std::vector<double> ratios;
    for (size_t round = 0; round < rounds && subjects.size() > 1; ++round)
      ratios.push_back(rateAt(points[0], recall, round) / rateAt(points[1], recall, round));
    if (ratios.empty()) continue;
    std::sort(ratios.begin(), ratios.end());
    std::printf("{\"recall\":%.2f,\"ratio\":%.2f,\"lowest\":%.2f,\"highest\":%.2f,\"rounds\":%zu}\n", recall,
                median(ratios), ratios.front(), ratios.back(), rounds);
  }
  return 0;
}
