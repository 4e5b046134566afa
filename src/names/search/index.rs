//! The index of names: compact, immutable, built in one go; what it is asked is in `lookup`.
//!
//! Names are cut into a core and the units at their end, and kept once per core: 620,573 communities have some
//! 330,000. Cores stand sorted (prefixes), by pairs of neighbouring characters (anything inside; Han text is
//! never taken apart into single syllables), with one character left open (one wrong one), by their sound
//! (pinyin, from each syllable on, and with one letter left out) and by initials. All of it is flat arrays of
//! numbers, some 60 MB for the country.

use std::collections::HashMap;

use rayon::slice::ParallelSliceMut as _;

use super::fold;
use super::letters::{Alphabet, Letters, packed, slurred};
use super::rank::Hit;

/// A name to be found.
#[derive(Clone, Debug)]
pub(crate) struct Item<'a> {
    /// whose name it is: a number that the caller gives meaning to
    pub(crate) owner: u32,
    /// the name
    pub(crate) name: &'a str,
    /// its Roman spelling or reviewed reading, where there is one
    pub(crate) roman: Option<&'a str>,
    /// what comes first among equals: smaller numbers
    pub(crate) weight: u8,
    /// longitude and latitude
    pub(crate) at: Option<[f32; 2]>,
}

/// One name with its owner, beside the others with the same core.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) owner: u32,
    pub(super) tail: u16,
    pub(super) weight: u8,
    /// longitude and latitude, not numbers where it has none
    pub(super) at: [f32; 2],
}

/// Lists of numbers by key: keys rising, and where each key's list begins.
#[derive(Default)]
pub(super) struct Lists<K> {
    keys: Vec<K>,
    starts: Vec<u32>,
    values: Vec<u32>,
}

impl<K: Ord + Copy + Send> Lists<K> {
    fn build(mut pairs: Vec<(K, u32)>) -> Self {
        pairs.par_sort_unstable();
        pairs.dedup();
        let (mut keys, mut starts) = (Vec::new(), Vec::new());
        for (at, (key, _)) in pairs.iter().enumerate() {
            if keys.last() != Some(key) {
                keys.push(*key);
                starts.push(at as u32);
            }
        }
        starts.push(pairs.len() as u32);
        keys.shrink_to_fit();
        starts.shrink_to_fit();
        Self { keys, starts, values: pairs.into_iter().map(|(_, value)| value).collect() }
    }

    /// The list of a key.
    pub(super) fn get(&self, key: K) -> &[u32] {
        match self.keys.binary_search(&key) {
            Ok(at) => self.list(at),
            Err(_) => &[],
        }
    }

    /// The values of all keys from one up to below another.
    pub(super) fn range(&self, from: K, to: K) -> &[u32] {
        let place = |key: K| self.keys.partition_point(|other| *other < key);
        let (from, to) = (place(from), place(to));
        if from >= to { &[] } else { &self.values[self.starts[from] as usize..self.starts[to] as usize] }
    }

    fn list(&self, at: usize) -> &[u32] {
        &self.values[self.starts[at] as usize..self.starts[at + 1] as usize]
    }

    fn bytes(&self) -> usize {
        self.keys.capacity() * size_of::<K>() + (self.starts.capacity() + self.values.capacity()) * 4
    }
}

/// Texts one after the other.
#[derive(Default)]
pub(super) struct Texts {
    bytes: Vec<u8>,
    ends: Vec<u32>,
}

