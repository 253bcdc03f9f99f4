// What the fuzzer was shown and what it found, again, in every build: the corpus, scanners' examples and parsers'
// samples, and some thousand mutations of both that are always the same.
#include <filesystem>
#include <gtest/gtest.h>
#include <random>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "targets.h"

namespace weft::fuzz {
namespace {

namespace files = std::filesystem;

constexpr const char* corpus = WEFT_SOURCE_DIR "/fuzz/corpus";

// Of a name there may be a folder in the corpus, or examples, or both. "all" is shown everything but what is a
// parser's.
std::vector<std::string> seeds(const std::string& name) {
  std::vector<std::string> paths, out;
  const auto folder_of = [](const auto& file) { return file.path().parent_path().filename().string(); };
  for (const auto& entry : files::recursive_directory_iterator(corpus))
    if (entry.is_regular_file() &&
        (name == "all" ? !folder_of(entry).starts_with("parser_") : folder_of(entry) == name))
      paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  for (const std::string& path : paths) out.push_back(read_file(path));
  for (std::string& example : examples_of(name)) out.push_back(std::move(example));
  return out;
}

class Mutations {
 public:
  explicit Mutations(const std::vector<std::string>& seeds) : seeds_(seeds) {}
  std::string next() {
    std::string out = pick();
    for (uint64_t changes = 1 + random_() % 4; changes > 0 && !out.empty(); --changes) {
      const size_t at = random_() % out.size();
      switch (random_() % 6) {
        case 0:
          out[at] = char(uint8_t(random_()));
          break;
        case 1:
          out[at] = char(uint8_t(out[at]) ^ (1u << random_() % 8));
          break;
        case 2:
          out.resize(at);
          break;
        case 3:
          out.erase(at, 1 + random_() % 8);
          break;
        case 4:  // a piece of it twice
          out.insert(at, out.substr(random_() % out.size(), random_() % 64));
          break;
        default: {  // behind its beginning, another's end
          const std::string& other = pick();
          out = out.substr(0, at) + other.substr(other.size() / 2);
        }
      }
    }
    return out;
  }

 private:
  const std::string& pick() { return seeds_[random_() % seeds_.size()]; }
  const std::vector<std::string>& seeds_;
  std::mt19937_64 random_{20};
};

class Replay : public testing::TestWithParam<std::string> {};

TEST_P(Replay, DoesNoHarm) {
  const std::vector<std::string> shown = seeds(GetParam());
  ASSERT_FALSE(shown.empty()) << "nothing to show: give it examples, or a file in fuzz/corpus/" << GetParam();
  const Target target = target_named(GetParam());
  auto run = [&target](const std::string& bytes) { ASSERT_NO_THROW(target(as_bytes(bytes))) << printable(bytes); };
  for (const std::string& seed : shown) run(seed);
  Mutations mutations(shown);
  for (int i = 0; i < 2000; ++i) run(mutations.next());
}

INSTANTIATE_TEST_SUITE_P(Fuzz, Replay, testing::ValuesIn(target_names()), [](const auto& given) {
  std::string name = "T_";
  for (char c : given.param) name += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  return name;
});

TEST(FuzzCorpus, IsOfKnownTargets) {
  const std::vector<std::string> names = target_names();
  for (const auto& entry : files::directory_iterator(corpus))
    EXPECT_TRUE(std::find(names.begin(), names.end(), entry.path().filename()) != names.end()) << entry.path();
}

}  // namespace
}  // namespace weft::fuzz
