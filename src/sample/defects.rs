//! What is wrong with the demo district on purpose: for trials, lessons and tests.

/// Codes of records with a seeded defect.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Defects {
    /// communities with more than 5,000 registered households
    pub too_large: Vec<String>,
    /// communities with fewer than 1,000 registered households
    pub too_small: Vec<String>,
    /// the two communities beside the block that neither has
    pub gap_between: Vec<String>,
    /// signs that show a name given up
    pub old_name_signs: Vec<String>,
    /// markers that stand off their line
    pub moved_markers: Vec<String>,
    /// lines whose joint inspection is overdue
    pub overdue_lines: Vec<String>,
    /// markers that the running inspection found farther from the archive than the tolerance
    pub found_elsewhere: Vec<String>,
    /// pairs of roads whose names sound alike
    pub homophones: Vec<String>,
    /// door plates with a number that another plate of their road has
    pub duplicate_plates: Vec<String>,
    /// door plates on the wrong side or out of order
    pub irregular_plates: Vec<String>,
    /// facilities that lie in no community
    pub stray_facilities: Vec<String>,
    /// closed compounds without a gate in the register
    pub gateless_compounds: Vec<String>,
}

impl Defects {
    /// Each kind by its name in `data/sample/README.md`, with its codes.
    pub fn lists(&self) -> [(&'static str, &[String]); 12] {
        [
            ("too_large", &self.too_large),
            ("too_small", &self.too_small),
            ("gap_between", &self.gap_between),
            ("old_name_signs", &self.old_name_signs),
            ("moved_markers", &self.moved_markers),
            ("overdue_lines", &self.overdue_lines),
            ("found_elsewhere", &self.found_elsewhere),
            ("homophones", &self.homophones),
            ("duplicate_plates", &self.duplicate_plates),
            ("irregular_plates", &self.irregular_plates),
            ("stray_facilities", &self.stray_facilities),
            ("gateless_compounds", &self.gateless_compounds),
        ]
    }
}
