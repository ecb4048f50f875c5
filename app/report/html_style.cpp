#include "app/report/html_style.h"

#include <array>

#include "app/render/palette.h"
#include "core/base/text.h"

namespace sunfleck::app {
namespace {

constexpr std::array colour_names{"blue", "orange", "green", "red", "purple", "sky", "grey"};
static_assert(colour_names.size() == colour_count);

// "#0072b2", as drawings have it.
std::string css_colour(std::uint32_t rgb) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text = "#";
  for (int shift = 20; shift >= 0; shift -= 4)
    text += digits[(rgb >> shift) & 0xFU];
  return text;
}

// What a theme has beside the palette: grounds that stand out a little from the page, and headings.
struct PageColours {
  const char* raised;
  const char* stripe;
  const char* heading;
};
constexpr PageColours light_page{"#eef2f7", "#f7f9fb", "#1f4f8f"};
constexpr PageColours dark_page{"#1a2430", "#151e29", "#8fbdf2"};

std::string variables(Theme theme) {
  const Palette& palette = palette_of(theme);
  const PageColours& page = theme == Theme::dark ? dark_page : light_page;
  std::string text = join(
      ":root{--ground:", css_colour(palette.background), ";--text:", css_colour(palette.text),
      ";--muted:", css_colour(palette.muted), ";--grid:", css_colour(palette.grid),
      ";--frame:", css_colour(palette.frame), ";--raised:", page.raised, ";--stripe:", page.stripe,
      ";--heading:", page.heading);
  for (std::size_t i = 0; i < colour_count; ++i)
    text += join(";--", colour_names[i], ":", css_colour(palette.colours[i]));
  return text + "}\n";
}

void append_exchange(std::string& to, std::uint32_t drawn, std::uint32_t shown) {
  for (const char* property : {"fill", "stroke"})
    to += join(
        "svg [", property, "=\"", css_colour(drawn), "\"]{", property, ":", css_colour(shown),
        "}\n");
}

std::string dark_rules() {
  const Palette& drawn = palette_of(Theme::light);
  const Palette& shown = palette_of(Theme::dark);
  std::string text = variables(Theme::dark);
  append_exchange(text, drawn.background, shown.background);
  append_exchange(text, drawn.text, shown.text);
  append_exchange(text, drawn.muted, shown.muted);
  append_exchange(text, drawn.grid, shown.grid);
  append_exchange(text, drawn.frame, shown.frame);
  for (std::size_t i = 0; i < colour_count; ++i)
    append_exchange(text, drawn.colours[i], shown.colours[i]);
  return text;
}

constexpr const char* rules = R"(*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--text);
font:15px/1.5 Inter,"Segoe UI",system-ui,-apple-system,"Helvetica Neue","DejaVu Sans",sans-serif;
-webkit-text-size-adjust:100%}
main{max-width:64rem;margin:0 auto;padding:2.5rem 1.5rem 3rem}
h1{font-size:1.75rem;line-height:1.25;margin:0 0 .5rem;letter-spacing:-.01em}
h2{font-size:1.2rem;line-height:1.3;margin:2.5rem 0 .75rem;color:var(--heading);break-after:avoid}
p{margin:.5rem 0;max-width:48rem;overflow-wrap:anywhere}
.summary{font-size:1.05rem}
nav{margin:1rem 0 0;font-size:.85rem;line-height:1.9}
nav a{color:var(--heading);text-decoration:none;margin-right:1.1em;white-space:nowrap}
nav a:hover{text-decoration:underline}
figure{margin:1rem 0;break-inside:avoid}
figure svg{display:block;width:100%;height:auto}
figcaption,caption{color:var(--muted);font-size:.85rem;text-align:left;overflow-wrap:anywhere}
figcaption{margin-top:.35rem;max-width:52rem}
caption{padding:0 0 .4rem}
.wide{overflow-x:auto;margin:1rem 0}
table{border-collapse:collapse;min-width:100%;font-size:.87rem;font-variant-numeric:tabular-nums}
thead{display:table-header-group}
tr{break-inside:avoid}
th{background:var(--raised);font-weight:600;vertical-align:bottom}
th,td{padding:.32rem .7rem;text-align:left;border-bottom:1px solid var(--grid)}
td{vertical-align:top;overflow-wrap:anywhere}
.right{text-align:right;white-space:nowrap}
.total td{font-weight:600;border-top:1px solid var(--frame)}
tbody tr:nth-child(even){background:var(--stripe)}
.swatch{display:inline-block;width:.7em;height:.7em;margin-right:.55em;border-radius:2px}
.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,27rem),1fr));
column-gap:2.5rem;margin:1rem 0;font-size:.9rem}
.facts div{display:flex;justify-content:space-between;gap:1.5rem;padding:.3rem 0;
border-bottom:1px solid var(--grid);break-inside:avoid}
.facts dt{color:var(--muted);flex:none;max-width:60%}
.facts dd{margin:0;text-align:right;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
.headline{display:grid;grid-template-columns:repeat(auto-fit,minmax(10.5rem,1fr));gap:.75rem;
margin:1.4rem 0}
.headline div{background:var(--raised);border-radius:8px;padding:.7rem .9rem;break-inside:avoid;
display:flex;flex-direction:column-reverse;justify-content:flex-end}
.headline dt{color:var(--muted);font-size:.8rem}
.headline dd{margin:0;font-size:1.3rem;font-weight:600;font-variant-numeric:tabular-nums;
white-space:nowrap}
footer{margin-top:3rem;padding-top:.75rem;border-top:1px solid var(--grid);color:var(--muted);
font-size:.8rem;overflow-wrap:anywhere}
@media print{@page{size:A4;margin:16mm}
body{font-size:10pt}main{max-width:none;padding:0}nav{display:none}.wide{overflow:visible}
th,.headline div,tbody tr:nth-child(even),.swatch{-webkit-print-color-adjust:exact;
print-color-adjust:exact}}
)";

}  // namespace

const char* name_of(Colour colour) { return colour_names.at(static_cast<std::size_t>(colour)); }

std::string html_style(DocumentTheme theme) {
  std::string text = variables(Theme::light) + rules;
  for (const char* name : colour_names)
    text += join(".", name, "{background:var(--", name, ")}\n");
  if (theme == DocumentTheme::dark) text += dark_rules();
  if (theme == DocumentTheme::reader)
    text += "@media screen and (prefers-color-scheme:dark){\n" + dark_rules() + "}\n";
  return text;
}

}  // namespace sunfleck::app
