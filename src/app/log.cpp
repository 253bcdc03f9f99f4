// weft log: what was done to a case, and what was asked of it
#include <algorithm>
#include <cstdio>
#include <fmt/format.h>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "app/command.h"
#include "report/terminal.h"
#include "report/words.h"

namespace weft::app {
namespace {

using nlohmann::json;
using report::Paint;
using report::terminal_text;

struct Options {
  std::string folder, format = "text";
  bool access = false;
};

// One line of the listing: columns of even width, and a last one that takes what it needs.
struct Line {
  std::vector<std::string> cells;
  std::string last;
};

std::string text_of(const json& object, const char* name) {
  if (!object.is_object() || !object.contains(name)) return {};
  const json& value = object[name];
  return value.is_string() ? value.get<std::string>() : value.dump(-1, ' ', false, json::error_handler_t::replace);
}

// "2026-11-29 20:07:24"
std::string time_text(const json& line) {
  std::string text = text_of(line, "time").substr(0, 19);
  if (text.size() > 10) text[10] = ' ';
  return terminal_text(text);
}

void print(const std::vector<std::string>& head, const std::vector<bool>& right, const std::vector<Line>& lines) {
  Paint paint{wants_colour(STDOUT_FILENO)};
  std::vector<size_t> wide;
  for (size_t i = 0; i + 1 < head.size(); ++i) {
    wide.push_back(report::columns(head[i]));
    for (const Line& line : lines)
      if (i < line.cells.size()) wide[i] = std::max(wide[i], report::columns(line.cells[i]));
  }
  auto padded = [&](const std::string& text, size_t i) {
    std::string blanks(wide[i] - report::columns(text), ' ');
    return (right[i] ? blanks + text : text + blanks) + "  ";
  };
  std::string title;
  for (size_t i = 0; i + 1 < head.size(); ++i) title += padded(head[i], i);
  fmt::print("{}\n", paint.bold(title + head.back()));
  for (const Line& line : lines) {
    for (size_t i = 0; i < line.cells.size(); ++i) fmt::print("{}", padded(line.cells[i], i));
    fmt::print("{}\n", line.last);
  }
}

Line unreadable() {
  return {{}, "A LINE THAT CANNOT BE READ: cut off while it was written, or damaged (weft verify)"};
}

std::string facts(const json& detail) {
  std::string out;
  if (!detail.is_object()) return out;
  size_t hashes = 0;  // of tables and records; whoever wants them reads the log as it is
  for (const auto& [name, value] : detail.items()) {
    std::string text = text_of(detail, name.c_str());
    if (name.starts_with("sha256 of "))
      ++hashes;
    else if (!text.empty())
      out += (out.empty() ? "" : ", ") + name + " " + text;
  }
  if (hashes > 0) out += ", hashes of " + report::counted(hashes, "file");
  return terminal_text(out);
}

void print_custody(const std::vector<json>& log) {
  std::vector<Line> lines;
  for (const json& line : log)
    lines.push_back(line.is_null() ? unreadable()
                                   : Line{{time_text(line), terminal_text(text_of(line, "actor")),
                                           terminal_text(text_of(line, "action"))},
                                          facts(line.value("detail", json()))});
  print({"time (UTC)", "who", "did", "what"}, {false, false, false}, lines);
}

// As it would be typed.
std::string command_line(const json& detail) {
  std::string out = "weft";
  if (!detail.contains("arguments") || !detail["arguments"].is_array()) return out;
  for (const json& one : detail["arguments"]) {
    std::string text = one.is_string() ? one.get<std::string>() : one.dump(), quoted;
    bool plain = !text.empty() && text.find_first_of(" \t\n'\"\\$`*?;&|<>()[]{}#!~") == std::string::npos;
    for (char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    out += " " + (plain ? text : "'" + quoted + "'");
  }
  return terminal_text(out);
}

// "3 rows, 2 exhibits"
std::string amounts(const json& detail) {
  std::string out;
  for (const auto& [name, value] : detail.items())
    if (name != "asked" && name != "exit" && value.is_number())
      out += (out.empty() ? "" : ", ") + text_of(detail, name.c_str()) + " " + name;
  std::string withheld = text_of(detail, "withheld");
  if (!withheld.empty()) out += (out.empty() ? "" : ", ") + ("withheld, " + withheld);
  return terminal_text(out);
}

// One line a question, with what came of it.
void print_access(const std::vector<json>& log) {
  std::map<uint64_t, json> answers;  // by the number of the line that asks
  for (const json& line : log)
    if (text_of(line, "action") == "answered") {
      json detail = line.value("detail", json::object());
      if (detail.is_object() && detail.contains("asked") && detail["asked"].is_number_unsigned())
        answers.insert_or_assign(detail["asked"].get<uint64_t>(), detail);
    }
  std::vector<Line> lines;
  for (const json& line : log) {
    if (line.is_null()) lines.push_back(unreadable());
    if (text_of(line, "action") != "asked") continue;
    json detail = line.value("detail", json::object());
    std::string who = text_of(line, "actor"), login = text_of(detail, "login");
    if (!login.empty() && !who.starts_with(login + "@")) who += ", logged in as " + login;
    auto answer = answers.find(line["seq"].get<uint64_t>());
    bool answered = answer != answers.end();
    lines.push_back({{time_text(line), terminal_text(who), answered ? text_of(answer->second, "exit") : "–",
                      answered ? amounts(answer->second) : "no answer is logged"},
                     command_line(detail)});
  }
  print({"time (UTC)", "who", "exit", "was shown", "asked"}, {false, false, true, false}, lines);
}

void show_log(const Options& options) {
  extract::Case in = extract::Case::open(options.folder, true);
  extract::ChainedLog log = options.access ? in.access_log() : in.custody_log();
  if (options.format == "jsonl") {
    if (exists(log.path())) std::fputs(read_file(log.path()).c_str(), stdout);
    return;
  }
  options.access ? print_access(log.lines()) : print_custody(log.lines());
}

}  // namespace

void add_log(App app) {
  CLI::App* command =
      app.cli.add_subcommand("log", "Show what was done to the case; or, with --access, what was asked of it");
  auto options = std::make_shared<Options>();
  command->add_option("CASE", options->folder, "Folder of the case")->required();
  command->add_flag("--access", options->access, "The access log: who asked what, when, and how much was shown");
  command->add_option("--format", options->format, "text, or jsonl: the log as it is")
      ->capture_default_str()
      ->check(CLI::IsMember({"text", "jsonl"}));
  command->callback([options] { show_log(*options); });
}

}  // namespace weft::app
