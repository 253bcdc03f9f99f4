// MB/s of the engine over pages of 16 MiB, beside a bare Hyperscan pass over the same bytes with the same patterns:
// what the second reaches is what the first can reach.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <hs/hs.h>
#include <random>
#include <set>
#include <string>
#include <utility>

#include "scan/engine.h"
#include "scan/utf16.h"

namespace weft::scan {
namespace {

constexpr size_t size = 16 * MiB;

std::string noise() {
  std::mt19937_64 random(1);
  std::string out(size, '\0');
  for (char& c : out) c = char(uint8_t(random() >> 56));
  return out;
}
std::string zeros() {
  return std::string(size, '\0');
}
// Prose of made-up words; every 400 bytes or so an address.
std::string text() {
  std::mt19937_64 random(2);
  std::string out;
  for (size_t words = 0; out.size() < size; ++words) {
    if (words % 80 == 79) out += fmt::format("<user{}@example.com> ", random() % 100'000);
    const size_t length = 1 + random() % 9;
    for (size_t i = 0; i < length; ++i) out += char('a' + random() % 26);
    out += words % 12 == 11 ? ".\n" : " ";
  }
  out.resize(size);
  return out;
}
std::string utf16() {
  const std::string narrow = text();
  std::string out(size, '\0');
  for (size_t i = 0; i < size; i += 2) out[i] = narrow[i / 2];
  return out;
}

using Make = std::string (*)();

void engine(benchmark::State& state, Make make) {
  const Rules rules;
  Scan scan(rules, {});
  NoWatch watch;
  const std::string bytes = make();
  size_t features = 0;
  for (auto _ : state) {
    Results results;
    scan.page({as_bytes(bytes), 0, bytes.size(), 0}, {}, watch, results);
    features = results.features.size();
  }
  state.SetBytesProcessed(int64_t(state.iterations() * bytes.size()));
  state.counters["features"] = double(features);
}

void patterns(benchmark::State& state, Make make) {
  std::vector<const char*> texts;
  std::vector<unsigned> flags, ids;
  std::set<std::pair<std::string_view, unsigned>> once;  // as Rules does
  auto add = [&](std::span<const Pattern> all) {
    for (const Pattern& p : all) {
      if (!once.emplace(p.regex, p.flags & (caseless | dotall)).second) continue;
      texts.push_back(p.regex), flags.push_back(p.flags & (caseless | dotall)), ids.push_back(unsigned(ids.size()));
    }
  };
  for (const Scanner* scanner : scanners()) add(scanner->patterns);
  for (const Decoder* decoder : decoders()) add(decoder->patterns);
  hs_database_t* database = nullptr;
  hs_compile_error_t* error = nullptr;
  hs_compile_multi(texts.data(), flags.data(), ids.data(), unsigned(texts.size()), HS_MODE_BLOCK, nullptr, &database,
                   &error);
  hs_scratch_t* scratch = nullptr;
  hs_alloc_scratch(database, &scratch);
  const std::string bytes = make();
  size_t hits = 0;
  for (auto _ : state) {
    hits = 0;
    auto count = [](unsigned, unsigned long long, unsigned long long, unsigned, void* to) {
      return ++*static_cast<size_t*>(to), 0;
    };
    hs_scan(database, bytes.data(), unsigned(bytes.size()), 0, scratch, count, &hits);
  }
  state.SetBytesProcessed(int64_t(state.iterations() * bytes.size()));
  state.counters["hits"] = double(hits);
  hs_free_scratch(scratch);
  hs_free_database(database);
}

// One scanner or decoder alone, to see who costs what.
void alone(benchmark::State& state, const Scanner* scanner, const Decoder* decoder, Make make) {
  const Rules rules(scanner ? std::span(&scanner, 1) : std::span<const Scanner* const>(),
                    decoder ? std::span(&decoder, 1) : std::span<const Decoder* const>());
  Scan scan(rules, {});
  NoWatch watch;
  const std::string bytes = make();
  for (auto _ : state) {
    Results results;
    scan.page({as_bytes(bytes), 0, bytes.size(), 0}, {}, watch, results);
  }
  state.SetBytesProcessed(int64_t(state.iterations() * bytes.size()));
}

void utf16_search(benchmark::State& state, Make make) {
  const std::string bytes = make();
  for (auto _ : state) benchmark::DoNotOptimize(find_utf16(as_bytes(bytes), 0));
  state.SetBytesProcessed(int64_t(state.iterations() * bytes.size()));
}

void compile(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(Rules());
}

const bool registered = [] {
  const std::pair<const char*, Make> inputs[] = {{"noise", noise}, {"zeros", zeros}, {"text", text}, {"utf16", utf16}};
  for (const auto& [name, make] : inputs) {
    benchmark::RegisterBenchmark(fmt::format("engine/{}", name).c_str(), engine, make)->Unit(benchmark::kMillisecond);
    benchmark::RegisterBenchmark(fmt::format("patterns/{}", name).c_str(), patterns, make)
        ->Unit(benchmark::kMillisecond);
    benchmark::RegisterBenchmark(fmt::format("utf16_search/{}", name).c_str(), utf16_search, make)
        ->Unit(benchmark::kMillisecond);
    for (const Scanner* scanner : scanners())
      benchmark::RegisterBenchmark(fmt::format("alone/{}/{}", scanner->name, name).c_str(), alone, scanner, nullptr,
                                   make)
          ->Unit(benchmark::kMillisecond);
    for (const Decoder* decoder : decoders())
      benchmark::RegisterBenchmark(fmt::format("alone/{}/{}", decoder->name, name).c_str(), alone, nullptr, decoder,
                                   make)
          ->Unit(benchmark::kMillisecond);
  }
  benchmark::RegisterBenchmark("compile", compile)->Unit(benchmark::kMillisecond);
  return true;
}();

}  // namespace
}  // namespace weft::scan
