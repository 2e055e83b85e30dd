// What every benchmark of the core shares: its arguments, its clocks, and one line of JSON per finding on
// stdout, in the shape of the lab's observations: whose, in which round, at which place in it.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <fstream>
#include <map>
#include <string>
#include <vector>

namespace engram::bench {

/** `--name value` pairs over defaults. An unknown name ends the process with the usage. */
class Options {
 public:
  Options(int count, char** arguments, std::map<std::string, std::string> defaults)
      : program_(arguments[0]), values_(std::move(defaults)) {
    for (int i = 1; i < count; i += 2) {
      const std::string name = std::string(arguments[i]).substr(0, 2) == "--" ? arguments[i] + 2 : "";
      if (!values_.contains(name) || i + 1 == count) usage("does not know " + std::string(arguments[i]));
      values_[name] = arguments[i + 1];
    }
    for (const auto& [name, value] : values_)
      if (value.empty()) usage("needs --" + name);
  }

  const std::string& text(const std::string& name) const { return values_.at(name); }
  uint32_t number(const std::string& name) const {
    char* end = nullptr;
    const unsigned long value = std::strtoul(values_.at(name).c_str(), &end, 10);
    if (*end != '\0') usage("--" + name + " is not a number");
    return static_cast<uint32_t>(value);
  }

 private:
  [[noreturn]] void usage(const std::string& why) const {
    std::fprintf(stderr, "%s %s; options and their defaults:", program_.c_str(), why.c_str());
    for (const auto& [name, value] : values_) std::fprintf(stderr, " --%s %s", name.c_str(), value.c_str());
    std::fputc('\n', stderr);
    std::exit(3);
  }

  std::string program_;
  std::map<std::string, std::string> values_;
};

/** CPU time of this thread, s: what other processes do does not count. */
inline double cpuSeconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

/** Time on the wall, s: for what waits for a device. */
inline double wallSeconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/** Whose finding the following lines are. */
struct Visit {
  std::string subject;
  uint32_t round = 0;
  uint32_t position = 0;

  /** `n`: what the value was made from (queries, records, …). */
  void say(const char* metric, const std::string& label, const char* unit, double value, size_t n) const {
    std::printf(
        "{\"subject\":\"%s\",\"round\":%u,\"position\":%u,\"metric\":\"%s\",\"label\":\"%s\",\"unit\":\"%s\","
        "\"value\":%.9g,\"n\":%zu}\n",
        subject.c_str(), round, position, metric, label.c_str(), unit, value, n);
    std::fflush(stdout);
  }
};

/** The exit code of a benchmark: 3, with the reason on stderr, where it threw. */
template <typename Measure>
int exitCode(const char* program, Measure measure) {
  try {
    measure();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", program, error.what());
    return 3;
  }
  return 0;
}

/** Makes the compiler believe that the value is used. */
template <typename Value>
void keep(const Value& value) {
  asm volatile("" : : "g"(&value) : "memory");
}

/** `count` values of a file from byte `offset` on; ends the process where they are not there. */
template <typename Value>
std::vector<Value> readValues(const std::string& path, size_t offset, size_t count) {
  std::vector<Value> values(count);
  std::ifstream file(path, std::ios::binary);
  file.seekg(static_cast<std::streamoff>(offset));
  file.read(reinterpret_cast<char*>(values.data()), static_cast<std::streamsize>(count * sizeof(Value)));
  if (!file) {
    std::fprintf(stderr, "cannot read %zu values at byte %zu of %s\n", count, offset, path.c_str());
    std::exit(3);
  }
  return values;
}

}  // namespace engram::bench
