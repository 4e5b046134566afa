//! What a query in Latin letters finds: pinyin, initials, and both mixed with characters.

use super::fold::is_han;
use super::index::{Index, LONGEST_SLIP, pair, slip_hash, slurred_hash};
use super::kind::{Kind, Match, Tail};
use super::letters::{one_slip, packed, packed_end, slurred};

/// Units as they are said at the end of a query, and as they are written.
const UNITS: &[(&[u8], &str)] = &[
    (b"shequjuminweiyuanhui", "社区"),
    (b"shequjuweihui", "社区"),
    (b"cunminweiyuanhui", "村"),
    (b"juminweiyuanhui", "居"),
    (b"jiedaobanshichu", "街道"),
    (b"cunweihui", "村"),
    (b"juweihui", "居"),
    (b"shequ", "社区"),
    (b"jiedao", "街道"),
    (b"zizhixian", "自治县"),
    (b"zizhizhou", "自治州"),
    (b"zizhiqu", "自治区"),
    (b"xiang", "乡"),
    (b"zhen", "镇"),
    (b"sheng", "省"),
    (b"xian", "县"),
    (b"cun", "村"),
    (b"shi", "市"),
    (b"qu", "区"),
];

/// Units by their initials.
const UNIT_INITIALS: &[(&[u8], &str)] = &[
    (b"c", "村"),
    (b"sq", "社区"),
    (b"jd", "街道"),
    (b"z", "镇"),
    (b"x", "乡"),
    (b"x", "县"),
    (b"q", "区"),
    (b"s", "市"),
    (b"s", "省"),
];

/// The unit of a number: those said, then those of initials.
pub(super) fn unit(nth: u8) -> &'static str {
    UNITS.iter().chain(UNIT_INITIALS).nth(usize::from(nth)).map_or("", |(_, unit)| unit)
}

/// Sounds looked at in one range: no query with more is meant.
const MOST: usize = 40_000;
/// Where so many are found, nobody meant a slip.
const ENOUGH: usize = 10;

/// A query in letters.
pub(super) struct Latin {
    letters: Vec<u8>,
    /// where the one who asks parted syllables
    parted: Vec<u8>,
}

impl Latin {
    /// A query of letters, digits and what parts syllables; `None` for anything else.
    pub(super) fn of(text: &str) -> Option<Self> {
        let (mut letters, mut parted) = (Vec::new(), Vec::new());
        for c in text.chars().take(200) {
            match super::letters::plain(c) {
                Some(letter) => letters.push(letter),
                None if c == ' ' || matches!(c, '\'' | '’' | '‘' | 'ʼ' | '`' | '\u{300}'..='\u{36f}') => {
                    if c == ' ' && !letters.is_empty() {
                        parted.push(letters.len() as u8);
                    }
                }
                None => return None,
            }
        }
        letters.first().is_some_and(u8::is_ascii_alphabetic).then_some(Self { letters, parted })
    }
}

impl Index {
    /// The first sound that is not before some letters.
    fn sounds_from(&self, letters: &[u8]) -> u32 {
        let (mut from, mut to) = (0, self.sounds.len() as u32);
        while from < to {
            let middle = from.midpoint(to);
            if self.sounds.get(middle) < letters { from = middle + 1 } else { to = middle }
        }
        from
    }

    /// The sounds that are those letters.
    pub(super) fn sounds_as<'a>(&'a self, letters: &'a [u8]) -> impl Iterator<Item = u32> + 'a {
        (self.sounds_from(letters)..self.sounds.len() as u32)
            .take_while(move |sound| self.sounds.get(*sound) == letters)
    }

    /// All that a query in letters finds.
    pub(super) fn latin(&self, query: &Latin) -> Vec<Match> {
        let mut found: Vec<Match> = Vec::new();
        let letters = &query.letters[..];
        self.said(letters, &query.parted, Tail::Any, &mut found);
        let units = UNITS.iter().enumerate().filter_map(|(nth, (unit, _))| {
            let core = letters.strip_suffix(*unit)?;
            (core.len() > 1).then_some((core, Tail::Unit(nth as u8)))
        });
        let stripped: Vec<(&[u8], Tail)> = units.collect();
        for (core, tail) in &stripped {
            let from = found.len();
            self.said(core, &query.parted, *tail, &mut found);
            // That names only begin with it has been found with the unit.
            let mut nth = 0;
            found.retain(|one| {
                nth += 1;
                nth <= from || one.kind == Kind::Pinyin
            });
        }
        self.by_initials(letters, &mut found);
        if found.len() < ENOUGH {
            self.later_on(letters, &mut found);
        }
        if found.len() < ENOUGH {
            self.slipping(letters, Tail::Any, &mut found);
            for (core, tail) in &stripped {
                self.slipping(core, *tail, &mut found);
            }
        }
        found
    }

    /// Sounds that are or begin with some letters.
    fn said(&self, letters: &[u8], parted: &[u8], tail: Tail, found: &mut Vec<Match>) {
        let from = self.sounds_from(letters);
        let most = if letters.len() < 3 { MOST / 10 } else { MOST };
        let sounds = (from..self.sounds.len() as u32).take(most);
        for sound in sounds.take_while(|sound| self.sounds.get(*sound).starts_with(letters)) {
            let whole = self.sounds.get(sound).len() == letters.len();
            let kind = if whole { Kind::Pinyin } else { Kind::PinyinPrefix };
            let begins = self.begins.get(sound);
            let ends = usize::from(*begins.last().unwrap_or(&0)) < letters.len();
            let apart =
                parted.iter().filter(|at| usize::from(**at) < letters.len()).any(|at| !begins.contains(at));
            // 西安 before 先 for xi an.
            let cost =
                u8::from(apart) * 2 + u8::from(!whole && !ends && !begins.contains(&(letters.len() as u8)));
            let one = |core: &u32| Match { core: *core, kind, cost, tail };
            found.extend(self.sounding.get(sound).iter().map(one));
        }
    }

