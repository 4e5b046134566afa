//! Lists of measured points without a heading, as receivers and total stations write them (RTK、全站仪、CASS):
//! `点名,N,E,H`, `点名,编码,E,N,H`, separated by commas, tabs or spaces. Which column is which is told by the
//! numbers: northings, eastings and degrees within China differ in size. The zone is never guessed here.

use crate::crs::dms;

/// Rows that are looked at.
const LOOKED_AT: usize = 20;

/// Headings for a list of points, if that is what the rows are; each row in cells.
pub(super) fn headings(rows: &[Vec<&str>]) -> Option<Vec<String>> {
    let first = rows.first()?;
    let width = first.len();
    if !(3..=12).contains(&width) || rows.iter().any(|row| row.len().abs_diff(width) > 1) {
        return None;
    }
    let (at, [one, other]) = (1..width - 1).find_map(|at| {
        PAIRS.iter().find_map(|(names, fits)| {
            let pair = |row: &Vec<&str>| Some((number(row.get(at)?)?, number(row.get(at + 1)?)?));
            rows.iter().all(|row| pair(row).is_some_and(|(a, b)| fits(a, b))).then_some((at, *names))
        })
    })?;
    // What stands before the coordinates is a name and perhaps a code; numbers with fractions are neither.
    let coordinate = |cell: &str| cell.contains('.') && cell.parse::<f64>().is_ok();
    if at > 2 || rows.iter().any(|row| row[..at].iter().any(|cell| coordinate(cell))) {
        return None;
    }
    let mut names = vec![String::new(); width];
    names[0] = "点名".into();
    if at == 2 {
        names[1] = "测点编码".into();
    }
    (names[at], names[at + 1]) = (one.into(), other.into());
    let height =
        |row: &Vec<&str>| row.get(at + 2).is_none_or(|cell| cell.is_empty() || number(cell).is_some());
    if at + 2 < width && rows.iter().all(height) {
        names[at + 2] = "高程".into();
    }
    Some(names)
}

type Pair = ([&'static str; 2], fn(f64, f64) -> bool);

const PAIRS: [Pair; 4] = [
    (["北坐标", "东坐标"], |a, b| northing(a) && easting(b)),
    (["东坐标", "北坐标"], |a, b| easting(a) && northing(b)),
    (["经度", "纬度"], |a, b| longitude(a) && latitude(b)),
    (["纬度", "经度"], |a, b| latitude(a) && longitude(b)),
];

/// Metres from the equator within China; smaller ones are sea and could be eastings.
fn northing(v: f64) -> bool {
    (1_800_000.0..6_100_000.0).contains(&v)
}

/// Metres in a zone, with its number before them or not.
fn easting(v: f64) -> bool {
    (150_000.0..850_000.0).contains(&v) || (13_150_000.0..46_000_000.0).contains(&v)
}

fn longitude(v: f64) -> bool {
    (73.0..=136.0).contains(&v)
}

fn latitude(v: f64) -> bool {
    (3.0..=54.0).contains(&v)
}

/// A coordinate with a fraction, or an angle: whole numbers are as well serials or codes.
fn number(cell: &str) -> Option<f64> {
    match cell.parse::<f64>() {
        Ok(number) => Some(number).filter(|n| n.is_finite()),
        Err(_) => dms::parse(cell).map(|angle| angle.degrees),
    }
}

/// The first lines of a text in cells: by commas or tabs, else by spaces; and whether by spaces.
pub(super) fn rows(text: &str) -> (Vec<Vec<&str>>, bool) {
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty()).take(LOOKED_AT);
    let spaced = !lines().any(|line| line.contains([',', '\t', ';', '|']));
    let rows = lines().map(|line| {
        if spaced {
            line.split_whitespace().collect()
        } else {
            line.split([',', '\t', ';', '|']).map(|cell| cell.trim().trim_matches('"')).collect()
        }
    });
    (rows.collect(), spaced)
}

/// Whether the beginning of a file is a list of points, or a table whose rows have the same number of cells.
pub(crate) fn is_list(head: &[u8], may_have_heading: bool) -> bool {
    if head.contains(&0) {
        return false;
    }
    let text = String::from_utf8_lossy(head);
    // The last line may be cut off.
    let whole = if head.len() < 4096 {
        &text[..]
    } else {
        text.rsplit_once('\n').map_or(&text[..], |(rest, _)| rest)
    };
    let (rows, spaced) = rows(whole.trim_start_matches('\u{feff}'));
    let table = may_have_heading
        && !spaced
        && rows.len() > 1
        && rows.iter().all(|row| row.len() > 2 && row.len() == rows[0].len());
    table || headings(&rows).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<Vec<String>> {
        headings(&rows(text).0)
    }

    #[test]
    fn lists_of_points_are_told_by_their_numbers() {
        for (text, names) in [
            ("P1,2772345.123,512345.456,1890.12\nP2,2772300.1,512300.2,1888.0\n", "点名 北坐标 东坐标 高程"),
            (
                "1,JZ,34512345.456,2772345.123,1890.12\n2,,34512300.2,2772300.1,1888\n",
                "点名 测点编码 东坐标 北坐标 高程",
            ),
            ("jz01   2772345.123  512345.456   1890.1\n", "点名 北坐标 东坐标 高程"),
            ("1\t102.7043\t25.0433\n", "点名 经度 纬度"),
            ("1,25°02′35.88″,102°42′15.48″,1890\n", "点名 纬度 经度 高程"),
            ("1,2772345.1,512345.4,1890.1,0.01,2022-05-01\n", "点名 北坐标 东坐标 高程  "),
        ] {
            assert_eq!(found(text).map(|names| names.join(" ")).as_deref(), Some(names), "{text}");
        }
    }

    #[test]
    fn other_texts_are_no_lists_of_points() {
        for text in [
            "点名,N,E,H\nP1,2772345.123,512345.456,1890.12\n",
            "hello",
            "a,b,c\n1,2,3\n",
            "name,lon,lat\n1,102.7,25.0\n",
            "530102,五华区,870000\n530103,盘龙区,880000\n",
            "",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
        assert!(is_list("点名,N,E,H\nP1,2772345.123,512345.456,1890.12\n".as_bytes(), true));
        assert!(!is_list("点名,N,E,H\nP1,2772345.123,512345.456,1890.12\n".as_bytes(), false));
        assert!(!is_list(b"hello", true) && !is_list(b"a\0b", true));
    }
}
