//! The heading of a table: which row it is, and names that are all different.

use std::collections::HashSet;

/// Rows among which a heading is looked for: forms often have a title and a remark above it.
pub(super) const LOOKED_AT: usize = 10;

/// Which of the first rows is the heading, given how many cells of each hold something:
/// the first that is at least half as wide as the widest and not a lone title.
pub(super) fn find(widths: &[usize]) -> usize {
    let widest = widths.iter().copied().max().unwrap_or(0);
    widths.iter().position(|&width| width * 2 >= widest && (width > 1 || widest <= 1)).unwrap_or(0)
}

/// Names without surrounding space; empty ones called by their place, repeated ones numbered.
pub(crate) fn unique(headings: Vec<String>) -> Vec<String> {
    let mut seen = HashSet::new();
    let mut names = Vec::with_capacity(headings.len());
    for (at, heading) in headings.into_iter().enumerate() {
        let plain = heading.split_whitespace().collect::<Vec<_>>().join(" ");
        let base = if plain.is_empty() { format!("column{}", at + 1) } else { plain };
        let mut name = base.clone();
        let mut number = 2;
        while !seen.insert(name.clone()) {
            name = format!("{base}_{number}");
            number += 1;
        }
        names.push(name);
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings() {
        assert_eq!(find(&[1, 0, 5, 5, 4]), 2, "a title above");
        assert_eq!(find(&[3, 5, 5]), 0);
        assert_eq!(find(&[1, 1, 1]), 0, "one column");
        assert_eq!(find(&[]), 0);
        let names = unique(vec![" a ".into(), "a".into(), String::new(), "行政区划\n代码".into()]);
        assert_eq!(names, ["a", "a_2", "column3", "行政区划 代码"]);
    }
}
