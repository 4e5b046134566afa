//! Text to legs. Agreements say the same in many ways; what is looked for is where a leg begins (自…起), what it
//! follows (沿…), in which direction (向…), how far (…米) and where it ends (至…). What says none of that is
//! given back unread; nothing is guessed.

use super::{Alignment, Direction, Leg};

/// Characters of a text that are read; agreements have some thousands.
const MOST: usize = 200_000;

/// A part of a text that says nothing of a leg.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// the clause
    pub text: String,
    /// after how many legs it stands
    pub after: usize,
}

/// Reads a text; what could not be read comes beside it. O(n).
pub fn read(text: &str) -> (Alignment, Vec<Unread>) {
    let mut reader = Reader::default();
    for (clause, ends) in clauses(&plain(text)) {
        reader.clause(&clause);
        if ends {
            reader.flush();
        }
    }
    reader.flush();
    (reader.found, reader.unread)
}

/// Half-width digits, no spaces, no commas within numbers.
fn plain(text: &str) -> Vec<char> {
    let half = |c: char| match c {
        '０'..='９' => char::from_u32(c as u32 - '０' as u32 + '0' as u32).unwrap_or(c),
        '．' => '.',
        c => c,
    };
    let chars: Vec<char> = text.chars().take(MOST).map(half).filter(|c| !c.is_whitespace()).collect();
    let digit = |at: usize| chars.get(at).is_some_and(char::is_ascii_digit);
    let grouping = |at: usize| {
        matches!(chars[at], ',' | '，')
            && at > 0
            && digit(at - 1)
            && (1..=3).all(|step| digit(at + step))
            && !digit(at + 4)
    };
    (0..chars.len()).filter(|at| !grouping(*at)).map(|at| chars[at]).collect()
}

/// Clauses, and whether a leg ends with them.
fn clauses(chars: &[char]) -> Vec<(String, bool)> {
    let mut out = Vec::new();
    let mut clause = String::new();
    for (at, c) in chars.iter().enumerate() {
        let between_digits = *c == '.' && chars.get(at + 1).is_some_and(char::is_ascii_digit);
        let ends = match c {
            '；' | ';' | '。' | '\n' => Some(true),
            '.' if !between_digits => Some(true),
            '，' | ',' | '、' | '：' | ':' => Some(false),
            _ => None,
        };
        match ends {
            None => clause.push(*c),
            Some(ends) => out.push((std::mem::take(&mut clause), ends)),
        }
    }
    out.push((clause, true));
    out
}

#[derive(Default)]
struct Reader {
    found: Alignment,
    unread: Vec<Unread>,
    leg: Leg,
}

/// What one clause says.
#[derive(Default, Debug, PartialEq)]
struct Said {
    from: Option<String>,
    feature: Option<(String, String)>,
    direction: Option<Direction>,
    distance_m: Option<f64>,
    to: Option<String>,
    turns: bool,
}

impl Said {
    fn is_nothing(&self) -> bool {
        *self == Self { turns: self.turns, ..Self::default() }
    }
}

impl Reader {
    fn clause(&mut self, clause: &str) {
        if clause.is_empty() {
            return;
        }
        if let Some(metres) = total(clause) {
            self.flush();
            self.found.total_m = Some(metres);
            return;
        }
        let said = say(clause);
        if said.is_nothing() {
            let after = self.found.legs.len();
            self.unread.push(Unread { text: clause.chars().take(80).collect(), after });
            return;
        }
        let again = said.from.is_some() && !self.leg.from.is_empty()
            || said.feature.is_some() && !self.leg.feature.is_empty()
            || said.direction.is_some() && self.leg.direction.is_some()
            || said.distance_m.is_some() && self.leg.distance_m.is_some()
            || said.turns
            || !self.leg.to.is_empty();
        if again {
            self.flush();
        }
        let leg = &mut self.leg;
        if let Some(from) = said.from {
            leg.from = from;
        }
        if let Some((feature, name)) = said.feature {
            (leg.feature, leg.feature_name) = (feature, name);
        }
        leg.direction = said.direction.or(leg.direction);
        leg.distance_m = said.distance_m.or(leg.distance_m);
        if let Some(to) = said.to {
            leg.to = to;
        }
    }

    /// The leg is whole; one of which only the beginning is known waits.
    fn flush(&mut self) {
        let only_from = Leg { from: self.leg.from.clone(), ..Leg::default() };
        if self.leg == only_from {
            return;
        }
        let mut leg = std::mem::take(&mut self.leg);
        if leg.from.is_empty()
            && let Some(before) = self.found.legs.last()
        {
            leg.from.clone_from(&before.to);
        }
        self.found.legs.push(leg);
    }
}

