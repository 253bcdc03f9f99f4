// The frame of the report: head, contents, and the sections one after the other.
//
// The page's Content-Security-Policy allows exactly two things: the style sheet and the script whose SHA-256 it names.
// So even if a value from the evidence ever got through as markup, a browser would neither run nor load anything for
// it.
#include <fmt/format.h>

#include "base/hash.h"
#include "base/text.h"
#include "report/sections.h"
#include "report/words.h"

namespace weft::report {
namespace {

// Base64 of a SHA-256, as a Content-Security-Policy wants it.
std::string policy_hash(std::string_view content) {
  static constexpr char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string digits = sha256_hex(as_bytes(content)), out;
  digits += "00";  // 32 bytes and one of padding: 11 groups of three
  for (size_t at = 0; at < digits.size(); at += 6) {
    unsigned long three = std::stoul(digits.substr(at, 6), nullptr, 16);
    for (int shift = 18; shift >= 0; shift -= 6) out += letters[three >> shift & 63];
  }
  out.back() = '=';
  return "'sha256-" + out + "'";
}

std::string head(const CaseFacts& facts) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src {}; script-src {}; "
      "base-uri 'none'; form-action 'none'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<title>{} – Weft report</title>\n<style>{}</style>\n</head>\n",
      policy_hash(style_sheet), policy_hash(script), html(terminal_text(facts.name)), style_sheet);
}

std::string facts_list(const CaseFacts& facts) {
  uint64_t bytes = 0, features = 0, files = 0, problems = 0;
  for (const ExhibitFacts& it : facts.exhibits)
    bytes += it.row.size, features += it.feature_count(), files += it.file_count(), problems += it.problem_count();
  std::string out = "<dl class=\"counts\">\n";
  auto item = [&](std::string_view name, const std::string& value) {
    out += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", name, value);
  };
  item("Exhibits", number(facts.exhibits.size()));
  item("Read", human_size(bytes));
  item("File entries", number(files));
  item("Features", number(features));
  item("Links", facts.linked ? number(facts.links_in_all - facts.without_reason) : "–");
  item("Set aside", number(facts.set_aside_count()));
  item("Problems", number(problems));
  return out + "</dl>\n";
}

constexpr std::string_view contents =
    "<nav aria-label=\"Contents\"><ul>"
    "<li><a href=\"#found\">What was found</a></li><li><a href=\"#graph\">Drawing</a></li>"
    "<li><a href=\"#clusters\">Clusters and accounts</a></li><li><a href=\"#links\">Links and their "
    "evidence</a></li><li><a href=\"#set-aside\">Set aside</a></li>"
    "<li><a href=\"#exhibits\">Exhibits</a></li><li><a href=\"#problems\">Problems</a></li>"
    "<li><a href=\"#methods\">Methods and versions</a></li></ul></nav>\n";

}  // namespace

std::string number(uint64_t value) {
  return grouped(value, "\u202F");
}

std::string size_text(uint64_t bytes) {
  return bytes < 1024 ? number(bytes) + " bytes" : human_size(bytes) + " (" + number(bytes) + " bytes)";
}

std::string table_head(std::string_view css_class, const std::vector<std::string_view>& names) {
  std::string out = fmt::format("<div class=\"wide\"><table class=\"{}\">\n<thead><tr>", css_class);
  for (std::string_view name : names) {
    bool right = name.substr(0, 1) == ">";
    out += fmt::format("<th scope=\"col\"{}>{}</th>", right ? " class=\"n\"" : "", html(name.substr(right)));
  }
  return out + "</tr></thead>\n";
}

std::string more(uint64_t left_out, std::string_view what, std::string_view table) {
  if (left_out == 0) return {};
  return fmt::format("<p class=\"note\">{} more {}: <code>weft export CASE {}</code></p>\n", number(left_out), what,
                     table);
}

std::string exhibit_id(const CaseFacts& facts, std::string_view label) {
  for (size_t i = 0; i < facts.exhibits.size(); ++i)
    if (facts.exhibits[i].row.exhibit == label) return fmt::format("exhibit-{}", i + 1);
  return "exhibits";
}

std::string exhibit_link(const CaseFacts& facts, std::string_view label) {
  return fmt::format("<a href=\"#{}\">{}</a>", exhibit_id(facts, label), evidence_text(label, 120));
}

std::string mismatch_banner(const CaseFacts& facts) {
  std::string names;
  for (const ExhibitFacts& it : facts.exhibits)
    if (it.mismatch()) names += (names.empty() ? "" : ", ") + exhibit_link(facts, it.row.exhibit);
  if (names.empty()) return {};
  return "<p class=\"alarm\" role=\"alert\"><strong>Hash MISMATCH:</strong> " + names +
         ". The bytes read do not have the hash that the container states. What is reported of these exhibits was read "
         "from the files as they are now, not from what was acquired.</p>\n";
}

// What no part of the report speaks of: a reader must not take its silence for an answer.
std::string gaps_banner(const CaseFacts& facts) {
  auto banner = [&](const char* head, const std::vector<std::string>& labels, const char* means) {
    std::string names;
    for (const std::string& it : labels) names += (names.empty() ? "" : ", ") + exhibit_link(facts, it);
    return names.empty() ? names
                         : fmt::format("<p class=\"alarm\" role=\"alert\"><strong>{}:</strong> {} of {}: {}. {}</p>\n",
                                       head, labels.size(), counted(facts.exhibits.size(), "exhibit"), names, means);
  };
  return banner("Not extracted", facts.not_extracted(),
                "They were taken in, but nothing in this report speaks of what is on them.") +
         banner("Not in the links", facts.behind,
                "They were extracted, or extracted again, after the case was linked. That no link of theirs is shown "
                "here says nothing; <code>weft link CASE</code> and a new report will.");
}

std::string page(const CaseFacts& facts, const Bounds& bounds) {
  std::string out = head(facts);
  out += "<body>\n<header>\n<p class=\"kind\">Weft report</p>\n";
  out += fmt::format("<h1>{}</h1>\n", evidence_text(facts.name));
  out += fmt::format("<p class=\"made\">Made {} by weft {}</p>\n", html(facts.made_at), html(facts.version));
  out += facts_list(facts) + mismatch_banner(facts) + gaps_banner(facts) + "</header>\n";
  out += contents;
  out += "<main>\n";
  out += findings_section(facts, bounds);
  out += graph_section(facts);
  out += clusters_section(facts);
  out += links_section(facts, bounds);
  out += set_aside_section(facts);
  out += exhibits_section(facts, bounds);
  out += problems_section(facts, bounds);
  out += methods_section(facts);
  out += "</main>\n";
  out += fmt::format("<script>{}</script>\n</body>\n</html>\n", script);
  return out;
}

}  // namespace weft::report
