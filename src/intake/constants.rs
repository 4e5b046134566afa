//! Values that a person gives for all rows of a file: `level = county` for a table of counties that does not say
//! so. A row's own value comes first; which rows are about which records is not for here.

use serde_json::Value as Json;

use super::row::{Row, common};
use super::values::Reader;
use super::{ImportError, ImportOptions};
use crate::model::{COMMON_FIELDS, FieldDef, Value, vocab};

/// The values, read once.
pub(super) struct Constants {
    own: Vec<(usize, Value)>,
    common: Vec<(&'static str, Value)>,
}

impl Constants {
    /// What the options say; fields by name or Chinese title, values as a cell of that field would be read.
    ///
    /// # Errors
    /// No such field, one that tells records apart, given twice, or a value that does not fit it.
    pub(super) fn new(options: &ImportOptions) -> Result<Self, ImportError> {
        let (layer, def) = (options.layer, options.layer.def());
        let mut constants = Self { own: Vec::new(), common: Vec::new() };
        for (name, text) in &options.set {
            let wanted = name.trim();
            let is = |field: &FieldDef| {
                field.name == wanted || vocab::field(layer.name(), field.name).title.zh == wanted
            };
            let own = def.fields.iter().position(&is);
            let found =
                own.map(|at| &def.fields[at]).or_else(|| COMMON_FIELDS.iter().find(|field| is(field)));
            let Some(field) = found else {
                return Err(ImportError::UnknownField { layer, field: wanted.to_owned() });
            };
            // One code for all rows would make them all one record.
            if field.name == "code" {
                return Err(ImportError::NoConstant(def.field_title(field.name)));
            }
            let value = match Reader::new(field).read(Json::String(text.clone())) {
                Ok(Some(value)) => value,
                Ok(None) => continue,
                Err((_, why)) => {
                    let (title, text) = (def.field_title(field.name), text.trim().to_owned());
                    return Err(ImportError::BadConstant { field: title, text, why });
                }
            };
            let given = constants.own.iter().any(|(at, _)| Some(*at) == own)
                || constants.common.iter().any(|(name, _)| *name == field.name && own.is_none());
            if given {
                return Err(ImportError::MappedTwice(wanted.to_owned()));
            }
            match own {
                Some(at) => constants.own.push((at, value)),
                None => constants.common.push((field.name, value)),
            }
        }
        Ok(constants)
    }

    /// Gives a row what it does not say itself; its own fields need not be in order yet.
    pub(super) fn fill(&self, row: &mut Row) {
        for (at, value) in &self.own {
            if !row.fields.iter().any(|(known, _)| known == at) {
                row.fields.push((*at, value.clone()));
            }
        }
        for (name, value) in &self.common {
            if !row.said().is_some_and(|said| said.has(name)) {
                common(row, name, value.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Date, Layer};

    fn constants(layer: Layer, set: &[(&str, &str)]) -> Result<Constants, ImportError> {
        let mut options = ImportOptions::new(layer, "f.csv", Date::new(2026, 1, 1).unwrap());
        options.set = set.iter().map(|(f, v)| ((*f).to_owned(), (*v).to_owned())).collect();
        Constants::new(&options)
    }

    #[test]
    fn a_constant_fills_what_a_row_does_not_say() {
        let constants =
            constants(Layer::Division, &[("级别", "县级"), ("seat", " 新街口 "), ("source", "民政局")])
                .unwrap();
        let at = |name| Layer::Division.def().index_of(name).unwrap();
        let (level, seat) = (at("level"), at("seat"));
        let mut row = Row::default();
        row.set(seat, Value::Text("自己的".into()));
        row.say().remarks = Some("有话".into());
        constants.fill(&mut row);
        row.fields.sort_unstable_by_key(|(at, _)| *at);
        assert_eq!(row.get(level).and_then(Value::as_text), Some("county"));
        assert_eq!(row.get(seat).and_then(Value::as_text), Some("自己的"), "the row's own comes first");
        assert_eq!(row.said().and_then(|said| said.source.as_deref()), Some("民政局"));
    }

    #[test]
    fn what_does_not_fit_is_said() {
        let said = |set: &[(&str, &str)]| constants(Layer::Division, set).err().map(|e| e.sentence().zh);
        assert!(said(&[("level", "某级")]).unwrap().contains("某级"));
        assert!(said(&[("population", "很多")]).unwrap().contains("很多"));
        assert!(said(&[("code", "530102")]).unwrap().contains("不能"));
        assert!(said(&[("id", "x")]).unwrap().contains("没有字段"));
        assert!(said(&[("colour", "x")]).unwrap().contains("没有字段"));
        assert!(said(&[("level", "县级"), ("级别", "县级")]).unwrap().contains("两次"));
        assert_eq!(said(&[("level", "  ")]), None, "nothing given is nothing said");
    }
}
