// Words and numbers as people read them, and evidence text made harmless for the page or the terminal.
#pragma once

#include <string>
#include <string_view>

namespace weft::report {

// "e-mail address" for "email"; a kind without a name of its own is shown as it is, '_' as space.
std::string kind_name(std::string_view kind);
// The same for a comma-separated list of kinds.
std::string kind_names(std::string_view kinds);
// 1234567 with a separator between groups of three.
std::string grouped(uint64_t number, std::string_view separator);
// "1 file", "2,000 files"; the plural takes an s unless given.
std::string counted(uint64_t number, std::string_view one, std::string_view many = {});

// Columns a text takes on a terminal (combining marks 0, East Asian wide 2).
size_t columns(std::string_view text);
// Cuts to a width, with "…" in place of what is gone.
std::string fit(std::string_view text, size_t width);
// The same of a label, cut in its middle: those of one place often begin alike, and differ at the end.
std::string fit_label(std::string_view label, size_t width);

// Evidence text for a terminal: control, bidirectional and invisible characters are shown by number, one line.
std::string terminal_text(std::string_view text);
// Evidence text for HTML: escaped, inside <bdi>, control, bidirectional and invisible characters shown by number, long
// values cut at `bytes` with their length said.
std::string evidence_text(std::string_view text, size_t bytes = 320);

}  // namespace weft::report
