//! Killed at any moment, the file opens again whole.
