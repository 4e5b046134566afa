//! The public suites of coordinate systems and geodesics.
