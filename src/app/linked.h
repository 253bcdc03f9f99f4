// A linked case, opened to answer questions: its link tables attached, nothing locked, nothing written.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <tuple>
#include <vector>

#include "app/access.h"
#include "base/time.h"
#include "extract/case.h"
#include "link/index.h"
#include "link/read.h"
#include "pack/database.h"

namespace weft::app {

using Json = nlohmann::ordered_json;

class Linked {
 public:
  // Error when the case has not been linked, or by another version.
  explicit Linked(const std::string& folder);

  const extract::Case& in() const { return in_; }
  pack::Database& database() { return database_; }
  // Labels that the links are about, in order.
  const std::vector<std::string>& exhibits() const { return exhibits_; }
  // Sealed exhibits that the links do not know, or know from an older pack.
  const std::vector<std::string>& behind() const { return behind_; }
  // Error naming the nearest labels when it is none of exhibits().
  void check_label(const std::string& label) const;
  // Links of an earlier version lack some tables.
  bool has_table(const std::string& name);
  // Error that says to link again, when it is not there.
  void check_table(const std::string& name);
  // Error when it is not there: linking makes it.
  link::Index index(const std::string& label) const;

 private:
  extract::Case in_;
  pack::Database database_;
  std::vector<std::string> exhibits_, behind_;
};

// Those of the labels that are most like what was asked for, for a message.
std::string nearest(const std::string& asked, const std::vector<std::string>& labels);

// Says on standard error which exhibits the links know nothing of, and that in the answer.
void note_gaps(const Linked& linked, Answer& answer);

inline Json json_value(const std::optional<Time>& value) {
  return value ? Json(to_text(*value)) : Json();
}
template <class T>
Json json_value(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}
template <class T>
Json json_value(const T& value) {
  return Json(value);
}
// A row of a link table as an object, column by column.
template <class Row>
Json json_of(const Row& row) {
  Json out;
  std::apply([&](const auto&... column) { ((out[std::string(column.name)] = json_value(row.*column.member)), ...); },
             Row::columns());
  return out;
}
// One line of JSON; what is no UTF-8 does not end the output.
void print_json(const Json& json);

// "EXHIBIT:PATH  file", as `weft show` takes it, for the terminal.
std::string place_text(const std::string& exhibit, const std::string& path, const std::string& file);

}  // namespace weft::app
