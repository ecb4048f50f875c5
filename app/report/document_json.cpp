// Reports as JSON.

#include "app/report/document_forms.h"

namespace sunfleck::app {
namespace {

using nlohmann::json;

json value_of(const Quantified& cell) { return cell.value ? json(*cell.value) : json(cell.text); }

json fact_json(const Fact& fact) {
  json object{{"label", fact.label}, {"text", fact.value.text}};
  if (fact.value.value) object["value"] = *fact.value.value;
  if (fact.value.deviation) object["deviation"] = *fact.value.deviation;
  return object;
}

// Rows as values by column, which a data frame is made of, and as they are shown.
json table_json(const DocumentTable& table) {
  json object{
      {"caption", table.caption},
      {"columns", json::array()},
      {"rows", json::array()},
      {"text", json::array()}};
  for (const DocumentColumn& column : table.columns)
    object["columns"].push_back({{"key", column.key}, {"title", column.title}});
  for (const auto& cells : table.rows) {
    json row = json::object();
    json text = json::array();
    for (std::size_t i = 0; i < cells.size() && i < table.columns.size(); ++i) {
      const std::string& key = table.columns[i].key;
      row[key] = value_of(cells[i]);
      if (cells[i].deviation) row[key + "_deviation"] = *cells[i].deviation;
      text.push_back(cells[i].text);
    }
    object["rows"].push_back(std::move(row));
    object["text"].push_back(std::move(text));
  }
  return object;
}

json axis_json(const Axis& axis) { return {{"label", axis.label}, {"unit", axis.unit}}; }

json series_json(const Series& series) {
  json object{{"name", series.name}, {"x", series.x}, {"y", series.y}};
  if (!series.low.empty()) object["low"] = series.low;
  if (!series.high.empty()) object["high"] = series.high;
  return object;
}

json lane_json(const Lane& lane) {
  json spans = json::array();
  for (const Span& span : lane.spans)
    spans.push_back(
        {{"from", span.from}, {"to", span.to}, {"text", span.text}, {"share", span.strength}});
  return {{"name", lane.name}, {"spans", std::move(spans)}};
}

json bar_json(const Bar& bar) {
  json object{{"name", bar.name}, {"text", bar.text}, {"parts", json::array()}};
  for (const BarPart& part : bar.parts)
    object["parts"].push_back({{"name", part.name}, {"value", part.value}});
  if (bar.deviation) object["deviation"] = *bar.deviation;
  return object;
}

template <class Values, class ToJson>
void put_list(json& to, const char* key, const Values& values, ToJson to_json) {
  if (values.empty()) return;
  json& list = to[key] = json::array();
  for (const auto& value : values)
    list.push_back(to_json(value));
}

json panel_json(const ChartPanel& panel) {
  json object{{"y", axis_json(panel.y)}};
  put_list(object, "series", panel.series, &series_json);
  put_list(object, "lanes", panel.lanes, &lane_json);
  put_list(object, "bars", panel.bars, &bar_json);
  put_list(object, "levels", panel.levels, [](const Level& level) {
    return json{{"at", level.at}, {"text", level.text}};
  });
  return object;
}

json figure_json(const Figure& figure) {
  const Chart& chart = figure.chart;
  json object{
      {"caption", figure.caption},
      {"title", chart.title},
      {"note", chart.note},
      {"x", axis_json(chart.x)}};
  put_list(object, "panels", chart.panels, &panel_json);
  put_list(object, "markers", chart.markers, [](const Marker& marker) {
    return json{{"at", marker.at}, {"text", marker.text}};
  });
  return object;
}

// Under its key, or under the first free one of key_2, key_3...; returns which.
std::string put(json& to, const std::string& key, json value) {
  std::string free = key;
  for (int i = 2; to.contains(free); ++i)
    free = key + "_" + std::to_string(i);
  to[free] = std::move(value);
  return free;
}

// Puts what blocks show under their keys, and says what stands where.
class Contents {
 public:
  json facts = json::object();
  json tables = json::object();
  json figures = json::object();

  json operator()(const Paragraph& paragraph) { return {{"paragraph", paragraph.text}}; }
  json operator()(const FactList& list) {
    json keys = json::array();
    for (const Fact& fact : list.facts)
      keys.push_back(put(facts, fact.key, fact_json(fact)));
    return {{"facts", std::move(keys)}};
  }
  json operator()(const DocumentTable& table) {
    return {{"table", put(tables, table.key, table_json(table))}};
  }
  json operator()(const Figure& figure) {
    return {{"figure", put(figures, figure.key, figure_json(figure))}};
  }
};

}  // namespace

json to_json(const Document& document) {
  Contents contents;
  json sections = json::array();
  for (const Section& section : document.sections) {
    json blocks = json::array();
    for (const Block& block : section.blocks)
      blocks.push_back(std::visit(contents, block));
    sections.push_back({{"heading", section.heading}, {"blocks", std::move(blocks)}});
  }
  return {
      {"title", document.title},
      {"summary", document.summary},
      {"footer", document.footer},
      {"sections", std::move(sections)},
      {"facts", std::move(contents.facts)},
      {"tables", std::move(contents.tables)},
      {"figures", std::move(contents.figures)},
      {"data", document.data}};
}

}  // namespace sunfleck::app
