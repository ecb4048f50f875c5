#include "app/power_path_file.h"

#include <algorithm>
#include <filesystem>
#include <vector>

#include "app/files.h"
#include "app/power_path_fields.h"
#include "app/toml_table.h"
#include "core/power/presets.h"

namespace sunfleck::app {
namespace {

constexpr std::size_t largest_file = std::size_t{1} << 20;
constexpr std::string_view unlimited = "unlimited";

// Reads the fields that a TOML table has; the others stay as they are.
class TomlFields {
 public:
  TomlFields(TomlFile& file, TomlTable table, std::string path)
      : file_(&file), table_(std::move(table)), path_(std::move(path)) {}

  template <class Enum, std::size_t Count>
  void word(const char* key, Enum& to, const Words<Enum, Count>& words) {
    if (!table_.has(key)) return;
    const std::string said = table_.text(key, std::nullopt);
    std::string all;
    for (const auto& [name, meaning] : words) {
      if (name == said) {
        to = meaning;
        return;
      }
      all += join(all.empty() ? "\"" : ", \"", name, "\"");
    }
    table_.wrong(key, join("one of ", all));
  }
  template <class Unit>
  void quantity(const char* key, Unit& to, Bounds bounds, std::string_view /*about*/) {
    if (!table_.has(key)) return;
    const std::string said = table_.text(key, std::nullopt);
    const bool may_be_unlimited = bounds == Bounds::may_be_unlimited;
    if (const auto value = parse_quantity<Unit>(said); value && value->si >= 0.0)
      to = *value;
    else if (may_be_unlimited && said == unlimited)
      to.si = std::numeric_limits<double>::infinity();
    else
      table_.wrong(
          key,
          join(
              "a quantity of 0 or more such as \"1 ", symbol(Unit{}), "\"",
              may_be_unlimited ? ", or \"unlimited\"" : ""));
  }
  void time(const char* key, RunTime& to, std::string_view about) {
    constexpr Seconds longest{1e9};
    Seconds time = to_seconds(to);
    const Seconds before = time;
    quantity(key, time, Bounds::finite, about);
    if (time > longest)
      table_.wrong(key, "at most 1e9 s");
    else if (time != before)
      to = to_run_time(time);
  }
  void number(const char* key, double& to, std::string_view /*about*/) {
    to = table_.real(key, to);
  }
  void flag(const char* key, bool& to, std::string_view /*about*/) { to = table_.flag(key, to); }
  template <class Unit>
  void quantities(const char* key, std::vector<Unit>& to, std::string_view /*about*/) {
    read_array(
        key, to, join("a quantity of 0 or more such as \"1 ", symbol(Unit{}), "\""),
        [](const toml::node& node) -> std::optional<Unit> {
          const auto text = node.value_exact<std::string>();
          const auto value = text ? parse_quantity<Unit>(*text) : std::nullopt;
          return value && value->si >= 0.0 ? value : std::nullopt;
        });
  }
  void numbers(const char* key, std::vector<double>& to, std::string_view /*about*/) {
    read_array(key, to, "a number", [](const toml::node& node) -> std::optional<double> {
      return node.is_number() ? node.value<double>() : std::nullopt;
    });
  }
  void efficiency(const char* key, EfficiencyTable& to) {
    const toml::array* array = table_.array(key);
    if (array == nullptr) return;
    std::vector<std::size_t> sizes;
    if (!to.storage.empty()) sizes.push_back(to.storage.size());
    if (!to.voltage.empty()) sizes.push_back(to.voltage.size());
    sizes.push_back(to.current.size());
    to.efficiency.clear();
    read_rows(key, *array, sizes, to.efficiency);
  }
  template <class Visit>
  void table(const char* key, Visit visit) {
    TomlFields inner(*file_, table_.table(key), path_.empty() ? key : join(path_, ".", key));
    if (!inner.table_.is_there()) return;
    visit(inner);
    inner.end();
  }
  template <class Value, class Visit>
  void optional_table(const char* key, std::optional<Value>& value, Visit visit) {
    table(key, [&](TomlFields& inner) {
      if (!value) value.emplace();
      visit(inner, *value);
    });
  }
  // What was not asked for is unknown. The last call.
  void end() { table_.end(); }

