// libyara, kept away from everything but the bytes it is shown.
//
// * Rules come as text. Compiled rules are code for YARA's own machine, which trusts it: they are not taken.
// * `include` is switched off; of the modules only those pass that read nothing but the text. `magic` reads a database
//   of the system, `cuckoo` a report beside the file, `time` the clock: with them the same bytes would not give the
//   same rows.
// * libyara would catch SIGSEGV and SIGBUS for the whole process while it scans, which is not safe with threads and
//   would take the flight recorder's place: it is told not to. A crash then costs one text, as anywhere else.
#include "scan/yara_rules.h"

#include <algorithm>
#include <cstring>
#include <exception>
#include <fmt/format.h>
#include <map>
#include <new>
#include <set>
#include <yara.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"

namespace weft::scan {
namespace {

constexpr std::string_view allowed_modules[] = {"console", "dex",  "dotnet", "elf",   "hash",
                                                "macho",   "math", "pe",     "string"};
constexpr size_t most_places = 10'000;   // of one string in one text; the rest is counted
constexpr uint32_t data_of_a_match = 1;  // bytes that libyara copies of each: we have the text

// libyara's own setting up, as long as anyone needs it; it counts its users.
class Library {
 public:
  Library() {
    if (yr_initialize() != ERROR_SUCCESS) throw Error("libyara cannot be started");
    yr_set_configuration_uint32(YR_CONFIG_MAX_MATCH_DATA, data_of_a_match);
  }
  ~Library() { yr_finalize(); }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
};

// "rules/mine.yar" -> "mine".
std::string stem(std::string_view name) {
  name = name.substr(name.rfind('/') + 1);
  const size_t dot = name.rfind('.');
  return printable(name.substr(0, dot == 0 ? std::string_view::npos : dot));
}

// What the compiler says of one file.
struct Said {
  std::string first;
  size_t errors = 0;
};

void on_message(int level, const char*, int line, const YR_RULE* rule, const char* message, void* data) {
  Said& said = *static_cast<Said*>(data);
  if (level != YARA_ERROR_LEVEL_ERROR || ++said.errors > 1) return;
  said.first = fmt::format("{}: {}{}", line, rule ? fmt::format("rule {}: ", rule->identifier) : "",
                           message ? printable(message) : "cannot be compiled");
}

void add(YR_COMPILER* compiler, const ListFile& file, const std::string& space) {
  const std::string name = printable(file.name);
  if (file.text.starts_with("YARA")) throw Error(fmt::format("{}: these rules are compiled; give their source", name));
  if (const size_t at = file.text.find('\0'); at != std::string::npos)
    throw Error(fmt::format("{}:{}: holds a NUL; YARA rules are text", name,
                            1 + std::count(file.text.begin(), file.text.begin() + ptrdiff_t(at), '\n')));
  Said said;
  yr_compiler_set_callback(compiler, on_message, &said);
  if (yr_compiler_add_string(compiler, file.text.c_str(), space.c_str()) == 0) return;
  throw Error(fmt::format("{}:{}{}", name, said.first.empty() ? " cannot be compiled" : said.first,
                          said.errors > 1 ? fmt::format(" (and {} more errors)", said.errors - 1) : ""));
}

// What rules import shows when they run.
std::set<std::string> imports_of(YR_RULES* rules) {
  YR_SCANNER* raw = nullptr;
  if (yr_scanner_create(rules, &raw) != ERROR_SUCCESS) throw std::bad_alloc();
  const Handle<YR_SCANNER, yr_scanner_destroy> scanner(raw);
  std::set<std::string> out;
  yr_scanner_set_flags(raw, SCAN_FLAGS_NO_TRYCATCH);
  yr_scanner_set_callback(
      raw,
      [](YR_SCAN_CONTEXT*, int message, void* data, void* names) -> int {
        if (message == CALLBACK_MSG_IMPORT_MODULE)
          static_cast<std::set<std::string>*>(names)->insert(static_cast<YR_MODULE_IMPORT*>(data)->module_name);
        return CALLBACK_CONTINUE;
      },
      &out);
  yr_scanner_scan_mem(raw, reinterpret_cast<const uint8_t*>(" "), 1);
  return out;
}

// The first file that mentions it, for the message.
std::string who_imports(std::span<const ListFile> files, const std::string& module) {
  for (const ListFile& file : files)
    for (size_t at = 0; (at = file.text.find("import", at)) != std::string::npos; ++at) {
      const size_t name = file.text.find_first_not_of(" \t\r\n", at + 6);
      if (name == std::string::npos || file.text.compare(name, module.size() + 2, '"' + module + '"') != 0) continue;
      return fmt::format("{}:{}: ", printable(file.name),
                         1 + std::count(file.text.begin(), file.text.begin() + ptrdiff_t(at), '\n'));
    }
  return {};
}

}  // namespace

struct YaraRules::State {
  Library library;
  Handle<YR_RULES, yr_rules_destroy> rules;
};

YaraRules::YaraRules(std::span<const ListFile> files) : state_(std::make_unique<State>()) {
  YR_COMPILER* raw = nullptr;
  if (yr_compiler_create(&raw) != ERROR_SUCCESS) throw std::bad_alloc();
  const Handle<YR_COMPILER, yr_compiler_destroy> compiler(raw);
  yr_compiler_set_include_callback(raw, nullptr, nullptr, nullptr);
  std::map<std::string, int> spaces;
  for (const ListFile& file : files) {
    const std::string space = stem(file.name);
    const int before = spaces[space]++;
    add(raw, file, before == 0 ? space : fmt::format("{}-{}", space, before + 1));
  }
  YR_RULES* rules = nullptr;
  if (const int code = yr_compiler_get_rules(raw, &rules); code != ERROR_SUCCESS)
    throw Error(fmt::format("YARA rules cannot be compiled together (libyara's error {})", code));
  state_->rules = Handle<YR_RULES, yr_rules_destroy>(rules);
  for (const std::string& module : imports_of(rules))
    if (std::find(std::begin(allowed_modules), std::end(allowed_modules), module) == std::end(allowed_modules))
      throw Error(fmt::format("{}the module \"{}\" depends on more than the bytes scanned and is not allowed",
                              who_imports(files, module), module));
}

YaraRules::~YaraRules() = default;

size_t YaraRules::rules() const {
  return state_->rules.get()->num_rules;
}

struct YaraScan::State {
  Handle<YR_SCANNER, yr_scanner_destroy> scanner;
  uint64_t seconds = 0;
  // Of the text at hand:
  const Found* found = nullptr;
  size_t size = 0, begin = 0, end = 0;
  std::vector<std::string> problems;
  std::exception_ptr failed;  // thrown through C it would be lost

