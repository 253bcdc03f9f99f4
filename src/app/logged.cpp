#include "app/logged.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"

namespace weft::app {
namespace {

constexpr std::string_view hash_of = "sha256 of ";

std::string hash_of_file(const std::string& path) {
  return sha256_hex(Mapping(path).bytes());
}

std::map<std::string, std::string> hashes(const std::map<std::string, std::string>& detail) {
  std::map<std::string, std::string> out;
  for (const auto& [name, value] : detail)
    if (name.starts_with(hash_of)) out[name.substr(hash_of.size())] = value;
  return out;
}

std::string text_at(const std::map<std::string, std::string>& detail, const std::string& name) {
  auto it = detail.find(name);
  return it == detail.end() ? "" : it->second;
}

}  // namespace

std::map<std::string, std::string> hashes_of_links(const extract::Case& in) {
  std::map<std::string, std::string> out;
  if (!exists(in.links())) return out;
  for (const auto& entry : std::filesystem::directory_iterator(in.links()))
    if (entry.is_regular_file()) out[entry.path().filename().string()] = hash_of_file(entry.path().string());
  return out;
}

Logged::Logged(const extract::Case& in) : in_(in) {
  for (const nlohmann::json& line : in.custody_log().lines()) {
    if (!line.is_object() || !line.contains("detail") || !line["detail"].is_object()) continue;
    Detail detail;
    for (const auto& [name, value] : line["detail"].items())
      if (value.is_string()) detail[name] = value.get<std::string>();
    done_.emplace_back(line.value("action", ""), std::move(detail));
  }
}

const Logged::Detail* Logged::last(const std::string& action) const {
  auto it = std::find_if(done_.rbegin(), done_.rend(), [&](const auto& one) { return one.first == action; });
  return it == done_.rend() ? nullptr : &it->second;
}

std::map<std::string, std::string> Logged::pack(const std::string& label) const {
  std::map<std::string, std::string> out;
  for (const auto& [action, detail] : done_)
    if (action == "extract" && text_at(detail, "exhibit") == label && text_at(detail, "step") == "sealed")
      out = hashes(detail);
  return out;
}

std::vector<std::string> Logged::wrong_records() const {
  std::map<std::string, Detail> logged;  // by label, as amended
  for (const auto& [action, detail] : done_)
    if (action == "add" || action == "amend")
      for (const auto& [name, value] : detail) logged[text_at(detail, "exhibit")][name] = value;
  std::vector<std::string> wrong;
  for (const extract::Exhibit& exhibit : in_.exhibits())
    if (!logged.contains(exhibit.label))
      wrong.push_back(
          fmt::format("exhibits/{}.json: the custody log does not say that it was taken in", exhibit.label));
  for (const auto& [label, detail] : logged) {
    const std::string name = fmt::format("exhibits/{}.json", label);
    const std::optional<extract::Exhibit> exhibit = in_.exhibit(label);
    if (!exhibit) {
      wrong.push_back(name + " is missing; the custody log says that it was taken in");
      continue;
    }
    const size_t before = wrong.size();
    auto compare = [&](const char* what, const std::string& value) {
      if (auto it = detail.find(what); it != detail.end() && it->second != value)
        wrong.push_back(fmt::format("{}: {} is \"{}\"; the custody log says \"{}\"", name, what, printable(value),
                                    printable(it->second)));
    };
    compare("path", exhibit->path), compare("format", exhibit->format);
    for (const extract::CustodyFact& fact : extract::custody_facts) compare(fact.name, (*exhibit).*fact.value);
    const std::string hash = text_at(detail, std::string(hash_of) + "record");
    if (wrong.size() == before && !hash.empty() && hash != hash_of_file(in_.exhibit_file(label)))
      wrong.push_back(name + " is not the one that the custody log says was written");
  }
  return wrong;
}

std::vector<std::string> Logged::wrong_links(std::string& remark) const {
  const Detail* linked = last("link");
  const std::map<std::string, std::string> there = hashes_of_links(in_);
  if (!linked) {
    if (there.empty()) return {};
    return {"the custody log does not say that the case was linked"};
  }
  const std::map<std::string, std::string> logged = hashes(*linked);
  std::vector<std::string> wrong;
  if (logged.empty()) remark = "linked before the custody log held their hashes: not compared; link again";
  if (there.empty()) wrong.push_back("the case was linked, and its links are gone");
  if (logged.empty() || there.empty()) return wrong;
  for (const auto& [name, hash] : logged) {
    auto it = there.find(name);
    if (it == there.end())
      wrong.push_back(fmt::format("links/{} is missing", name));
    else if (it->second != hash)
      wrong.push_back(fmt::format("links/{} is not the one that the custody log says was made", name));
  }
  for (const auto& [name, hash] : there)
    if (!logged.contains(name)) wrong.push_back(fmt::format("links/{} was not made by linking", name));
  return wrong;
}

std::vector<std::string> Logged::wrong_scope() const {
  const Detail* set = last("scope");
  const std::string file = in_.folder() + "/scope";
  const std::string logged = set ? text_at(*set, "sha256") : "", there = exists(file) ? hash_of_file(file) : "";
  if (logged == there) return {};
  if (there.empty()) return {"rules of scope were set, and are gone"};
  return {"the rules of scope are not those that the custody log says were set"};
}

std::vector<std::string> Logged::wrong_report() const {
  const Detail* made = last("report");
  const std::string logged = made ? text_at(*made, "sha256") : "";
  if (!exists(in_.report()) || logged.empty() || logged == hash_of_file(in_.report())) return {};
  return {"report.html is not the one that the custody log says was written"};
}

}  // namespace weft::app
