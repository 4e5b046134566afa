//! Where a name is cut in words: specific and generic part (articles 1 to 5, 14) and ordinals (6, 7).
//!
//! Works from the end: the longest generic term, the modifiers and the number before it, then what is left, in
//! which a generic term of one syllable is part of the specific name (article 4: 解放路/南小街) and longer ones
//! are words of their own (包头/胡同/东巷).

use super::numerals::{is_numeral, number};
use super::terms::{Class, Terms};

/// One word of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// its first character
    pub(super) from: usize,
    /// behind its last one
    pub(super) to: usize,
    /// the number it is, where it is written in figures
    pub(super) figure: Option<u32>,
}

/// A name in words.
pub(super) struct Divided {
    pub(super) class: Option<Class>,
    pub(super) pieces: Vec<Piece>,
}

/// A name that is being divided, words from its end to its beginning.
struct Cutter<'a> {
    terms: &'a Terms,
    name: &'a [char],
    backwards: Vec<Piece>,
    /// where what is not yet divided ends
    end: usize,
}

/// Divides a name.
pub(super) fn divide(terms: &Terms, name: &[char], class: Option<Class>) -> Divided {
    let text: String = name.iter().collect();
    let mut cutter = Cutter { terms, name, backwards: Vec::new(), end: name.len() };
    if let Some(sizes) = terms.known(&text).filter(|_| class.is_none_or(|class| class != Class::Village)) {
        sizes.iter().rev().for_each(|size| cutter.word(*size));
        return Divided {
            class: class.or(terms.term(name, None).map(|(_, class)| class)),
            pieces: cutter.done(),
        };
    }
    let class = class.or_else(|| guess(terms, name, &text));
    match class {
        None | Some(Class::Village) => cutter.whole(),
        Some(class) => cutter.classed(class),
    }
    Divided { class, pieces: cutter.done() }
}

/// The class of a name by its generic term.
fn guess(terms: &Terms, name: &[char], text: &str) -> Option<Class> {
    if terms.solid.contains(text) {
        return Some(Class::Village);
    }
    if terms.cities.contains(text) {
        return Some(Class::Division);
    }
    let (length, class) = terms.term(name, None)?;
    let specific = &name[..name.len() - length];
    let number = specific.iter().all(|c| is_numeral(*c));
    let small = match name.last() {
        Some('县') => length == 1 && specific.len() == 1 && !terms.counties.contains(&specific[0]),
        Some('镇' | '乡') => length == 1 && specific.len() == 1,
        Some('市') => length == 1 && (specific.len() == 1 || specific.ends_with(&['家'])),
        // 一条, 四条 are lanes; 三里, 五里 are villages.
        Some('条') => {
            return Some(if number || specific.last().is_some_and(|c| is_numeral(*c)) {
                Class::Street
            } else {
                class
            });
        }
        _ => false,
    };
    Some(if small { Class::Village } else { class })
}

