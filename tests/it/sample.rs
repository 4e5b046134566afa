//! The demo district: the same for ever, exact, complete, with the defects it promises.
