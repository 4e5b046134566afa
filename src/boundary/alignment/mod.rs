//! Alignment texts (界线走向说明): written from a line's shape, its markers and what it follows, and read back into
//! legs that can be held against the shape. Both are pure: text to legs, legs to text.

mod direction;
mod legs;
mod line;
mod read;
mod write;

pub use direction::Direction;
pub use legs::{described, legs};
pub use line::of_line;
pub use read::{Unread, read};
pub use write::write;

/// One leg: from somewhere along something in a direction for so long to somewhere.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Leg {
    /// where it begins; empty where it goes on from the leg before it
    pub from: String,
    /// what it follows, as the code list `line_feature` has it; empty where nothing is said
    pub feature: String,
    /// name of what it follows
    pub feature_name: String,
    /// in which direction
    pub direction: Option<Direction>,
    /// how far, metres
    pub distance_m: Option<f64>,
    /// where it ends; empty where the line turns without a marker
    pub to: String,
}

/// A text taken apart.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Alignment {
    /// its legs, from the line's start to its end
    pub legs: Vec<Leg>,
    /// the whole length, metres, where it is said
    pub total_m: Option<f64>,
}
