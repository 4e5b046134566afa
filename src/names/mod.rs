//! Place names (地名): how they are read and spelled, how they are found, and what the law says of them.
//!
//! Everything here is a pure function of names, snapshots, rules and the word lists in `data/vocab`. `checks` says
//! what is wrong with a name in law, `reading` and `spelling` how it is said and written, `search` where it is.

pub mod census_table;
pub mod checks;
pub mod codes;
pub mod dates;
pub mod impact;
pub mod life;
pub mod plates;
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
