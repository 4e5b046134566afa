//! History, older revisions, undo, verify.