/// The whole length, where a clause says that and nothing else.
fn total(clause: &str) -> Option<f64> {
    const WORDS: [&str; 7] = ["全长", "总长", "全线长", "界线长", "共长", "全段长", "线长"];
    let at = WORDS.iter().find_map(|word| clause.find(word))?;
    let leg = ["向", "沿", "至"].iter().any(|word| clause.contains(word));
    if leg { None } else { distance(&clause[at..]) }
}

fn say(clause: &str) -> Said {
    let turns = ["转", "折", "再", "又", "然后", "继续", "拐"].iter().any(|word| clause.starts_with(word));
    let (from, rest) = begins(clause);
    let (way, to) = ends(rest);
    let (feature, way) = follows(way);
    Said { from, feature, direction: direction(way), distance_m: distance(way), to, turns }
}

/// 自…起 and the like; the rest.
fn begins(clause: &str) -> (Option<String>, &str) {
    const BEGIN: [&str; 6] = ["起自", "始自", "始于", "自", "从", "由"];
    const UNTIL: [&str; 5] = ["开始", "出发", "起始", "起", "始"];
    let Some((at, word)) = BEGIN.iter().find_map(|word| Some((clause.find(word)?, *word))) else {
        return (None, clause);
    };
    let rest = &clause[at + word.len()..];
    // 起 within a name (起点山) is no end of it.
    let end = rest.char_indices().skip(1).find_map(|(at, _)| {
        let until = UNTIL.iter().find(|until| rest[at..].starts_with(**until))?;
        let after = at + until.len();
        (!rest[after..].starts_with('点')).then_some((at, after))
    });
    match end {
        Some((end, after)) => (place(&rest[..end]), &rest[after..]),
        // What begins with a word of two letters ends with the clause; 自 and the like need their 起.
        None if word.len() > 3 || at == 0 && !rest.contains(['向', '沿', '至']) => (place(rest), ""),
        None => (None, clause),
    }
}

/// 至… at the end of a clause, behind what is said of the way; what stands before it.
fn ends(clause: &str) -> (&str, Option<String>) {
    const WORDS: [&str; 5] = ["直至", "到达", "至", "到", "抵"];
    const BEFORE: [char; 10] = ['行', '米', '里', 'm', 'M', '伸', '进', '线', '而', '后'];
    let found = clause.char_indices().filter_map(|(at, _)| {
        let word = WORDS.iter().find(|word| clause[at..].starts_with(**word))?;
        Some((at, at + word.len()))
    });
    let found: Vec<(usize, usize)> = found.collect();
    let behind = |at: usize| at == 0 || clause[..at].ends_with(BEFORE);
    let best = found.iter().find(|(at, _)| behind(*at)).or(found.last());
    let Some((at, after)) = best else { return (clause, None) };
    match place(&clause[*after..]) {
        Some(to) => (&clause[..*at], Some(to)),
        None => (clause, None),
    }
}

/// A place without the words round it: `001号界桩止` is `001`.
fn place(text: &str) -> Option<String> {
    let mut rest = text.trim_matches(['（', '）', '(', ')', '“', '”']);
    for end in ["为止", "终止", "而止", "止", "处"] {
        rest = rest.strip_suffix(end).unwrap_or(rest);
    }
    for end in ["号界桩点", "号界桩", "号界碑", "号桩"] {
        if let Some(number) = rest.strip_suffix(end)
            && !number.is_empty()
        {
            return Some(number.strip_prefix('第').unwrap_or(number).to_owned());
        }
    }
    (!rest.is_empty()).then(|| rest.to_owned())
}

/// 沿… up to where the direction or the distance begins; what is left beside it.
fn follows(way: &str) -> (Option<(String, String)>, &str) {
    if way.contains("直线") {
        return (Some(("straight".into(), String::new())), way);
    }
    let Some((at, word)) = ["沿着", "沿", "顺着", "顺", "循"].iter().find_map(|w| Some((way.find(w)?, *w)))
    else {
        return (None, way);
    };
    let rest = &way[at + word.len()..];
    const UNTIL: [&str; 6] = ["延伸", "前行", "上行", "下行", "行进", "行"];
    // 向 within a name (向阳路) is no end of it, nor is 行 where a direction follows later.
    let places = || rest.char_indices().skip(1).map(|(at, _)| at);
    let turns = |at: &usize| {
        let behind = ["向", "往", "朝"].iter().find_map(|word| rest[*at..].strip_prefix(word));
        behind.is_some_and(|behind| Direction::begin(behind).is_some())
    };
    let goes = |at: &usize| UNTIL.iter().any(|until| rest[*at..].starts_with(until));
    let end = places().find(turns).or_else(|| places().find(goes)).unwrap_or(rest.len());
    (feature(&rest[..end]), &rest[end..])
}

