//! Who imports whom, file sizes, folder names.
