//! The demo district: a seeded generator of a district modelled on 五华区, from the facts in data/sample.