/// What a feature is by the end of its name, and the name before it.
fn feature(text: &str) -> Option<(String, String)> {
    const KINDS: &[(&str, &str)] = &[
        ("主航道中心线", "river_centre"),
        ("河流中心线", "river_centre"),
        ("河道中心线", "river_centre"),
        ("水流中心线", "river_centre"),
        ("河中心线", "river_centre"),
        ("河流中心", "river_centre"),
        ("河心线", "river_centre"),
        ("河心", "river_centre"),
        ("河岸线", "river_bank"),
        ("河岸", "river_bank"),
        ("岸线", "river_bank"),
        ("水库水面", "lake"),
        ("水面", "lake"),
        ("山脊线", "ridge"),
        ("山脊", "ridge"),
        ("分水岭", "ridge"),
        ("分水线", "ridge"),
        ("山梁", "ridge"),
        ("谷底线", "valley"),
        ("山谷线", "valley"),
        ("山谷", "valley"),
        ("冲沟", "valley"),
        ("沟谷", "valley"),
        ("箐沟", "valley"),
        ("山坡", "slope"),
        ("陡坎", "slope"),
        ("陡崖", "slope"),
        ("铁路中心线", "railway"),
        ("铁路", "railway"),
        ("沟渠中心线", "ditch"),
        ("水渠中心线", "ditch"),
        ("沟渠", "ditch"),
        ("水渠", "ditch"),
        ("大沟", "ditch"),
        ("道路中心线", "road"),
        ("公路中心线", "road"),
        ("道路", "road"),
        ("公路", "road"),
        ("小路", "road"),
        ("机耕路", "road"),
        ("围墙", "wall"),
        ("田埂", "field_ridge"),
        ("地埂", "field_ridge"),
    ];
    const LINE: [&str; 3] = ["中心线", "中线", "中心"];
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let found = KINDS.iter().filter(|(word, _)| text.ends_with(word)).max_by_key(|(word, _)| word.len());
    let name = LINE.iter().find_map(|line| text.strip_suffix(line)).unwrap_or(text);
    if let Some((word, kind)) = found {
        let before = &text[..text.len() - word.len()];
        // 京昆公路 is called so; of 大尖山山脊线 only the hill is a name.
        let whole = ["road", "railway", "river_centre", "ditch"].contains(kind) && !before.is_empty();
        return Some(((*kind).to_owned(), if whole { name } else { before }.to_owned()));
    }
    let kind = match name.chars().next_back() {
        Some('河' | '江' | '溪' | '川' | '水') => "river_centre",
        Some('路' | '街' | '道' | '巷' | '线') => "road",
        Some('沟' | '渠') => "ditch",
        Some('山' | '岭' | '脊' | '梁') => "ridge",
        Some('箐' | '谷' | '冲') => "valley",
        Some('湖' | '库' | '海' | '塘') => "lake",
        _ => "other",
    };
    Some((kind.to_owned(), name.to_owned()))
}

/// The direction behind 向, 往 or 朝, else one right before 行 or 方向.
fn direction(way: &str) -> Option<Direction> {
    let behind =
        ["向", "往", "朝"].iter().flat_map(|word| way.match_indices(word)).filter_map(|(at, word)| {
            let rest = &way[at + word.len()..];
            Direction::begin(rest).map(|(direction, _)| (at, direction))
        });
    if let Some((_, direction)) = behind.min_by_key(|(at, _)| *at) {
        return Some(direction);
    }
    let starts = way.char_indices().map(|(at, _)| at);
    let mut found = starts.filter_map(|at| {
        let (direction, len) = Direction::begin(&way[at..])?;
        let rest = &way[at + len..];
        ["行", "方向", "走", "延伸"].iter().any(|word| rest.starts_with(word)).then_some(direction)
    });
    found.next()
}

