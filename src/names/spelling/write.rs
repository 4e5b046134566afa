//! Words written from their syllables: capitals (article 10), the apostrophe (11), 儿 (12), figures (7).

use super::divide::Piece;
use crate::names::reading::Syllable;

/// The words of a name, with tones, parted by spaces.
pub(super) fn words(pieces: &[Piece], read: &[Syllable]) -> String {
    let one = |piece: &Piece| match piece.figure {
        Some(figure) => figure.to_string(),
        None => word(&read[piece.from..piece.to]),
    };
    pieces.iter().map(one).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

fn word(read: &[Syllable]) -> String {
    let mut word = String::new();
    for (at, one) in read.iter().enumerate() {
        if at > 0 && opens(&one.said) {
            word.push('’');
        }
        if word.is_empty() {
            let mut letters = one.said.chars();
            word.extend(letters.next().into_iter().flat_map(char::to_uppercase));
            word.push_str(letters.as_str());
        } else {
            word.push_str(&one.said);
        }
    }
    word
}

/// Whether a syllable begins with a, o or e.
fn opens(syllable: &str) -> bool {
    syllable.chars().next().map(plain).is_some_and(|c| matches!(c, 'a' | 'o' | 'e'))
}

/// A letter without the mark of its tone.
fn plain(c: char) -> char {
    match c {
        'ā' | 'á' | 'ǎ' | 'à' => 'a',
        'ē' | 'é' | 'ě' | 'è' | 'ê' => 'e',
        'ī' | 'í' | 'ǐ' | 'ì' => 'i',
        'ō' | 'ó' | 'ǒ' | 'ò' => 'o',
        'ū' | 'ú' | 'ǔ' | 'ù' => 'u',
        'ǖ' | 'ǘ' | 'ǚ' | 'ǜ' => 'ü',
        'ń' | 'ň' | 'ǹ' => 'n',
        'ḿ' => 'm',
        'Ā' | 'Á' | 'Ǎ' | 'À' => 'A',
        'Ē' | 'É' | 'Ě' | 'È' => 'E',
        'Ō' | 'Ó' | 'Ǒ' | 'Ò' => 'O',
        other => other,
    }
}

/// A spelling without the marks of its tones; ü stays ü.
pub fn toneless(spelling: &str) -> String {
    spelling.chars().map(plain).collect()
}
