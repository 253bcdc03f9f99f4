// One scanner alone: its patterns in block mode and its hits in order of their end. For tests and benchmarks; the
// engine is what runs all of them.
#pragma once

#include <algorithm>
#include <hs/hs.h>
#include <string>
#include <tuple>
#include <vector>

#include "base/error.h"
#include "scan/scanner.h"

namespace weft::scan {

#define WEFT_SCANNER(name) extern const Scanner name##_scanner;
#include "scan/scanners/list.inc"
#undef WEFT_SCANNER

inline std::vector<const Scanner*> all_scanners() {
  return {
#define WEFT_SCANNER(name) &name##_scanner,
#include "scan/scanners/list.inc"
#undef WEFT_SCANNER
  };
}

struct Feature {
  std::string kind, value, secret;
  size_t begin = 0, end = 0;
};

class Direct : private Sink {
 public:
  explicit Direct(const Scanner& scanner) : scanner_(scanner) {
    if (scanner.patterns.empty()) return;
    std::vector<const char*> regexes;
    std::vector<unsigned> flags, ids;
    for (const Pattern& pattern : scanner.patterns) {
      regexes.push_back(pattern.regex);
      flags.push_back((pattern.flags & caseless ? HS_FLAG_CASELESS : 0) |
                      (pattern.flags & dotall ? HS_FLAG_DOTALL : 0));
      ids.push_back(pattern.id);
    }
    hs_compile_error_t* error = nullptr;
    hs_error_t result = hs_compile_multi(regexes.data(), flags.data(), ids.data(), unsigned(regexes.size()),
                                         HS_MODE_BLOCK, nullptr, &database_, &error);
    if (result != HS_SUCCESS) throw Error(std::string(scanner.name) + ": " + (error ? error->message : "pattern"));
    check(hs_alloc_scratch(database_, &scratch_) == HS_SUCCESS, "scratch");
  }
  ~Direct() {
    hs_free_scratch(scratch_);
    hs_free_database(database_);
  }
  Direct(const Direct&) = delete;

  std::vector<Feature> run(std::string_view text) {
    hits_.clear();
    features_.clear();
    last_end_ = 0;
    if (scanner_.on_text) scanner_.on_text(text, 0, text.size(), *this);
    if (!database_) return features_;
    last_end_ = 0;
    const std::string shown = std::string(text) + std::string(64, '\0');  // it may look behind the text (scan/rules.h)
    hs_scan(database_, shown.data(), unsigned(text.size()), 0, scratch_, &collect, this);
    auto key = [](const Hit& hit) { return std::tuple(hit.end, hit.pattern); };
    std::sort(hits_.begin(), hits_.end(), [&](const Hit& a, const Hit& b) { return key(a) < key(b); });
    for (const Hit& hit : hits_) scanner_.on_hit(text, hit, last_end_, *this);
    return features_;
  }
  size_t hits() const { return hits_.size(); }

 private:
  static int collect(unsigned id, unsigned long long, unsigned long long to, unsigned, void* self) {
    static_cast<Direct*>(self)->hits_.push_back({size_t(to), id});
    return 0;
  }
  void feature(std::string_view kind, std::string value, size_t begin, size_t end, std::string_view secret) override {
    for (size_t i = features_.size(); i-- > 0 && features_[i].end + 64 > end;)
      if (features_[i].kind == kind && features_[i].begin == begin && features_[i].end == end) return;
    features_.push_back({std::string(kind), std::move(value), std::string(secret), begin, end});
    last_end_ = std::max(last_end_, end);
  }

  const Scanner& scanner_;
  hs_database_t* database_ = nullptr;
  hs_scratch_t* scratch_ = nullptr;
  std::vector<Hit> hits_;
  std::vector<Feature> features_;
  size_t last_end_ = 0;
};

}  // namespace weft::scan
