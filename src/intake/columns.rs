//! Which column fills which field: by the field's name, its titles, the other names of `data/vocab`, or as told.

use std::collections::HashMap;

use super::{ImportError, ImportOptions};
use crate::model::{COMMON_FIELDS, FieldDef, Layer, vocab};

/// Where a column's values go.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Target {
    /// the record's id, where the values are ULIDs
    Id,
    /// the record's version, beside an id
    Version,
    /// a common field
    Common(&'static FieldDef),
    /// an own field by its place
    Own(usize),
    /// an object whose members are columns of an earlier import
    ExtraObject,
    /// kept in `extra` under its own name
    Extra,
}

/// One column of the file.
#[derive(Debug)]
pub(super) struct Column {
    /// its name in the file
    pub name: String,
    /// where its values go
    pub target: Target,
    /// whether rows are matched by it
    pub is_key: bool,
}

/// The columns seen so far.
pub(super) struct Columns {
    layer: Layer,
    /// the columns in the file's order
    pub bound: Vec<Column>,
    /// the coordinate system that geometries come in, once known
    pub crs: Option<String>,
    names: HashMap<String, Vec<(usize, Place)>>,
    targets: Vec<(&'static str, Target)>,
    taken: Vec<bool>,
    told: Vec<(usize, String)>,
    key: Option<String>,
}

/// How well a name fits a field: lower is better.
type Place = u16;

impl Columns {
    /// The names that a layer's fields go by, and what the user told.
    pub(super) fn new(options: &ImportOptions) -> Result<Self, ImportError> {
        let layer = options.layer;
        let def = layer.def();
        let mut targets: Vec<(&'static str, Target)> =
            def.fields.iter().enumerate().map(|(at, field)| (field.name, Target::Own(at))).collect();
        targets.extend(COMMON_FIELDS.iter().map(|field| (field.name, Target::Common(field))));
        targets.extend([("id", Target::Id), ("version", Target::Version), ("extra", Target::ExtraObject)]);
        let mut names: HashMap<String, Vec<(usize, Place)>> = HashMap::new();
        for (at, (name, target)) in targets.iter().enumerate() {
            let label = vocab::field(layer.name(), name);
            let titles = [(*name).to_owned(), label.title.zh.clone(), label.title.en.clone()];
            // Ids are too easily confused with the numbers of other systems to go by free words.
            let aliases = if *target == Target::ExtraObject { &[][..] } else { &label.aliases[..] };
            for (place, known) in titles.iter().chain(aliases).enumerate() {
                let place = place.min(400) as Place;
                for (form, worse) in [(normal(known), 0), (squeezed(known), 500), (bare(known), 1000)] {
                    if !form.is_empty() {
                        names.entry(form).or_default().push((at, place + worse));
                    }
                }
            }
        }
        let mut columns = Self {
            layer,
            bound: Vec::new(),
            crs: None,
            names,
            taken: vec![false; targets.len()],
            targets,
            told: Vec::new(),
            key: options.key.clone(),
        };
        columns.take_told(&options.map)?;
        Ok(columns)
    }

    fn take_told(&mut self, map: &[(String, String)]) -> Result<(), ImportError> {
        for (field, column) in map {
            let wanted = field.trim();
            let title = |name: &str| vocab::field(self.layer.name(), name).title.zh == wanted;
            let found = self.targets.iter().position(|(name, _)| *name == wanted);
            let found = found.or_else(|| self.targets.iter().position(|(name, _)| title(name)));
            let Some(at) = found else {
                return Err(ImportError::UnknownField { layer: self.layer, field: wanted.to_owned() });
            };
            let column = column.trim();
            if self.taken[at] {
                return Err(ImportError::MappedTwice(wanted.to_owned()));
            }
            if self.told.iter().any(|(_, known)| known == column) {
                return Err(ImportError::MappedTwice(column.to_owned()));
            }
            self.taken[at] = true;
            if !column.is_empty() {
                self.told.push((at, column.to_owned()));
            }
        }
        Ok(())
    }

    /// Takes in columns that have come up since.
    pub(super) fn extend(&mut self, seen: &[String]) {
        if seen.len() <= self.bound.len() {
            return;
        }
        let first = self.bound.len();
        for name in &seen[first..] {
            self.bound.push(Column { name: name.clone(), target: Target::Extra, is_key: false });
        }
        self.bind_told(first);
        self.bind_named(first);
        if let Some(key) = &self.key
            && !self.bound[..first].iter().any(|column| column.is_key)
            && let Some(at) = position(&self.bound[first..], key)
        {
            self.bound[first + at].is_key = true;
        }
    }

    fn bind_told(&mut self, first: usize) {
        for (target, wanted) in &self.told {
            let target = self.targets[*target].1;
            let already = self.bound[..first].iter().any(|column| column.target == target);
            if let Some(at) = position(&self.bound[first..], wanted).filter(|_| !already) {
                self.bound[first + at].target = target;
            }
        }
    }

    /// The best fit first; a field takes one column, a column fills one field.
    fn bind_named(&mut self, first: usize) {
        let mut fits: Vec<(Place, usize, usize)> = Vec::new();
        for (at, column) in self.bound.iter().enumerate().skip(first) {
            let told = self.told.iter().any(|(_, name)| same(name, &column.name));
            if column.target != Target::Extra || told {
                continue;
            }
            for (form, worse) in
                [(normal(&column.name), 0), (squeezed(&column.name), 500), (bare(&column.name), 1000)]
            {
                let known = self.names.get(&form).into_iter().flatten();
                fits.extend(known.map(|(field, place)| (place + worse, at, *field)));
            }
            fits.extend(self.cut_short(&column.name).map(|field| (2000, at, field)));
        }
        fits.sort_unstable();
        for (_, column, field) in fits {
            if self.bound[column].target == Target::Extra && !self.taken[field] {
                self.bound[column].target = self.targets[field].1;
                self.taken[field] = true;
            }
        }
    }

    /// The field whose name a shapefile has cut to ten letters, if it is only one.
    fn cut_short(&self, column: &str) -> Option<usize> {
        let wanted = normal(column);
        if wanted.len() != 10 || !wanted.is_ascii() {
            return None;
        }
        let mut fields = self.targets.iter().enumerate();
        let found = fields.find(|(_, (name, _))| name.starts_with(&wanted))?.0;
        fields.all(|(_, (name, _))| !name.starts_with(&wanted)).then_some(found)
    }

    /// Columns told of that have not come up.
    pub(super) fn missing(&self) -> Option<&str> {
        let has = |name: &str| position(&self.bound, name).is_some();
        let told = self.told.iter().map(|(_, name)| name.as_str());
        told.chain(self.key.as_deref()).find(|name| !has(name))
    }

    /// Whether a column fills no field and is no key.
    pub(super) fn is_extra(&self, column: usize) -> bool {
        self.bound.get(column).is_some_and(|bound| bound.target == Target::Extra && !bound.is_key)
    }

    /// The key column.
    pub(super) fn key(&self) -> Option<&Column> {
        self.bound.iter().find(|column| column.is_key)
    }

    /// The column that fills a field.
    pub(super) fn name_of(&self, field: &str) -> Option<&str> {
        self.mapped().find(|(_, name)| *name == field).map(|(column, _)| column)
    }

    /// Columns that fill a field, and the field.
    pub(super) fn mapped(&self) -> impl Iterator<Item = (&str, &'static str)> {
        self.bound.iter().filter(|column| column.target != Target::Extra).filter_map(|column| {
            let (name, _) = self.targets.iter().find(|(_, target)| *target == column.target)?;
            Some((column.name.as_str(), *name))
        })
    }
}

fn position(columns: &[Column], name: &str) -> Option<usize> {
    let exact = columns.iter().position(|column| column.name == name);
    exact.or_else(|| columns.iter().position(|column| same(&column.name, name)))
}

fn same(a: &str, b: &str) -> bool {
    a == b || normal(a) == normal(b)
}

fn normal(name: &str) -> String {
    name.trim()
        .chars()
        .map(|c| match c {
            '（' => '(',
            '）' => ')',
            '：' => ':',
            c => c,
        })
        .flat_map(char::to_lowercase)
        .collect()
}

/// Without spaces and separators.
fn squeezed(name: &str) -> String {
    normal(name).chars().filter(|c| !c.is_whitespace() && !matches!(c, '_' | '-' | '*' | '.')).collect()
}

/// Without a unit or a remark in brackets after it.
fn bare(name: &str) -> String {
    let whole = squeezed(name);
    whole.split(['(', '[', '/']).next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Date;

    fn bind(layer: Layer, map: &[(&str, &str)], names: &[&str]) -> Vec<(String, String)> {
        let mut options = ImportOptions::new(layer, "f.csv", Date::new(2026, 1, 1).unwrap());
        options.map = map.iter().map(|(f, c)| ((*f).to_owned(), (*c).to_owned())).collect();
        let mut columns = Columns::new(&options).unwrap();
        let names: Vec<String> = names.iter().map(|n| (*n).to_owned()).collect();
        columns.extend(&names[..1]);
        columns.extend(&names);
        columns.mapped().map(|(c, f)| (c.to_owned(), f.to_owned())).collect()
    }

    fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
    }

