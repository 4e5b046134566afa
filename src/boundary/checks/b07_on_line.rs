//! B07 · Decree 353, Art. 5: a single marker stands on its line, a pair on both sides of it, three round the
//! point where three lines meet.
//!
//! The tolerance of a single one is 0.1 mm on the agreement map where its scale is known (1 m at 1:10,000).

use geo_types::Coord;
use serde::Deserialize;

use super::number::stem;
use super::scene::Near;
use super::{Check, Found, Line, Marker, Notice, Scene};
use crate::rules::{Rule, RulesError};

/// The check.
pub const CHECK: Check = Check { rule: "B07", run };

#[derive(Deserialize)]
struct Parameters {
    tolerance_m: f64,
    tolerance_map_mm: f64,
    bank_m: f64,
    tripoint_m: f64,
}

impl Parameters {
    /// How far a single marker may stand from its line, metres.
    fn tolerance(&self, line: &Line<'_>) -> f64 {
        let scale = line.record.text("agreement_scale").and_then(scale);
        scale.map_or(self.tolerance_m, |scale| (self.tolerance_map_mm / 1000.0 * scale).max(self.tolerance_m))
    }
}

/// 10000 of `1:10000`, `1∶1万` and the like.
fn scale(text: &str) -> Option<f64> {
    let text = text.split(['\u{ff1a}', ':', '∶', '/']).next_back()?.replace([',', '，', ' '], "");
    let (number, times) = match text.strip_suffix('万') {
        Some(number) => (number, 10_000.0),
        None => (text.as_str(), 1.0),
    };
    number.parse::<f64>().ok().map(|number| number * times).filter(|scale| (100.0..=1e6).contains(scale))
}

/// How markers stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stand {
    Single,
    Double,
    Triple,
}

fn stand(marker: &Marker<'_>) -> Stand {
    let letter = stem(marker.number()).map(|(_, letter)| letter);
    match (marker.record.text("marker_type"), letter) {
        (Some("double"), _) | (None, Some('A' | 'B')) => Stand::Double,
        (Some("triple"), _) | (None, Some('C' | 'D' | 'E')) => Stand::Triple,
        _ => Stand::Single,
    }
}

fn run(scene: &Scene<'_>, rule: &Rule, found: &mut Found) -> Result<(), RulesError> {
    let wanted: Parameters = rule.parameters()?;
    for marker in scene.markers() {
        let Some(at) = marker.at() else { continue };
        let stand = stand(marker);
        for code in marker.line_codes() {
            let Some(line) = scene.line(code) else {
                let (zh, en) = (
                    format!("所在界线 {code} 不在登记册中"),
                    format!("its line {code} is not in the register"),
                );
                found.push(Notice::new(marker.record, zh, en).field("line_codes").evidence(code));
                continue;
            };
            let Some(near) = line.nearest(at) else { continue };
            away(marker, line, near, (stand, &wanted), found);
            if stand == Stand::Double {
                banks(scene, marker, line, near, found);
            }
        }
    }
    Ok(())
}

/// A line as people know it: by its name, with the code to find it by.
fn called(line: &Line<'_>) -> String {
    match (line.record.label(), line.code()) {
        (Some(name), code) if !code.is_empty() && name != code => format!("{name}（{code}）"),
        (Some(name), _) => name.to_owned(),
        (None, code) => code.to_owned(),
    }
}

fn away(
    marker: &Marker<'_>,
    line: &Line<'_>,
    near: Near,
    (stand, wanted): (Stand, &Parameters),
    found: &mut Found,
) {
    let most = match stand {
        Stand::Single => wanted.tolerance(line),
        Stand::Double => wanted.bank_m,
        Stand::Triple => wanted.tripoint_m,
    };
    if near.metres <= most {
        return;
    }
    let (code, metres) = (line.code(), near.metres);
    let (zh, en) = (
        format!("界桩离界线 {} {metres:.1} 米，超过 {most:.1} 米", called(line)),
        format!("the marker stands {metres:.1} m from line {}, more than {most:.1} m", called(line)),
    );
    found.push(Notice::new(marker.record, zh, en).evidence(format!("{code} {metres:.1}")).with(line.record));
}

/// A pair stands on both sides, A on that of the smaller code.
fn banks(scene: &Scene<'_>, marker: &Marker<'_>, line: &Line<'_>, near: Near, found: &mut Found) {
    let Some((stem, letter)) = stem(marker.number()) else { return };
    let other = if letter == 'A' { 'B' } else { 'A' };
    let other = scene.numbered(&format!("{stem}{other}")).next();
    let across = other.and_then(|other| Some((other, line.nearest(other.at()?)?)));
    if let Some((other, far)) = across
        && near.left.is_some()
        && near.left == far.left
    {
        let (zh, en) = (
            format!("同号双立的 A、B 两桩在界线 {} 的同一侧", called(line)),
            format!("A and B stand on the same side of line {}", called(line)),
        );
        found.push(Notice::new(marker.record, zh, en).evidence(stem).with(other.record).with(line.record));
        return;
    }
    if let (Some(own), Some(at)) = (own_party(line, letter), marker.at())
        && let Some(round) = round(scene, line, at)
        && round != own
    {
        let (zh, en) = (
            format!("{letter} 桩应立在代码 {own} 一侧，实际在 {round} 一侧"),
            format!("{letter} belongs on the side of {own}, it stands on that of {round}"),
        );
        found.push(Notice::new(marker.record, zh, en).evidence(format!("{own} {round}")).with(line.record));
    }
}

/// The code of the party on whose side A (the smaller code) or B stands.
fn own_party(line: &Line<'_>, letter: char) -> Option<String> {
    let fields = line.fields()?;
    let (a, b) = (fields.party_a_code.clone()?, fields.party_b_code.clone()?);
    let (small, large) = if a <= b { (a, b) } else { (b, a) };
    match letter {
        'A' => Some(small),
        'B' => Some(large),
        _ => None,
    }
}

/// The code of the line's party in which a point lies.
fn round(scene: &Scene<'_>, line: &Line<'_>, at: Coord) -> Option<String> {
    let fields = line.fields()?;
    let parties = [fields.party_a_code.as_deref()?, fields.party_b_code.as_deref()?];
    let chain = scene.snapshot().locate(at, scene.day());
    let codes = chain.into_iter().filter_map(|division| division.code.as_deref());
    codes.into_iter().find(|code| parties.contains(code)).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_are_read_as_they_are_written() {
        for (text, wanted) in [
            ("1:10000", Some(10_000.0)),
            ("1∶5万", Some(50_000.0)),
            ("1：50,000", Some(50_000.0)),
            ("大比例尺", None),
            ("1:0", None),
        ] {
            assert_eq!(scale(text), wanted, "{text}");
        }
    }
}
