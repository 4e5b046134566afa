//! The number on a plate.

use crate::model::Record;

/// The first run of digits of a text, full-width ones too.
pub fn number(text: &str) -> Option<u32> {
    let digit =
        |c: char| c.to_digit(10).or_else(|| ('０'..='９').contains(&c).then(|| c as u32 - '０' as u32));
    let mut digits = text.chars().skip_while(|c| digit(*c).is_none()).map_while(digit).take(7).peekable();
    digits.peek()?;
    Some(digits.fold(0, |all, one| all * 10 + one))
}

/// Whether a plate counts: what is cancelled has no number, what was changed has another.
pub fn counts(plate: &Record) -> bool {
    !matches!(plate.text("status"), Some("cancelled"))
}

/// What makes an address of its own on a street: number, sub-number, building, unit and room, without blanks.
pub fn key(plate: &Record) -> Option<String> {
    let own = plate.text("plate_no")?;
    number(own)?;
    let parts = ["plate_no", "sub_no", "building_no", "unit_no", "room_no"].map(|field| {
        let text = plate.text(field).unwrap_or_default();
        let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        text.trim_end_matches('号').to_owned()
    });
    Some(parts.join("|"))
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        assert_eq!(number("12号"), Some(12));
        assert_eq!(number("甲１２号附3"), Some(12));
        assert_eq!(number("临字"), None);
    }
}