    #[test]
    fn columns_find_their_fields_by_many_names() {
        assert_eq!(
            bind(Layer::Division, &[], &["color_id", "Name", "code", "parentCode", "pinyin", "labelPoint"]),
            pairs(&[("Name", "name"), ("code", "code"), ("parentCode", "parent_code"), ("pinyin", "roman")])
        );
        assert_eq!(
            bind(
                Layer::Division,
                &[],
                &["XZQDM", " 行政区名称 ", "面积（平方公里）", "人口(人)", "parent_cod"]
            ),
            pairs(&[
                ("XZQDM", "code"),
                (" 行政区名称 ", "name"),
                ("面积（平方公里）", "area_km2"),
                ("人口(人)", "population"),
                ("parent_cod", "parent_code")
            ])
        );
    }

    #[test]
    fn what_is_told_comes_first_and_nothing_is_filled_twice() {
        assert_eq!(
            bind(Layer::Division, &[("name", "县名"), ("code", "")], &["名称", "县名", "代码", "名称2"]),
            pairs(&[("县名", "name")])
        );
        assert_eq!(bind(Layer::Division, &[], &["mc", "NAME"])[..1], pairs(&[("mc", "name")])[..]);
        let mut options = ImportOptions::new(Layer::Road, "f", Date::new(2026, 1, 1).unwrap());
        options.map = vec![("colour".into(), "x".into())];
        assert!(matches!(Columns::new(&options), Err(ImportError::UnknownField { .. })));
        options.map = vec![("name".into(), "x".into()), ("roman".into(), "x".into())];
        assert!(matches!(Columns::new(&options), Err(ImportError::MappedTwice(_))));
    }
}