 private:
  void wrong(const toml::node& at, const char* key, const std::string& wanted) {
    file_->wrong(at.source(), join("'", path_, ".", key, "' must be ", wanted));
  }
  template <class Value, class Read>
  void read_array(const char* key, std::vector<Value>& to, const std::string& wanted, Read read) {
    const toml::array* array = table_.array(key);
    if (array == nullptr) return;
    to.clear();
    for (const toml::node& node : *array) {
      const std::optional<Value> value = read(node);
      if (!value) return wrong(node, key, join("an array, each of it ", wanted));
      to.push_back(*value);
    }
  }
  // Rows of rows, as many as `sizes` says from the outermost on.
  void read_rows(
      const char* key, const toml::array& rows, std::span<const std::size_t> sizes,
      std::vector<double>& to) {
    if (rows.size() != sizes.front())
      return wrong(
          rows, key,
          join(
              "rows and columns as the voltages and currents: ", sizes.front(), " here, not ",
              rows.size()));
    for (const toml::node& node : rows) {
      if (sizes.size() > 1 && node.is_array())
        read_rows(key, *node.as_array(), sizes.subspan(1), to);
      else if (sizes.size() == 1 && node.is_number())
        to.push_back(node.value<double>().value_or(0.0));
      else
        return wrong(node, key, sizes.size() > 1 ? "an array of rows here" : "a number here");
    }
  }

  TomlFile* file_;
  TomlTable table_;
  std::string path_;
};

// What check() says about a field, with the line on which the file has it.
Error with_line(const std::string& file, const toml::table& table, const Error& error) {
  const std::string field = error.text.substr(0, error.text.find(':'));
  if (const auto node = table.at_path(field)) {
    const toml::source_position at = node.node()->source().begin;
    return fail(error.code, file, ":", at.line, ":", at.column, ": ", error.text);
  }
  return fail(error.code, file, ": ", error.text);
}

bool is_file_name(const std::string& spec) {
  return spec.ends_with(".toml") || spec.find('/') != std::string::npos;
}

}  // namespace

std::string default_power_path(HarvestKind kind) {
  switch (kind) {
    case HarvestKind::received_power:
      return "p2110b";
    case HarvestKind::voltage_into_load:
      return "bq25504";
    case HarvestKind::power:
    case HarvestKind::voltage_behind_resistance:
    case HarvestKind::operating_point:
    case HarvestKind::iv_curve:
    case HarvestKind::isc_voc:
    case HarvestKind::diode:
    case HarvestKind::irradiance:
      break;
  }
  return "bq25570";
}

Result<PowerPathConfig> read_power_path(std::string_view text, const std::string& file) {
  const toml::parse_result parsed = toml::parse(text);
  TomlFile source(file, "a power path");
  if (!parsed) {
    source.wrong(parsed.error().source(), std::string(parsed.error().description()));
    return source.status().error();
  }
  TomlTable root(source, &parsed.table(), "");
  const std::string base = root.text("base", std::nullopt);
  TRY(source.status());
  const Result<PowerPathConfig> preset = power_path_preset(base);
  if (!preset) {
    root.wrong("base", join("a preset: ", preset.error().text));
    return source.status().error();
  }
  PowerPathConfig config = *preset;
  TomlFields fields(source, root, "");
  visit_power_path(fields, config);
  fields.end();
  TRY(source.status());
  if (const Status sound = check(config); !sound)
    return with_line(file, parsed.table(), sound.error());
  return config;
}

Result<NamedPowerPath> find_power_path(const std::string& spec) {
  const auto presets = power_path_presets();
  const auto preset = std::ranges::find(presets, spec, &PowerPathPreset::name);
  if (preset != presets.end())
    return NamedPowerPath{
        .name = spec,
        .config = preset->config(),
        .origin = join(preset->summary, "; ", preset->source)};
  if (!is_file_name(spec)) {
    const Error unknown = power_path_preset(spec).error();
    return fail(Errc::usage, "--path: ", unknown.text, ", and TOML files such as my_path.toml");
  }
  const std::vector<std::uint8_t> bytes = TRY(read_file(spec, largest_file));
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  NamedPowerPath path{.name = std::filesystem::path(spec).stem().string()};
  path.config = TRY(read_power_path(text, spec));
  path.origin = join("the file ", spec);
  path.toml = to_toml(path.config, power_path_presets().front().name);
  return path;
}

}  // namespace sunfleck::app
