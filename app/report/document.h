#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "app/render/chart.h"
#include "app/table.h"

namespace sunfleck::app {

// A number as it is shown and as it is: what a person reads, and what a script takes.
struct Quantified {
  std::string text;                   // "2.418 mJ"; of a cell that is no number all there is
  std::optional<double> value{};      // in the SI unit
  std::optional<double> deviation{};  // one deviation, likewise; shown by the text where it matters
  std::optional<Colour> colour{};     // a swatch before the text, as the legend of a figure has it
};

// A line of a list of facts.
struct Fact {
  std::string key;    // in JSON: "energy_per_inference_joules"; one of its kind in a document
  std::string label;  // "Energy per inference"
  Quantified value;
};

struct DocumentColumn {
  std::string key;    // in JSON: "compute_joules"
  std::string title;  // "Compute"
  Align align = Align::right;
};

struct DocumentTable {
  std::string key;  // one of its kind; in JSON, and a part of the name of its CSV file: "layers"
  std::string caption{};
  std::vector<DocumentColumn> columns;
  std::vector<std::vector<Quantified>> rows;  // [rows][columns]
  bool has_total = false;                     // the last row sums up the others
};

struct Paragraph {
  std::string text;
};

struct FactList {
  std::vector<Fact> facts;
  bool headline = false;  // few and short: shown large, side by side
};

struct Figure {
  std::string key;  // names its file: "timeline"
  std::string caption{};
  Chart chart;
};

using Block = std::variant<Paragraph, FactList, DocumentTable, Figure>;

struct Section {
  std::string heading;
  std::vector<Block> blocks;
};

// A report as a value. Each form (HTML, PDF, Markdown, CSV, JSON) is made of it, and none says what
// another does not: every number that is shown is in the JSON too.
struct Document {
  std::string title;    // "Run 147: kws_ref_model on rf-cart"
  std::string summary;  // a sentence or two below it
  std::vector<Section> sections;
  std::string footer;  // on every page: what makes the report traceable ("run 147, plan 9f31c2e0")
  nlohmann::json data = nlohmann::json::object();  // all that is known, beside what is shown
};

}  // namespace sunfleck::app
