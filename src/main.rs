//! Parses arguments, calls `cli`.

fn main() {}
