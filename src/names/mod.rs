//! Place names (地名): how they are read and spelled, and how they are found.
//!
//! Everything here is a pure function of names, snapshots and the word lists in `data/vocab`; what a name is in
//! law and what is wrong with it is not decided here.

pub mod reading;
pub mod search;
pub mod spelling;

/// Why a word list of `data/vocab` could not be used.
#[derive(Debug, thiserror::Error)]
pub enum NamesError {
    /// it is not TOML of the form that is wanted
    #[error("{list}: {text}")]
    List {
        /// the list
        list: &'static str,
        /// what the parser says
        text: String,
    },
    /// a line says something that does not fit
    #[error("{list}: {line}")]
    Line {
        /// the list
        list: &'static str,
        /// the line
        line: String,
    },
}