impl Texts {
    fn push(&mut self, text: &[u8]) {
        self.bytes.extend_from_slice(text);
        self.ends.push(self.bytes.len() as u32);
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn get(&self, at: u32) -> &[u8] {
        let at = at as usize;
        let from = at.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        &self.bytes[from..self.ends[at] as usize]
    }

    pub(super) fn text(&self, at: u32) -> &str {
        std::str::from_utf8(self.get(at)).unwrap_or_default()
    }

    /// All of them, and which of them a byte belongs to.
    pub(super) fn all(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn owner(&self, byte: usize) -> u32 {
        self.ends.partition_point(|end| *end as usize <= byte) as u32
    }

    fn memory(&self) -> usize {
        self.bytes.capacity() + self.ends.capacity() * 4
    }
}

/// The index.
#[derive(Default)]
pub(crate) struct Index {
    /// cores, rising
    pub(super) cores: Texts,
    /// where the entries of each core begin
    entries_at: Vec<u32>,
    entries: Vec<Entry>,
    pub(super) tails: Vec<Box<str>>,
    /// how each character of them may be read
    readings: HashMap<char, Vec<Vec<u8>>>,
    /// cores by two neighbouring characters
    pub(super) pairs: Lists<u64>,
    /// cores by the hash of themselves with one character open
    pub(super) open: Lists<u32>,
    /// sounds, rising
    pub(super) sounds: Texts,
    /// where the syllables of each begin
    pub(super) begins: Texts,
    /// cores of each sound
    pub(super) sounding: Lists<u32>,
    /// sound and syllable, five bits, rising by the letters from there on; all but the first syllables
    pub(super) later: Vec<u32>,
    /// sounds by their packed initials
    pub(super) initials: Lists<u64>,
    /// sounds by the hash of themselves, of themselves with a letter left out, and slurred
    pub(super) slips: Lists<u32>,
}

/// Sounds longer than this are not searched for slips.
pub(super) const LONGEST_SLIP: usize = 40;
/// Cores of more characters have none of them open.
pub(super) const MOST_OPEN: usize = 24;
/// What stands for the open character.
const OPEN: u32 = 0x11_ffff;
/// Salt of slurred sounds.
const SLURRED: u32 = 0x5eed;

/// FNV-1a: the same on every machine, quick on short keys.
fn hash(numbers: impl IntoIterator<Item = u32>) -> u32 {
    let mix = |hash: u64, number: u32| (hash ^ u64::from(number)).wrapping_mul(0x0000_0100_0000_01b3);
    let hash = numbers.into_iter().fold(0xcbf2_9ce4_8422_2325, mix);
    (hash ^ hash >> 32) as u32
}

/// The hash of a core with the character at a place open, or with one more open before it.
pub(super) fn open_hash(core: &[char], at: usize, more: bool) -> u32 {
    let rest = &core[at + usize::from(!more)..];
    let before = core[..at].iter().map(|c| *c as u32);
    hash(before.chain([OPEN]).chain(rest.iter().map(|c| *c as u32)))
}

/// The hash of a sound without the letter at a place, or of the whole.
pub(super) fn slip_hash(sound: &[u8], without: Option<usize>) -> u32 {
    hash(
        sound.iter().enumerate().filter(|(at, _)| Some(*at) != without).map(|(_, letter)| u32::from(*letter)),
    )
}

/// The hash of a slurred sound.
pub(super) fn slurred_hash(sound: &[u8]) -> u32 {
    hash(std::iter::once(SLURRED).chain(slurred(sound).into_iter().map(u32::from)))
}

/// Two neighbours as a key.
pub(super) const fn pair(a: char, b: char) -> u64 {
    (a as u64) << 32 | b as u64
}

/// A name, cut.
struct Cut {
    name: String,
    core: usize,
    item: usize,
}

impl Index {
    /// From names in any order. O(n log n), on all cores.
    pub(crate) fn build(items: &[Item<'_>], alphabet: Alphabet<'_>) -> Self {
        let mut cut: Vec<Cut> = Vec::with_capacity(items.len());
        for (at, item) in items.iter().enumerate() {
            let name = fold::fold(item.name);
            if !name.is_empty() {
                cut.push(Cut { core: fold::core(&name), name, item: at });
            }
        }
        cut.par_sort_unstable_by(|a, b| {
            (&a.name[..a.core], &a.name[a.core..], a.item).cmp(&(
                &b.name[..b.core],
                &b.name[b.core..],
                b.item,
            ))
        });
        let mut index = Self::default();
        let mut heard: Vec<(Letters, u32)> = Vec::new();
        index.take_cores(items, &cut, alphabet, &mut heard);
        drop(cut);
        index.take_sounds(heard);
        index
    }

    /// Cores, their entries, neighbours and open characters.
    fn take_cores(
        &mut self,
        items: &[Item<'_>],
        cut: &[Cut],
        alphabet: Alphabet<'_>,
        heard: &mut Vec<(Letters, u32)>,
    ) {
        let mut tails = HashMap::new();
        let (mut pairs, mut open): (Vec<(u64, u32)>, Vec<(u32, u32)>) = Default::default();
        for same in cut.chunk_by(|a, b| a.name[..a.core] == b.name[..b.core]) {
            let term = self.cores.len() as u32;
            let core = &same[0].name[..same[0].core];
            let characters: Vec<char> = core.chars().collect();
            for c in &characters {
                self.readings.entry(*c).or_insert_with(|| alphabet.of(*c));
            }
            self.cores.push(core.as_bytes());
            self.entries_at.push(self.entries.len() as u32);
            pairs.extend(characters.windows(2).map(|two| (pair(two[0], two[1]), term)));
            if (2..=MOST_OPEN).contains(&characters.len()) {
                open.extend((0..characters.len()).map(|at| (open_hash(&characters, at, false), term)));
            }
            for one in same {
                let tail = &one.name[one.core..];
                if let (Some(last), Some(next)) = (characters.last(), tail.chars().next()) {
                    pairs.push((pair(*last, next), term));
                }
                let item = &items[one.item];
                let next = tails.len();
                let tail = *tails.entry(tail.to_owned()).or_insert(next);
                // More different units than that are in no register; the last ones share a place.
                let tail = tail.min(usize::from(u16::MAX)) as u16;
                let at = item.at.unwrap_or([f32::NAN; 2]);
                self.entries.push(Entry { owner: item.owner, tail, weight: item.weight, at });
                if let Some(roman) = item.roman {
                    heard.extend(spoken(roman).map(|letters| (letters, term)));
                }
            }
            heard.extend(alphabet.read(core).into_iter().map(|letters| (letters, term)));
        }
        self.entries_at.push(self.entries.len() as u32);
        self.entries.shrink_to_fit();
        let mut ordered: Vec<(String, usize)> = tails.into_iter().collect();
        ordered.sort_unstable_by_key(|(_, at)| *at);
        self.tails = ordered.into_iter().map(|(tail, _)| tail.into()).collect();
        (self.pairs, self.open) = (Lists::build(pairs), Lists::build(open));
    }

    /// Sounds, their syllables, initials and slips.
    fn take_sounds(&mut self, mut heard: Vec<(Letters, u32)>) {
        heard.par_sort_unstable();
        heard.dedup();
        let mut sounding: Vec<(u32, u32)> = Vec::with_capacity(heard.len());
        let (mut initials, mut slips): (Vec<(u64, u32)>, Vec<(u32, u32)>) = Default::default();
        for same in heard.chunk_by(|a, b| a.0 == b.0) {
            let sound = self.sounds.len() as u32;
            let letters = &same[0].0;
            self.sounds.push(&letters.text);
            self.begins.push(&letters.begins);
            sounding.extend(same.iter().map(|(_, term)| (sound, *term)));
            initials.push((packed(letters.initials()), sound));
            let syllables = letters.begins.len().min(32);
            self.later.extend((1..syllables).map(|nth| sound << 5 | nth as u32));
            let text = &letters.text;
            if (3..=LONGEST_SLIP).contains(&text.len()) {
                slips.extend((0..text.len()).map(|at| (slip_hash(text, Some(at)), sound)));
                slips.push((slip_hash(text, None), sound));
                slips.push((slurred_hash(text), sound));
            }
        }
        drop(heard);
        let mut later = std::mem::take(&mut self.later);
        later.par_sort_unstable_by(|a, b| self.since_syllable(*a).cmp(self.since_syllable(*b)));
        later.shrink_to_fit();
        self.later = later;
        (self.sounding, self.initials) = (Lists::build(sounding), Lists::build(initials));
        self.slips = Lists::build(slips);
    }

    /// The letters of a sound from one of its syllables on.
    pub(super) fn since_syllable(&self, later: u32) -> &[u8] {
        let (sound, nth) = (later >> 5, (later & 31) as usize);
        let from = self.begins.get(sound).get(nth).map_or(0, |at| usize::from(*at));
        self.sounds.get(sound).get(from..).unwrap_or_default()
    }

    /// How a character of a core may be read, in plain letters, the likelier first.
    pub(super) fn readings(&self, c: char) -> &[Vec<u8>] {
        self.readings.get(&c).map_or(&[], Vec::as_slice)
    }

    /// The entries of a core.
    pub(super) fn entries(&self, core: u32) -> &[Entry] {
        let at = core as usize;
        &self.entries[self.entries_at[at] as usize..self.entries_at[at + 1] as usize]
    }

    /// A name as it is compared; nothing for a hit by its code.
    pub(crate) fn name(&self, hit: &Hit) -> Option<String> {
        let known = (hit.core as usize) < self.cores.len();
        known.then(|| [self.cores.text(hit.core), &self.tails[usize::from(hit.tail)]].concat())
    }

    /// The owners of the very same name.
    pub(crate) fn same(&self, hit: &Hit) -> impl Iterator<Item = u32> {
        let known = (hit.core as usize) < self.cores.len();
        let entries = if known { self.entries(hit.core) } else { &[] };
        entries.iter().filter(|entry| entry.tail == hit.tail).map(|entry| entry.owner)
    }

    /// How many names.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// How many bytes it takes.
    pub(crate) fn bytes(&self) -> usize {
        self.cores.memory()
            + self.entries_at.capacity() * 4
            + self.entries.capacity() * size_of::<Entry>()
            + self.tails.iter().map(|tail| tail.len() + 16).sum::<usize>()
            + self.sounds.memory()
            + self.begins.memory()
            + self.later.capacity() * 4
            + self.pairs.bytes()
            + self.open.bytes()
            + self.sounding.bytes()
            + self.initials.bytes()
            + self.slips.bytes()
    }
}

/// A Roman spelling as letters, its syllables told apart.
fn spoken(roman: &str) -> Option<Letters> {
    let mut letters = Letters::default();
    for word in
        roman.split(|c: char| super::letters::plain(c).is_none() && !('\u{300}'..='\u{36f}').contains(&c))
    {
        let word: Vec<u8> = word.chars().filter_map(super::letters::plain).collect();
        let mut at = 0;
        while at < word.len() && letters.text.len() < 200 {
            let length = super::syllable::length(&word[at..]);
            letters.begins.push(letters.text.len() as u8);
            letters.text.extend_from_slice(&word[at..at + length]);
            at += length;
        }
    }
    (!letters.text.is_empty()).then_some(letters)
}
