//! The worked examples of the spelling rules of 1984 and of GB/T 16159, as the shared suite has them, and the
//! readings of the divisions of the whole country.

use std::fs;

use boundstone::names::spelling::{Class, Speller};

use crate::shared::shared;

#[test]
fn the_examples_of_the_rules() {
    let Some(folder) = shared("suites/pinyin") else { return };
    let speller = Speller::standard().unwrap();
    let (mut rows, mut wrong) = (0, Vec::new());
    for file in ["rules-1984.tsv", "gbt16159-1996-places.tsv"] {
        for row in fs::read_to_string(folder.join(file)).unwrap().lines().skip(1) {
            let [_, name, division, spelling, ..] = row.split('\t').collect::<Vec<_>>()[..] else {
                panic!("{row}")
            };
            let spelled = speller.spell(name, None, None);
            rows += 1;
            let same = spelling.is_empty() || spelled.spelling == spelling.replace('\'', "’");
            if spelled.division != division || !same {
                wrong.push((name.to_owned(), spelled.division, spelled.spelling));
            }
        }
    }
    assert_eq!(wrong, []);
    assert_eq!(rows, 76);
}

/// Letters alone: the table writes ü in several ways.
fn letters(text: &str) -> String {
    text.to_lowercase().replace(['ü', 'v'], "u").chars().filter(char::is_ascii_alphabetic).collect()
}

#[test]
fn toneless_readings_agree_with_the_divisions_of_the_country() {
    let Some(table) = shared("data/division-pinyin-to-township-areacity/ok_data_level4.csv") else { return };
    let speller = Speller::standard().unwrap();
    let (mut rows, mut agree) = (0, 0);
    for row in fs::read_to_string(table).unwrap().lines().skip(1) {
        let cells: Vec<&str> = row.split(',').map(|cell| cell.trim_matches('"')).collect();
        let spelled = speller.spell(cells[3], Some(Class::Village), Some(cells[0]));
        rows += 1;
        agree += usize::from(letters(&spelled.toneless) == letters(cells[5]));
    }
    // Nearly all of the rest are slips of the table, which was made by a program (都 as dou, 什 as shen, 大王 as
    // dai wang): what is pinned is that no change of ours moves it unseen.
    assert_eq!(rows, 43_118);
    assert!(agree >= 42_450, "{agree}");
}
