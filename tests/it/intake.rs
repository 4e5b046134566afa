//! From files to change sets.
