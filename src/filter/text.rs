//! Text as filters compare it: without case, without accents, by pattern.

/// What is not looked at in a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fold {
    /// capital and small letters
    Case,
    /// accents, e.g. the tones of Pinyin
    Accents,
}

impl Fold {
    /// The text without what is not looked at.
    pub(super) fn apply(self, text: &str) -> String {
        match self {
            // Where lower case is not enough for the Unicode folding: ß is ss, a final sigma is a sigma.
            Self::Case => text.to_lowercase().replace('ß', "ss").replace('ς', "σ"),
            Self::Accents => without_accents(text),
        }
    }
}

fn without_accents(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let literal = Box::new(cql2::Expr::Literal(text.to_owned()));
    match (cql2::Expr::Operation { op: "accenti".into(), args: vec![literal] }).reduce(None) {
        Ok(cql2::Expr::Literal(plain)) => plain,
        _ => text.to_owned(),
    }
}

/// A pattern of LIKE: `%` any text, `_` any one character, `\` takes the next as it is.
#[derive(Clone, Debug)]
pub(super) struct Pattern(Vec<Piece>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece {
    Any,
    One,
    Letter(char),
}

impl Pattern {
    /// Reads a pattern.
    pub(super) fn new(text: &str) -> Self {
        let (mut pieces, mut letters) = (Vec::new(), text.chars());
        while let Some(letter) = letters.next() {
            let piece = match letter {
                '%' => Piece::Any,
                '_' => Piece::One,
                '\\' => Piece::Letter(letters.next().unwrap_or('\\')),
                other => Piece::Letter(other),
            };
            // Several in a row are one: matching goes back to the last only.
            if piece != Piece::Any || pieces.last() != Some(&Piece::Any) {
                pieces.push(piece);
            }
        }
        Self(pieces)
    }

    /// Whether the whole text fits. O(pattern × text).
    pub(super) fn fits(&self, text: &str) -> bool {
        let pieces = &self.0;
        let (mut at, mut rest) = (0, text.chars());
        // Where to go on if what follows the last `%` does not fit here.
        let mut back: Option<(usize, std::str::Chars<'_>)> = None;
        loop {
            let here = rest.clone();
            match (pieces.get(at), rest.next()) {
                (Some(Piece::Any), _) => {
                    back = Some((at + 1, here.clone()));
                    rest = here;
                    at += 1;
                }
                (Some(Piece::One), Some(_)) => at += 1,
                (Some(Piece::Letter(wanted)), Some(found)) if *wanted == found => at += 1,
                (None, None) => return true,
                _ => match &mut back {
                    Some((after, from)) => {
                        if from.next().is_none() {
                            return false;
                        }
                        at = *after;
                        rest = from.clone();
                    }
                    None => return false,
                },
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit_whole_texts() {
        for (pattern, text, fits) in [
            ("翠%", "翠湖南路", true),
            ("%路", "翠湖南路", true),
            ("%湖%", "翠湖南路", true),
            ("翠_南路", "翠湖南路", true),
            ("翠", "翠湖", false),
            ("", "", true),
            ("%", "", true),
            ("_", "", false),
            ("%a%b%", "xxaxxbxx", true),
            ("%ab", "aab", true),
            ("%aab", "aaab", true),
            ("100\\%", "100%", true),
            ("100\\%", "1000", false),
            ("a\\_b", "axb", false),
        ] {
            assert_eq!(Pattern::new(pattern).fits(text), fits, "{pattern} {text}");
        }
    }

    #[test]
    fn case_and_accents_are_folded() {
        assert_eq!(Fold::Case.apply("STRASSE"), Fold::Case.apply("Straße"));
        assert_eq!(Fold::Case.apply("ΟΔΟΣ"), Fold::Case.apply("Οδος"));
        assert_eq!(Fold::Accents.apply("Wǔhuá débárquér"), "Wuhua debarquer");
        assert_eq!(Fold::Accents.apply("五华区"), "五华区");
    }
}
