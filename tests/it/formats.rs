//! Readers and writers on small files made here and on the messy real ones.