  static std::string name_of(const YR_RULE& rule) { return fmt::format("{}:{}", rule.ns->name, rule.identifier); }

  void holds(YR_SCAN_CONTEXT* context, const YR_RULE* rule) {
    const std::string name = name_of(*rule);
    bool shows = false;
    const YR_STRING* string = nullptr;
    yr_rule_strings_foreach(rule, string) {
      size_t places = 0, more = 0;
      // libyara packs its matches without regard to alignment, so they are copied before they are looked at.
      YR_MATCH match{};
      for (const void* next = context->matches[string->idx].head; next; next = match.next) {
        std::memcpy(&match, next, sizeof match);
        if (match.is_private) continue;
        shows = true;
        const auto at = size_t(match.base + match.offset);
        if (at < begin || at >= end) continue;
        if (places == most_places) {
          ++more;
          continue;
        }
        ++places;
        (*found)(fmt::format("{} {}", name, string->identifier), at,
                 std::min(size, at + size_t(std::max(1, match.match_length))));
      }
      if (more > 0)
        problems.push_back(
            fmt::format("YARA {} {}: {} more places in this text are left out", name, string->identifier, more));
    }
    if (!shows) (*found)(name, 0, 0);
  }

  int take(YR_SCAN_CONTEXT* context, int message, void* data) {
    try {
      if (message == CALLBACK_MSG_RULE_MATCHING) holds(context, static_cast<YR_RULE*>(data));
      if (message == CALLBACK_MSG_TOO_MANY_MATCHES) {
        const YR_STRING& string = *static_cast<YR_STRING*>(data);
        problems.push_back(fmt::format("YARA {} {}: more than {} matches in this text: what follows is not looked for",
                                       name_of(context->rules->rules_table[string.rule_idx]), string.identifier,
                                       YR_MAX_STRING_MATCHES));
      }
      return CALLBACK_CONTINUE;
    } catch (...) {
      failed = std::current_exception();
      return CALLBACK_ERROR;
    }
  }
};

YaraScan::YaraScan(const YaraRules& rules, uint64_t seconds) : state_(std::make_unique<State>()) {
  YR_SCANNER* raw = nullptr;
  if (yr_scanner_create(rules.state_->rules.get(), &raw) != ERROR_SUCCESS) throw std::bad_alloc();
  state_->scanner = Handle<YR_SCANNER, yr_scanner_destroy>(raw);
  state_->seconds = seconds;
  yr_scanner_set_flags(raw, SCAN_FLAGS_NO_TRYCATCH);
  yr_scanner_set_timeout(raw, int(std::clamp<uint64_t>(seconds, 1, 1'000'000)));
  yr_scanner_set_callback(
      raw,
      [](YR_SCAN_CONTEXT* context, int message, void* data, void* state) -> int {
        return static_cast<State*>(state)->take(context, message, data);
      },
      state_.get());
}

YaraScan::~YaraScan() = default;

std::vector<std::string> YaraScan::scan(std::string_view text, size_t begin, size_t end, const Found& found) {
  State& state = *state_;
  state.found = &found, state.size = text.size(), state.begin = begin, state.end = end;
  state.problems.clear();
  const int code = yr_scanner_scan_mem(state.scanner.get(), reinterpret_cast<const uint8_t*>(text.data()), text.size());
  if (state.failed) std::rethrow_exception(std::exchange(state.failed, nullptr));
  if (code == ERROR_INSUFFICIENT_MEMORY) throw std::bad_alloc();
  if (code == ERROR_SCAN_TIMEOUT)
    state.problems.push_back(
        fmt::format("YARA rules were set aside here: not decided within {} seconds", state.seconds));
  else if (code != ERROR_SUCCESS)
    state.problems.push_back(fmt::format("YARA rules were set aside here: libyara's error {}", code));
  return std::move(state.problems);
}

}  // namespace weft::scan
