// Inside of Rules: the compiled database and who owns which pattern. Private to the engine. Immutable after compile.
#pragma once

#include <array>
#include <hs/hs.h>

#include "base/error.h"
#include "base/file.h"
#include "scan/engine.h"
#include "scan/runs.h"
#include "scan/words.h"
#include "scan/yara_rules.h"

namespace weft::scan {

// Pattern::flags as Hyperscan wants them.
constexpr unsigned hyperscan_flags(const Pattern& pattern) {
  return pattern.flags & (caseless | dotall);
}
static_assert(caseless == HS_FLAG_CASELESS && dotall == HS_FLAG_DOTALL);

// All scanners come first, then all decoders, then the examiner's words: owner < scanners.size() is a scanner.
struct Rules::State {
  struct Owned {
    uint32_t owner = 0;
    uint32_t id = 0;  // Pattern::id
    bool first_end = false;
  };

  std::vector<const Scanner*> scanners;
  std::vector<const Decoder*> decoders;
  std::unique_ptr<const Words> words;                // null: no list of them
  std::unique_ptr<const YaraRules> yara;             // null: none
  std::vector<std::vector<Owned>> patterns;          // by number; equal patterns of several owners are one
  std::vector<size_t> least;                         // by number: of the shortest match
  std::vector<size_t> lookers;                       // owners with on_text
  Runs runs;                                         // of some of them
  Handle<hs_database_t, hs_free_database> database;  // of all others; none when there are none
  size_t width = 0;                                  // of the longest match
  size_t reach = 0;                                  // the farthest any scanner looks back from a match
  std::array<bool, 256> quiet{};                     // a stretch of this byte alone holds no match

  size_t owners() const { return scanners.size() + decoders.size() + (words ? 1 : 0); }
  // Memory that one thread needs to match; none without a database. Throws Error.
  Handle<hs_scratch_t, hs_free_scratch> make_scratch() const;
  void find_quiet_bytes();
  // Calls file(number, end) for every match in text, in no order. Of a run only the first end is told.
  template <class File>
  void match(std::string_view text, hs_scratch_t* scratch, File& file) const;
};

template <class File>
void Rules::State::match(std::string_view text, hs_scratch_t* scratch, File& file) const {
  runs.find(text, file);
  if (!database.get()) return;
  auto tell = [](unsigned number, unsigned long long, unsigned long long to, unsigned, void* context) {
    (*static_cast<File*>(context))(number, size_t(to));
    return 0;
  };
  // On processors with AVX512-VBMI, Hyperscan reads up to a vector's width behind the text (5.4.0 to 5.4.2;
  // intel/hyperscan#457). Where a memory page ends before that, the next one may not be there: it is shown a copy.
  constexpr size_t page = 4096, vector = 64;
  const size_t behind = page - 1 - (reinterpret_cast<uintptr_t>(text.data()) + text.size() - 1) % page;
  thread_local std::string copy;
  if (!text.empty() && behind < vector) {
    copy.reserve(text.size() + vector);
    text = copy.assign(text);
  }
  const hs_error_t result =
      hs_scan(database.get(), text.data(), static_cast<unsigned>(text.size()), 0, scratch, tell, &file);
  check(result == HS_SUCCESS, "the pattern scan works");
}

}  // namespace weft::scan