/// A number with a unit of length, in metres.
fn distance(text: &str) -> Option<f64> {
    const UNITS: [(&str, f64); 7] = [
        ("公里", 1000.0),
        ("千米", 1000.0),
        ("km", 1000.0),
        ("KM", 1000.0),
        ("Km", 1000.0),
        ("米", 1.0),
        ("m", 1.0),
    ];
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let end = at + bytes[at..].iter().take_while(|b| b.is_ascii_digit() || **b == b'.').count();
        let unit = UNITS.iter().find(|(unit, _)| text[end..].starts_with(unit));
        if let (Some((_, metres)), Ok(number)) = (unit, text[at..end].parse::<f64>()) {
            return Some(number * metres);
        }
        at = end;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::write;
    use super::*;
    use proptest::prelude::*;

    fn leg(from: &str, feature: &str, name: &str, direction: &str, metres: f64, to: &str) -> Leg {
        Leg {
            from: from.into(),
            feature: feature.into(),
            feature_name: name.into(),
            direction: Direction::begin(direction).map(|(direction, _)| direction),
            distance_m: (metres > 0.0).then_some(metres),
            to: to.into(),
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let alignment = Alignment {
            legs: vec![
                leg("官盘嵩三交点", "river_centre", "宝象河", "北偏东北", 1234.0, "53010001030111001"),
                leg("53010001030111001", "ridge", "", "东", 500.0, ""),
                leg("", "ridge", "", "南偏东南", 80.0, "53010001030111002"),
                leg("53010001030111002", "straight", "", "西", 1000.0, "官盘呈三交点"),
            ],
            total_m: Some(2814.0),
        };
        let text = write(&alignment);
        assert_eq!(
            text,
            "自官盘嵩三交点起，沿宝象河中心线向北偏东北行1234米至53010001030111001号界桩；再沿山脊线向东行500米，\
             转沿山脊线向南偏东南行80米至53010001030111002号界桩；再以直线向西行1000米至官盘呈三交点止。全长2.814公里。"
        );
        assert_eq!(read(&text), (alignment, vec![]));
    }

    #[test]
    fn other_ways_of_saying_it_are_read() {
        for (text, expected) in [
            (
                "由001号界桩起，沿山脊线向东北行至002号界桩，全长约1.2千米。",
                vec![leg("001", "ridge", "", "东北", 0.0, "002")],
            ),
            (
                "界线从第5号桩出发顺小路往正南方向行 1,234.5 米，到达大尖山山顶处；继续沿老虎箐向西南延伸2km至三县交会点止",
                vec![
                    leg("5", "road", "", "南", 1234.5, "大尖山山顶"),
                    leg("大尖山山顶", "valley", "老虎箐", "西南", 2000.0, "三县交会点"),
                ],
            ),
            (
                "起自甲点，沿盘龙江中心线，东偏东南行５００米，至乙点。",
                vec![leg("甲点", "river_centre", "盘龙江", "东偏东南", 500.0, "乙点")],
            ),
        ] {
            let (found, unread) = read(text);
            assert_eq!((found.legs, unread), (expected, vec![]), "{text}");
        }
        assert_eq!(read("由001号界桩起，向东北行至002号界桩，全长约1.2千米。").0.total_m, Some(1200.0));
    }

    #[test]
    fn what_says_nothing_of_the_line_is_given_back() {
        let (found, unread) = read("本协议一式四份。自甲起，向东行5米至乙止。附图为准。");
        assert_eq!(found.legs.len(), 1);
        let texts: Vec<_> = unread.iter().map(|u| (u.text.as_str(), u.after)).collect();
        assert_eq!(texts, [("本协议一式四份", 0), ("附图为准", 1)]);
        assert_eq!(read(""), (Alignment::default(), vec![]));
    }

    fn a_leg() -> impl Strategy<Value = Leg> {
        let features = prop::sample::select(vec![
            ("", ""),
            ("straight", ""),
            ("ridge", ""),
            ("road", "人民路"),
            ("river_centre", "盘龙江"),
            ("valley", "老虎箐"),
            ("ditch", ""),
            ("railway", ""),
            ("lake", "滇池"),
            ("wall", ""),
        ]);
        let places = prop::sample::select(vec!["", "001", "53010001030111002", "大尖山山顶", "乙丙丁三交点"]);
        (features, 0u8..16, 1u32..99_999, places).prop_map(|((feature, name), sector, metres, to)| Leg {
            from: String::new(),
            feature: feature.into(),
            feature_name: name.into(),
            direction: Direction::all().nth(usize::from(sector)),
            distance_m: Some(f64::from(metres)),
            to: to.into(),
        })
    }

    proptest! {
        #[test]
        fn every_alignment_reads_back(mut legs in prop::collection::vec(a_leg(), 1..12), total in 1u32..9_999_999) {
            legs[0].from = "起点山".into();
            for at in 1..legs.len() {
                legs[at].from = legs[at - 1].to.clone();
            }
            let alignment = Alignment { legs, total_m: Some(f64::from(total)) };
            let text = write(&alignment);
            let (found, unread) = read(&text);
            prop_assert_eq!(unread, vec![], "{}", text);
            prop_assert_eq!(&found.legs, &alignment.legs, "{}", text);
            prop_assert!((found.total_m.unwrap_or_default() - f64::from(total)).abs() < 0.6, "{}", text);
        }

        #[test]
        fn nothing_panics(text in "[自从由沿向至到东西南北偏行米0-9.,，；。全长公里起止直线 a-zA-Z号界桩转]{0,60}") {
            let _ = read(&text);
        }
    }
}
