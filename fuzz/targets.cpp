#include "targets.h"

#include <memory>

#include "parser_target.h"
#include "scan/scanner.h"
#include "scan_target.h"

namespace weft::fuzz {

std::vector<std::string> target_names() {
  std::vector<std::string> out = scan::scan_targets();
  for (std::string& name : artefacts::parser_targets()) out.push_back(std::move(name));
  return out;
}

Target target_named(std::string_view name) {
  if (name.starts_with(artefacts::parser_prefix))
    return [target = artefacts::ParserTarget(name)](Bytes bytes) { target.run(bytes); };
  return [target = std::make_shared<scan::ScanTarget>(name)](Bytes bytes) { target->run(bytes); };
}

std::vector<std::string> examples_of(std::string_view name) {
  std::vector<std::string> out = artefacts::parser_seeds(name);
  for (const scan::Scanner* scanner : scan::scanners())
    if (name == "all" || name == scanner->name)
      for (const scan::Example& example : scanner->examples) out.emplace_back(example.text);
  return out;
}

}  // namespace weft::fuzz
