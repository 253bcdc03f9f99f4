// The parts of the HTML report, in the order they appear, and the few pieces of markup they share. Each returns a
// <section>; what comes from the evidence goes through evidence_text and nothing else.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "report/facts.h"

namespace weft::report {

std::string findings_section(const CaseFacts& facts, const Bounds& bounds);
std::string graph_section(const CaseFacts& facts);
std::string clusters_section(const CaseFacts& facts);
std::string links_section(const CaseFacts& facts, const Bounds& bounds);
std::string set_aside_section(const CaseFacts& facts);
std::string exhibits_section(const CaseFacts& facts, const Bounds& bounds);
std::string problems_section(const CaseFacts& facts, const Bounds& bounds);
std::string methods_section(const CaseFacts& facts);

// A number with thin separators.
std::string number(uint64_t value);
// "12.0 MiB (12,582,912 bytes)"
std::string size_text(uint64_t bytes);
// <table> with its head; a name that starts with '>' is a column of numbers, aligned right. Close with
// "</table></div>".
std::string table_head(std::string_view css_class, const std::vector<std::string_view>& names);
// "12 more: weft export CASE link"; empty when nothing is left out.
std::string more(uint64_t left_out, std::string_view what, std::string_view table);
std::string exhibit_id(const CaseFacts& facts, std::string_view label);
// The label as a link to the exhibit's section.
std::string exhibit_link(const CaseFacts& facts, std::string_view label);
// The banner for exhibits whose hash is not the one their container states; empty when there is none.
std::string mismatch_banner(const CaseFacts& facts);

// Embedded in the page.
extern const std::string_view style_sheet, script;

}  // namespace weft::report
