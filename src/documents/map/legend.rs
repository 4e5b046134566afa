//! The legend (图例): the signs that a map has, and no others.

use super::picture::small;

/// A sign: what in the map's svg shows that it is there, the sign in 8 × 4 mm, what it is.
type Entry = (&'static str, &'static str, &'static str);

const ENTRIES: &[Entry] = &[
    ("class='border province'", "<path class='border province' d='M0 2H9'/>", "省级界线"),
    ("class='border prefecture'", "<path class='border prefecture' d='M0 2H9'/>", "地级界线"),
    ("class='border county'", "<path class='border county' d='M0 2H9'/>", "县级界线"),
    ("class='border township'", "<path class='border township' d='M0 2H9'/>", "乡级界线"),
    ("class='border lower'", "<path class='border lower' d='M0 2H9'/>", "下级区划界"),
    (
        "M",
        "<rect class='stone' x='3.6' y='1.1' width='1.8' height='1.8'/><circle class='stone-dot' cx='4.5' cy='2' r='0.3'/>",
        "单立界桩",
    ),
    (
        "class='stone-dot' x=",
        "<rect class='stone' x='3.6' y='1.1' width='1.8' height='1.8'/><rect class='stone-dot' x='3.6' y='1.1' width='0.9' height='1.8'/>",
        "同号双立界桩",
    ),
    (
        "<path class='stone'",
        "<path class='stone' d='M4.5 0.7l1.25 2.1h-2.5z'/><circle class='stone-dot' cx='4.5' cy='2' r='0.3'/>",
        "同号三立界桩",
    ),
    ("class='end'", "<circle class='end' cx='4.5' cy='2' r='1.1'/>", "界线端点、三交点"),
    (
        "class='road r0'",
        "<path class='road case r0' d='M0 2H9'/><path class='road r0' d='M0 2H9'/>",
        "高速公路、国道",
    ),
    (
        "class='road r1'",
        "<path class='road case r1' d='M0 2H9'/><path class='road r1' d='M0 2H9'/>",
        "主干路、省道",
    ),
    (
        "class='road r2'",
        "<path class='road case r2' d='M0 2H9'/><path class='road r2' d='M0 2H9'/>",
        "次干路、县道",
    ),
    ("class='road r3'", "<path class='road r3' d='M0 2H9'/>", "其他道路"),
    ("class='road r4'", "<path class='road r4' d='M0 2H9'/>", "小路"),
    ("class='water-line", "<path class='water-line' d='M0 2C2 0.5 3 0.5 4.5 2S7 3.5 9 2'/>", "河流、沟渠"),
    ("class='water'", "<rect class='water' y='0.6' width='9' height='2.8'/>", "湖泊、水面"),
    ("class='green'", "<rect class='green' y='0.6' width='9' height='2.8'/>", "绿地"),
    ("class='place-dot'", "<circle class='place-dot' cx='4.5' cy='2' r='0.6'/>", "地名"),
    ("class='cross'", "<path class='cross' d='M3 2h3M4.5 0.5v3'/>", "公里网"),
];

/// Draws it, in two columns, 62 mm wide; `map` is the map's svg.
pub fn legend(map: &str, level: &str, sans: &str, song: &str) -> String {
    let line = format!("<path class='band' d='M0 2H9'/><path class='the-line {level}' d='M0 2H9'/>");
    let single = "<circle class='stone-dot'";
    let there = |entry: &&Entry| {
        if entry.2 == "单立界桩" {
            map.contains("<rect class='stone'") && map.contains(single)
        } else {
            map.contains(entry.0)
        }
    };
    let mut all: Vec<(&str, &str)> = vec![(&line, "本界线")];
    all.extend(ENTRIES.iter().filter(there).map(|entry| (entry.1, entry.2)));
    let rows = all.len().div_ceil(2);
    let mut body = String::new();
    for (at, (sign, words)) in all.iter().enumerate() {
        let (column, row) = (at / rows, at % rows);
        let (x, y) = (column as f64 * 31.0, row as f64 * 5.0);
        body.push_str(&format!(
            "<g transform='translate({x} {y})'>{sign}<text class='legend' x='11' y='2.9'>{words}</text></g>"
        ));
    }
    small(&body, (62.0, rows as f64 * 5.0), (sans, song))
}