    fn by_initials(&self, letters: &[u8], found: &mut Vec<Match>) {
        if !(2..=12).contains(&letters.len()) {
            return;
        }
        let from = packed(letters.iter().copied());
        self.sounds_in(self.initials.range(from, from + 1), Kind::Initials, Tail::Any, found);
        for (nth, (unit, _)) in UNIT_INITIALS.iter().enumerate() {
            if let Some(core) = letters.strip_suffix(*unit).filter(|core| core.len() > 1) {
                let from = packed(core.iter().copied());
                let tail = Tail::Unit((UNITS.len() + nth) as u8);
                self.sounds_in(self.initials.range(from, from + 1), Kind::Initials, tail, found);
            }
        }
        let to = packed_end(from, letters.len());
        if found.len() < ENOUGH || letters.len() > 2 {
            let longer = self.initials.range(from + 1, to);
            self.sounds_in(&longer[..longer.len().min(MOST)], Kind::InitialsPrefix, Tail::Any, found);
        }
    }

    fn sounds_in(&self, sounds: &[u32], kind: Kind, tail: Tail, found: &mut Vec<Match>) {
        for sound in sounds {
            let one = |core: &u32| Match { core: *core, kind, cost: 0, tail };
            found.extend(self.sounding.get(*sound).iter().map(one));
        }
    }

    /// Sounds that have the letters from some later syllable on.
    fn later_on(&self, letters: &[u8], found: &mut Vec<Match>) {
        if letters.len() < 2 {
            return;
        }
        let from = self.later.partition_point(|later| self.since_syllable(*later) < letters);
        let sounds = self.later[from..].iter().take(MOST);
        for later in sounds.take_while(|later| self.since_syllable(**later).starts_with(letters)) {
            let one = |core: &u32| Match { core: *core, kind: Kind::PinyinInfix, cost: 0, tail: Tail::Any };
            found.extend(self.sounding.get(later >> 5).iter().map(one));
        }
    }

    /// Sounds that differ from the letters by one slip.
    fn slipping(&self, letters: &[u8], tail: Tail, found: &mut Vec<Match>) {
        if !(4..=LONGEST_SLIP).contains(&letters.len()) {
            return;
        }
        let slur = slurred(letters);
        let hashes = (0..letters.len()).map(|at| slip_hash(letters, Some(at)));
        let hashes = hashes.chain([slip_hash(letters, None), slurred_hash(letters)]);
        let mut sounds: Vec<u32> = hashes.flat_map(|hash| self.slips.get(hash).iter().copied()).collect();
        sounds.sort_unstable();
        sounds.dedup();
        for sound in sounds {
            let said = self.sounds.get(sound);
            let cost = match (slurred(said) == slur, one_slip(said, letters)) {
                (true, _) => 0,
                (_, true) => 1,
                _ => continue,
            };
            let one = |core: &u32| Match { core: *core, kind: Kind::PinyinSlip, cost, tail };
            found.extend(self.sounding.get(sound).iter().map(one));
        }
    }

    /// Names that fit a query in letters and characters: wu华, 翠hu.
    pub(super) fn mixed(&self, text: &str, tail: Tail) -> Vec<Match> {
        let pattern: Vec<char> =
            text.chars().filter(|c| is_han(*c) || c.is_ascii_alphanumeric()).take(40).collect();
        let hans = |run: &&[char]| is_han(run[0]);
        let runs = pattern.chunk_by(|a, b| is_han(*a) == is_han(*b));
        let Some(run) = runs.filter(hans).max_by_key(|run| run.len()) else { return Vec::new() };
        let lists = run.windows(2).map(|two| self.pairs.get(pair(two[0], two[1])));
        let candidates: Vec<u32> = match lists.min_by_key(|list| list.len()) {
            Some(list) => list.to_vec(),
            None => self.having(run[0].encode_utf8(&mut [0; 4])).collect(),
        };
        let mut found = Vec::new();
        for core in candidates.into_iter().take(MOST) {
            let name: Vec<char> = self.cores.text(core).chars().collect();
            let fits = (0..name.len()).find_map(|at| self.fits(&name[at..], &pattern).map(|rest| (at, rest)));
            if let Some((at, rest)) = fits {
                let cost = u8::from(at > 0) * 2 + u8::from(rest > 0);
                found.push(Match { core, kind: Kind::Mixed, cost, tail });
            }
        }
        found
    }

    /// How many characters of a name are left behind a pattern that it begins with.
    fn fits(&self, name: &[char], pattern: &[char]) -> Option<usize> {
        let Some(first) = pattern.first() else { return Some(name.len()) };
        let (c, rest) = name.split_first()?;
        if first == c {
            return self.fits(rest, &pattern[1..]);
        }
        if is_han(*first) {
            return None;
        }
        let letters = pattern.iter().take_while(|c| c.is_ascii_alphanumeric()).count();
        self.readings(*c).iter().find_map(|said| {
            let same =
                said.iter().zip(&pattern[..letters]).take_while(|(a, b)| char::from(**a) == **b).count();
            // The whole syllable, or its beginning, the longer the better.
            (1..=same)
                .rev()
                .filter(|used| *used == said.len() || *used == 1 || *used == letters)
                .find_map(|used| self.fits(rest, &pattern[used..]))
        })
    }
}