impl Cutter<'_> {
    fn rest(&self) -> &[char] {
        &self.name[..self.end]
    }

    /// The last characters that are left are a word.
    fn word(&mut self, length: usize) {
        let from = self.end.saturating_sub(length);
        if from < self.end {
            self.backwards.push(Piece { from, to: self.end, figure: None });
            self.end = from;
        }
    }

    /// All that is left is one word, but for Arabic figures.
    fn whole(&mut self) {
        let rest = self.rest();
        let digit = rest.last().is_some_and(|c| c.is_ascii_alphanumeric());
        let same = rest.iter().rev().take_while(|c| c.is_ascii_alphanumeric() == digit).count();
        self.word(same);
        if self.end > 0 {
            self.whole();
        }
    }

    fn done(self) -> Vec<Piece> {
        self.backwards.into_iter().rev().collect()
    }

    /// A name of a class whose names are divided.
    fn classed(&mut self, class: Class) {
        let Some((length, _)) = self.terms.term(self.name, Some(class)) else { return self.whole() };
        let term: String = self.name[self.name.len() - length..].iter().collect();
        let sizes = self.terms.cut(&term);
        match class {
            Class::Street => self.street(&term, length),
            Class::Water | Class::Land => self.natural(length),
            Class::Facility | Class::Bridge => self.facility(&term, &sizes),
            Class::Division => {
                sizes.iter().rev().for_each(|size| self.word(*size));
                while self.peel(|terms| &terms.peoples, 2) {}
                self.above();
            }
            _ => {
                sizes.iter().rev().for_each(|size| self.word(*size));
                self.inside();
            }
        }
    }

    /// Takes a word of a list off the end where so many characters stand before it.
    fn peel(&mut self, list: impl Fn(&Terms) -> &Vec<Vec<char>>, before: usize) -> bool {
        let fits = |word: &&Vec<char>| self.end >= word.len() + before && self.rest().ends_with(word);
        match list(self.terms).iter().find(fits).map(Vec::len) {
            Some(length) => {
                self.word(length);
                true
            }
            None => false,
        }
    }

    /// The term of a street with the modifiers and the number before it.
    fn street(&mut self, term: &str, length: usize) {
        let stem = self.end - length;
        let modifies = |at: usize| self.terms.street.contains(&self.name[at]);
        let mut from = stem;
        while from > 2 && modifies(from - 1) {
            from -= 1;
        }
        // 南小街 is 南/小街, 小南街 is 小/南街.
        if stem == 2 && modifies(0) && modifies(1) {
            from = 1;
        }
        // 三环路 is 三/环/路.
        if term == "环路" && stem > 0 && is_numeral(self.name[stem - 1]) {
            self.word(1);
            return self.street("环", 1);
        }
        self.word(self.end - from);
        if from == stem && self.terms.ordinal_before.contains(term) {
            self.ordinal();
        }
        self.inside();
    }

    /// The number at the end of what is left, as a word.
    fn ordinal(&mut self) {
        let rest = self.rest();
        let end = rest.len();
        let mut from = end - rest[..end].iter().rev().take_while(|c| is_numeral(**c)).count();
        let stem = self.terms.stems.iter().find(|stem| rest.starts_with(stem) && stem.len() > from);
        from = stem.map_or(from, |stem| stem.len().max(from));
        let dated = self.terms.dates.iter().any(|date| rest[..end].ends_with(date));
        let Some(figure) = number(&rest[from..end]).filter(|_| !dated) else { return };
        let nth = from > 0 && rest[from - 1] == '第';
        self.backwards.push(Piece { from, to: end, figure: Some(figure) });
        self.end = from;
        if nth {
            self.word(1);
        }
    }

    /// The term of water or land, with 新, 故 and the like before it, and 第二 at the beginning.
    fn natural(&mut self, length: usize) {
        let stem = self.end - length;
        let joins = stem > 2 && self.terms.land.contains(&self.name[stem - 1]);
        self.word(length + usize::from(joins));
        self.numbered();
        // What stands first is cut last.
        self.whole_if_left();
    }

    /// Leaves 第二 of 第二松花江 as a word of its own.
    fn numbered(&mut self) {
        let rest = self.rest();
        if rest.first() == Some(&'第') {
            let digits = rest[1..].iter().take_while(|c| is_numeral(**c)).count();
            if digits > 0 && rest.len() >= digits + 3 {
                self.backwards.push(Piece { from: digits + 1, to: self.end, figure: None });
                self.end = digits + 1;
            }
        }
    }

    fn whole_if_left(&mut self) {
        if self.end > 0 {
            self.whole();
        }
    }

    /// What stands before the term of a division: the divisions above it.
    fn above(&mut self) {
        let marks = self.marks();
        self.cut_at(&marks);
        self.inside();
    }

    /// Where a division's generic term ends within what is left: lengths of such beginnings with their term.
    fn marks(&self) -> Vec<(usize, usize)> {
        const TERMS: &[&str] = &["自治区", "自治州", "自治县", "地区", "省", "市", "县", "区"];
        let rest: String = self.rest().iter().collect();
        let rest: Vec<char> = rest.chars().collect();
        let mut marks: Vec<(usize, usize)> = Vec::new();
        let mut from = 0;
        let mut at = 1;
        while at < rest.len() {
            let term = TERMS
                .iter()
                .map(|term| term.chars().collect::<Vec<_>>())
                .find(|term| rest[at..].starts_with(term));
            let next = term.as_ref().and_then(|term| rest.get(at + term.len()));
            let sound = term.as_ref().is_some_and(|term| {
                let single =
                    at - from == 1 && !(term == &['县'] && self.terms.counties.contains(&rest[from]));
                !single
                    && !matches!(
                        (term.first(), next),
                        (Some('市'), Some('场' | '政' | '中')) | (Some('区'), Some('政'))
                    )
            });
            match term.filter(|_| sound) {
                Some(term) => {
                    at += term.len();
                    marks.push((at, term.len()));
                    from = at;
                }
                None => at += 1,
            }
        }
        marks
    }

    /// Cuts what is left behind each mark and before its term, but the rest behind the last mark.
    fn cut_at(&mut self, marks: &[(usize, usize)]) {
        let Some((last, _)) = marks.last().copied() else { return };
        if last < self.end {
            let behind = self.end - last;
            self.piecewise(behind);
        }
        for (nth, (to, term)) in marks.iter().enumerate().rev() {
            self.word(*term);
            let before = nth.checked_sub(1).and_then(|nth| marks.get(nth)).map_or(0, |(end, _)| *end);
            self.word(to - term - before);
        }
    }

    /// The last characters that are left, cut as a specific part is.
    fn piecewise(&mut self, length: usize) {
        let from = self.end - length;
        let mut inner = Cutter {
            terms: self.terms,
            name: &self.name[from..self.end],
            backwards: Vec::new(),
            end: length,
        };
        inner.inside();
        let shift = |piece: Piece| Piece { from: piece.from + from, to: piece.to + from, ..piece };
        self.backwards.extend(inner.backwards.into_iter().map(shift));
        self.end = from;
    }

    /// A building, an institution, a bridge.
    fn facility(&mut self, term: &str, sizes: &[usize]) {
        let marks: Vec<_> = self.marks_before(term.chars().count());
        let floor = marks.last().map_or(0, |(end, _)| *end);
        let single = term.chars().count() == 1;
        if single {
            let rest = &self.name[..self.end - 1];
            let joins = self.terms.joined.iter().find(|word| rest.ends_with(word)).map(Vec::len);
            // Behind a division all that is left modifies the term: 郑州/市/玻璃厂.
            let behind =
                (floor > 0 && rest.len() > floor && rest.len() - floor <= 4).then(|| rest.len() - floor);
            self.word(1 + joins.or(behind).unwrap_or_default());
        } else {
            sizes.iter().rev().for_each(|size| self.word(*size));
        }
        if self.end > floor {
            self.ordinal_of(term);
            if self.end > floor && floor > 0 {
                self.piecewise(self.end - floor);
            }
        }
        self.cut_at(&marks);
        self.numbered();
        self.inside();
    }

    fn marks_before(&self, length: usize) -> Vec<(usize, usize)> {
        let before =
            Cutter { terms: self.terms, name: self.name, backwards: Vec::new(), end: self.end - length };
        before.marks()
    }

    fn ordinal_of(&mut self, term: &str) {
        if self.terms.ordinal_before.contains(term) && self.rest().last().is_some_and(|c| is_numeral(*c)) {
            let nth = self.rest().contains(&'第');
            if !nth {
                self.ordinal();
            }
        }
    }

    /// A specific part: generic terms of several syllables and words of their own are cut off its end.
    fn inside(&mut self) {
        while self.end > 3 {
            let before = self.end;
            if !(self.own() || self.inner() || self.long_term()) {
                break;
            }
            debug_assert!(self.end < before);
        }
        self.whole_if_left();
    }

    fn own(&mut self) -> bool {
        self.peel(|terms| &terms.own, 2)
    }

    /// 南水关, 北滨河: a modifier and a word that it joins.
    fn inner(&mut self) -> bool {
        let rest = self.rest();
        let fits = |word: &&Vec<char>| {
            rest.len() >= word.len() + 3
                && rest.ends_with(word)
                && self.terms.street.contains(&rest[rest.len() - word.len() - 1])
        };
        match self.terms.inner.iter().find(fits).map(Vec::len) {
            Some(length) => {
                self.word(length + 1);
                true
            }
            None => false,
        }
    }

    /// A generic term of several syllables, or one of one syllable with a modifier: 胡同, 西里.
    fn long_term(&mut self) -> bool {
        let rest = self.rest();
        let long = self
            .terms
            .term(rest, None)
            .filter(|(length, class)| *length > 1 && *class != Class::Village && rest.len() >= length + 2);
        if let Some((length, class)) = long {
            let modified = class == Class::Street
                && rest.len() > length + 2
                && self.terms.street.contains(&rest[rest.len() - length - 1]);
            self.word(length + usize::from(modified));
            return true;
        }
        let street = self.terms.term(rest, Some(Class::Street)).filter(|(length, _)| *length == 1);
        let modified = street.is_some() && rest.len() > 3 && "东西南北中前后".contains(rest[rest.len() - 2]);
        if modified {
            self.word(2);
        }
        modified
    }
}
