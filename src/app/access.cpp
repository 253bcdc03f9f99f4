#include "app/access.h"

#include <algorithm>
#include <cstdio>
#include <fmt/format.h>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"

namespace weft::app {
namespace {

using nlohmann::json;

// Who logged in, which stays the same through su and sudo; "" where nobody did.
std::string login_name() {
  char name[256] = "";
  return ::getlogin_r(name, sizeof name - 1) == 0 ? name : "";
}

// The line's number; nothing when it could not be written, as is said.
std::optional<uint64_t> log(const extract::Case& in, const std::string& action, const json& detail) {
  try {
    return in.log_access(action, detail);
  } catch (const Error& error) {
    std::fprintf(stderr, "weft: THIS QUESTION IS NOT LOGGED: %s\n", error.what());
    return std::nullopt;
  }
}

std::optional<uint64_t> log_asked(const extract::Case& in, const std::vector<std::string>& arguments) {
  json detail = {
      {"arguments", arguments}, {"login", login_name()}, {"uid", uint64_t(::getuid())}, {"version", WEFT_VERSION}};
  if (std::string scope = in.folder() + "/scope"; exists(scope))
    detail["scope"] = sha256_hex(as_bytes(read_file(scope)));
  return log(in, "asked", detail);
}

bool log_answered(const extract::Case& in, uint64_t asked, const Answer& answer, int code) {
  json detail = {{"asked", asked}, {"exit", code}};
  for (const auto& [name, count] : answer.counts) detail[name] = count;
  if (!answer.withheld.empty()) detail["withheld"] = answer.withheld;
  return log(in, "answered", detail).has_value();
}

int ask(const App& app, const std::string& folder, const std::function<int(Answer&)>& answer, bool may_lack) {
  Answer out;
  if (!extract::Case::is_case(folder)) return answer(out);
  const extract::Case in = extract::Case::open(folder, true);
  std::optional<uint64_t> asked = log_asked(in, app.arguments);
  bool logged = asked.has_value();
  int code = exit_ok;
  try {
    code = answer(out);
    if (code == exit_ok && out.incomplete) code = exit_attention;
  } catch (...) {
    if (asked) log_answered(in, *asked, out, code_of_current_exception());
    throw;
  }
  std::fflush(stdout);
  if (asked) logged = log_answered(in, *asked, out, code);
  return code == exit_ok && !logged && !may_lack ? int(exit_attention) : code;
}

}  // namespace

void add_question(App app, CLI::App& command, const std::string& folder, std::function<int(Answer&)> answer,
                  NotLogged otherwise) {
  auto unlogged = std::make_shared<bool>(false);
  if (otherwise == NotLogged::attention)
    command.add_flag("--unlogged", *unlogged,
                     "End in 0, not in 5, when the question cannot be logged in the case (a read-only copy)");
  command.callback([app, &folder, answer = std::move(answer), unlogged, otherwise] {
    app.code = ask(app, folder, answer, *unlogged || otherwise == NotLogged::warning);
  });
}

namespace {

constexpr size_t labels_named = 20;

std::string named(const std::vector<std::string>& labels) {
  std::string out;
  for (size_t i = 0; i < std::min(labels.size(), labels_named); ++i) (out += i ? ", " : "") += labels[i];
  return labels.size() > labels_named ? fmt::format("{} and {} more", out, labels.size() - labels_named) : out;
}

}  // namespace

void note_not_extracted(const extract::Case& in, Answer& answer) {
  std::vector<std::string> missing;
  const std::vector<extract::Exhibit> exhibits = in.exhibits();
  for (const extract::Exhibit& one : exhibits)
    if (!in.sealed(one.label)) missing.push_back(one.label);
  if (missing.empty()) return;
  answer.incomplete = true;
  fmt::print(stderr,
             "weft: INCOMPLETE: {} of {} exhibits are not extracted yet, and this answer knows nothing of them (weft "
             "extract): {}\n",
             missing.size(), exhibits.size(), named(missing));
}

void note_behind(const std::vector<std::string>& labels, Answer& answer) {
  if (labels.empty()) return;
  answer.incomplete = true;
  fmt::print(stderr, "weft: INCOMPLETE: not in the links yet, or extracted again since; link again (weft link): {}\n",
             named(labels));
}

}  // namespace weft::app
