//! From a file's features to a change set: mapping, matching, and findings, against a snapshot.
