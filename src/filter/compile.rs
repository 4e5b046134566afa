//! From the expression to the typed predicate, against a layer's definition.

use std::borrow::Cow;

use serde_json::Value as Json;

use super::predicate::{Arithmetic, Comparison, Place, Scalar, Sets, Term, Test, Texts};
use super::space::{self, Shape, Spatial};
use super::text::{Fold, Pattern};
use super::time::{self, Bound, Span};
use super::{FilterError, queryables};
use crate::crs::Crs;
use crate::model::{COMMON_FIELDS, FieldKind, GeometryKind, Layer};

/// What kind of value a part of a filter has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Number,
    Flag,
    Day,
    List,
    Geometry,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Flag => "true/false",
            Self::Day => "DATE('…')",
            Self::List => "list",
            Self::Geometry => "geometry",
        }
    }
}

type Result<T> = std::result::Result<T, FilterError>;

/// Compiles an expression in CQL2 JSON.
pub(super) fn compile(expression: &Json, layer: Layer, crs: &Crs) -> Result<Test> {
    Compiler { layer, crs }.test(expression)
}

struct Compiler<'a> {
    layer: Layer,
    crs: &'a Crs,
}

fn mismatch(place: &str, wanted: &'static str, found: &'static str) -> FilterError {
    FilterError::Mismatch { place: place.to_owned(), wanted, found }
}

/// What a part is, for messages.
fn word(part: &Json) -> &'static str {
    match part {
        Json::Null => "null",
        Json::Bool(_) => "true/false",
        Json::Number(_) => "number",
        Json::String(_) => "text",
        Json::Array(_) => "list",
        Json::Object(members) if members.contains_key("interval") => "INTERVAL",
        Json::Object(members) if members.contains_key("type") || members.contains_key("bbox") => "geometry",
        Json::Object(members) if members.contains_key("property") => "property",
        Json::Object(members) if members.contains_key("op") => "expression",
        Json::Object(_) => "DATE('…')",
    }
}

fn operation(part: &Json) -> Option<(&str, &[Json])> {
    Some((part.get("op")?.as_str()?, part.get("args")?.as_array()?))
}

fn arguments<'a, const N: usize>(name: &str, args: &'a [Json]) -> Result<&'a [Json; N]> {
    args.try_into().map_err(|_| FilterError::Arguments(name.to_owned()))
}

impl Compiler<'_> {
    fn test(&self, part: &Json) -> Result<Test> {
        if let Json::Bool(truth) = part {
            return Ok(Test::Constant(*truth));
        }
        let Some((name, args)) = operation(part) else {
            let (term, kind) = self.term(part)?;
            return match kind {
                Kind::Flag => Ok(Test::Flag(term)),
                other => Err(mismatch("filter", Kind::Flag.name(), other.name())),
            };
        };
        let several = || args.iter().map(|arg| self.test(arg)).collect::<Result<Vec<_>>>();
        match name {
            "and" if args.len() >= 2 => several().map(Test::All),
            "or" if args.len() >= 2 => several().map(Test::Any),
            "and" | "or" => Err(FilterError::Arguments(name.to_owned())),
            "not" => {
                let [inner] = arguments(name, args)?;
                Ok(Test::Not(Box::new(self.test(inner)?)))
            }
            "=" => self.compare(Comparison::Equal, name, args),
            "<>" => self.compare(Comparison::NotEqual, name, args),
            "<" => self.compare(Comparison::Less, name, args),
            "<=" => self.compare(Comparison::LessOrEqual, name, args),
            ">" => self.compare(Comparison::Greater, name, args),
            ">=" => self.compare(Comparison::GreaterOrEqual, name, args),
            "like" => self.like(args),
            "between" => self.between(args),
            "in" => self.within(args),
            "isNull" => self.absent(args),
            "a_equals" => self.sets(Sets::Equal, name, args),
            "a_contains" => self.sets(Sets::Contains, name, args),
            "a_containedBy" => self.sets(Sets::ContainedBy, name, args),
            "a_overlaps" => self.sets(Sets::Overlaps, name, args),
            _ => self.relation(name, args),
        }
    }

    fn relation(&self, name: &str, args: &[Json]) -> Result<Test> {
        if let Some(relation) = space::Relation::of(name) {
            let [left, right] = arguments(name, args)?;
            let (left, right) = (self.shape(name, left)?, self.shape(name, right)?);
            return Ok(Test::Spatial(Spatial { relation, left, right }));
        }
        if let Some(relation) = time::Relation::of(name) {
            let [left, right] = arguments(name, args)?;
            return Ok(Test::Temporal(relation, self.span(name, left)?, self.span(name, right)?));
        }
        match self.number(name, args)? {
            Some(_) => Err(mismatch(name, Kind::Flag.name(), Kind::Number.name())),
            None if ["casei", "accenti"].contains(&name) => {
                Err(mismatch(name, Kind::Flag.name(), Kind::Text.name()))
            }
            None => Err(FilterError::Function(name.chars().take(60).collect())),
        }
    }

    fn place(&self, name: &str) -> Result<(Place, Kind)> {
        match name {
            "id" => return Ok((Place::Id, Kind::Text)),
            "geometry" if self.layer.def().geometry != GeometryKind::None => {
                return Ok((Place::Geometry, Kind::Geometry));
            }
            _ => {}
        }
        let Some(field) = queryables(self.layer).find(|field| field.name == name) else {
            let geometry = (self.layer.def().geometry != GeometryKind::None).then_some("geometry");
            let names = queryables(self.layer).map(|field| field.name);
            let known = ["id"].into_iter().chain(names).chain(geometry).map(str::to_owned).collect();
            return Err(FilterError::Property { name: name.chars().take(60).collect(), known });
        };
        let kind = match field.kind {
            FieldKind::Text => Kind::Text,
            FieldKind::Int | FieldKind::Real => Kind::Number,
            FieldKind::Bool => Kind::Flag,
            FieldKind::Date => Kind::Day,
            FieldKind::List(_) => Kind::List,
        };
        let common = COMMON_FIELDS.iter().any(|common| common.name == field.name);
        let own = self.layer.def().index_of(field.name).filter(|_| !common);
        Ok((own.map_or(Place::Common(field.name), Place::Own), kind))
    }

    /// What has one value per record.
    fn term(&self, part: &Json) -> Result<(Term, Kind)> {
        match part {
            Json::String(text) => Ok((Term::Literal(Scalar::Text(Cow::Owned(text.clone()))), Kind::Text)),
            Json::Bool(flag) => Ok((Term::Literal(Scalar::Flag(*flag)), Kind::Flag)),
            Json::Number(number) => {
                let number = number.as_f64().unwrap_or(f64::NAN);
                Ok((Term::Literal(Scalar::Number(number)), Kind::Number))
            }
            Json::Object(members) => {
                if let Some(name) = members.get("property").and_then(Json::as_str) {
                    let (place, kind) = self.place(name)?;
                    return Ok((Term::Field(place), kind));
                }
                if let Some(text) = members.get("date").or_else(|| members.get("timestamp")) {
                    let text = text.as_str().ok_or_else(|| FilterError::Time(text.to_string()))?;
                    return Ok((Term::Literal(Scalar::Day(time::day(text)?)), Kind::Day));
                }
                match operation(part) {
                    Some(("casei", args)) => self.folded(Fold::Case, "casei", args),
                    Some(("accenti", args)) => self.folded(Fold::Accents, "accenti", args),
                    Some((name, args)) => match self.number(name, args)? {
                        Some(term) => Ok((term, Kind::Number)),
                        None => Err(FilterError::Function(name.chars().take(60).collect())),
                    },
                    None => Err(mismatch("value", "text, number, DATE", word(part))),
                }
            }
            Json::Null | Json::Array(_) => Err(mismatch("value", "text, number, DATE (IS NULL)", word(part))),
        }
    }

    fn folded(&self, fold: Fold, name: &str, args: &[Json]) -> Result<(Term, Kind)> {
        let [inner] = arguments(name, args)?;
        match self.term(inner)? {
            (Term::Literal(Scalar::Text(text)), _) => {
                Ok((Term::Literal(Scalar::Text(fold.apply(&text).into())), Kind::Text))
            }
            (term, Kind::Text) => Ok((Term::Fold(fold, Box::new(term)), Kind::Text)),
            (_, other) => Err(mismatch(name, Kind::Text.name(), other.name())),
        }
    }

    /// A term of arithmetic; `None` where the name is no operator on numbers.
    fn number(&self, name: &str, args: &[Json]) -> Result<Option<Term>> {
        let operator = match name {
            "+" => Arithmetic::Add,
            "-" => Arithmetic::Subtract,
            "*" => Arithmetic::Multiply,
            "/" => Arithmetic::Divide,
            "div" => Arithmetic::Div,
            "%" => Arithmetic::Modulo,
            "^" => Arithmetic::Power,
            _ => return Ok(None),
        };
        if args.len() < 2 {
            return Err(FilterError::Arguments(name.to_owned()));
        }
        let mut terms = args.iter().map(|arg| match self.term(arg)? {
            (term, Kind::Number) => Ok(term),
            (_, other) => Err(mismatch(name, Kind::Number.name(), other.name())),
        });
        let first = terms.next().transpose()?;
        terms.try_fold(first, |left, right| {
            let right = right?;
            Ok(left.map(|left| {
                let constant = match (&left, &right) {
                    (Term::Literal(Scalar::Number(a)), Term::Literal(Scalar::Number(b))) => {
                        operator.apply(*a, *b)
                    }
                    _ => None,
                };
                match constant {
                    Some(result) => Term::Literal(Scalar::Number(result)),
                    None => Term::Arithmetic(operator, Box::new(left), Box::new(right)),
                }
            }))
        })
    }

    /// Terms of one kind, one of those that can be compared.
    fn alike<'a>(
        &self,
        name: &str,
        parts: impl IntoIterator<Item = &'a Json>,
        kinds: &[Kind],
    ) -> Result<Vec<Term>> {
        let (mut terms, mut first) = (Vec::new(), None);
        for part in parts {
            let (term, kind) = self.term(part)?;
            let place = match part.get("property").and_then(Json::as_str) {
                Some(property) => format!("{property} {name}"),
                None => name.to_owned(),
            };
            if !kinds.contains(&kind) {
                return Err(mismatch(&place, kinds.first().map_or("", |kind| kind.name()), kind.name()));
            }
            if *first.get_or_insert(kind) != kind {
                return Err(mismatch(&place, first.map_or("", Kind::name), kind.name()));
            }
            terms.push(term);
        }
        Ok(terms)
    }

    fn compare(&self, comparison: Comparison, name: &str, args: &[Json]) -> Result<Test> {
        let args: &[Json; 2] = arguments(name, args)?;
        let ordered: &[Kind] = &[Kind::Number, Kind::Text, Kind::Day];
        let any: &[Kind] = &[Kind::Number, Kind::Text, Kind::Day, Kind::Flag];
        let equality = matches!(comparison, Comparison::Equal | Comparison::NotEqual);
        let mut terms = self.alike(name, args, if equality { any } else { ordered })?.into_iter();
        match (terms.next(), terms.next()) {
            (Some(a), Some(b)) => Ok(Test::Compare(comparison, a, b)),
            _ => Err(FilterError::Arguments(name.to_owned())),
        }
    }

    fn like(&self, args: &[Json]) -> Result<Test> {
        let [value, pattern] = arguments("like", args)?;
        let mut terms = self.alike("like", [value, pattern], &[Kind::Text])?.into_iter();
        match (terms.next(), terms.next()) {
            (Some(value), Some(Term::Literal(Scalar::Text(pattern)))) => {
                if pattern.chars().count() > 500 {
                    return Err(FilterError::Bounds("LIKE 500"));
                }
                Ok(Test::Like(value, Pattern::new(&pattern)))
            }
            _ => Err(mismatch("like", "'…%'", word(pattern))),
        }
    }

    fn between(&self, args: &[Json]) -> Result<Test> {
        let args: &[Json; 3] = arguments("between", args)?;
        let mut terms = self.alike("between", args, &[Kind::Number, Kind::Day, Kind::Text])?.into_iter();
        match (terms.next(), terms.next(), terms.next()) {
            (Some(value), Some(low), Some(high)) => Ok(Test::Between(value, low, high)),
            _ => Err(FilterError::Arguments("between".into())),
        }
    }

    fn within(&self, args: &[Json]) -> Result<Test> {
        let [value, list] = arguments("in", args)?;
        let list = list.as_array().ok_or_else(|| mismatch("in", Kind::List.name(), word(list)))?;
        let kinds = [Kind::Text, Kind::Number, Kind::Day, Kind::Flag];
        let mut terms = self.alike("in", std::iter::once(value).chain(list), &kinds)?.into_iter();
        match terms.next() {
            Some(value) => Ok(Test::In(value, terms.collect())),
            None => Err(FilterError::Arguments("in".into())),
        }
    }

    fn absent(&self, args: &[Json]) -> Result<Test> {
        let [value] = arguments("isNull", args)?;
        match value.get("property").and_then(Json::as_str) {
            Some(name) => Ok(Test::Absent(self.place(name)?.0)),
            None => Err(mismatch("isNull", "property", word(value))),
        }
    }

    fn sets(&self, relation: Sets, name: &str, args: &[Json]) -> Result<Test> {
        let [left, right] = arguments(name, args)?;
        let texts = |part: &Json| match part {
            Json::Array(items) => {
                let texts: Option<Vec<_>> = items.iter().map(|i| i.as_str().map(str::to_owned)).collect();
                texts.map(Texts::Given).ok_or_else(|| mismatch(name, "('…', '…')", "list"))
            }
            other => match other.get("property").and_then(Json::as_str).map(|name| self.place(name)) {
                Some(Ok((place, Kind::List))) => Ok(Texts::Field(place)),
                Some(Ok((_, kind))) => Err(mismatch(name, Kind::List.name(), kind.name())),
                Some(Err(error)) => Err(error),
                None => Err(mismatch(name, Kind::List.name(), word(other))),
            },
        };
        Ok(Test::Sets(relation, texts(left)?, texts(right)?))
    }

    fn shape(&self, name: &str, part: &Json) -> Result<Shape> {
        if part.get("type").is_some() || part.get("bbox").is_some() {
            return space::read(part, self.crs).map(|shape| Shape::Given(Box::new(shape)));
        }
        match part.get("property").and_then(Json::as_str).map(|name| self.place(name)) {
            Some(Ok((Place::Geometry, _))) => Ok(Shape::Own),
            Some(Ok((_, kind))) => Err(mismatch(name, Kind::Geometry.name(), kind.name())),
            Some(Err(error)) => Err(error),
            None => match operation(part) {
                Some((inner, _)) => Err(FilterError::Function(inner.chars().take(60).collect())),
                None => Err(mismatch(name, Kind::Geometry.name(), word(part))),
            },
        }
    }

    fn span(&self, name: &str, part: &Json) -> Result<Span> {
        if let Some(bounds) = part.get("interval").and_then(Json::as_array) {
            let [first, last] = arguments("INTERVAL", bounds)?;
            return Ok(Span::Interval(self.bound(name, first)?, self.bound(name, last)?));
        }
        // A bare text is no day: it may be meant as one, but the standard wants it said.
        match self.bound(name, part)? {
            Bound::Open => Err(mismatch(name, Kind::Day.name(), "'..'")),
            _ if part.is_string() => Err(mismatch(name, Kind::Day.name(), Kind::Text.name())),
            bound => Ok(Span::Day(bound)),
        }
    }

    fn bound(&self, name: &str, part: &Json) -> Result<Bound> {
        if let Json::String(text) = part {
            return if text == ".." { Ok(Bound::Open) } else { time::day(text).map(Bound::Day) };
        }
        match self.term(part)? {
            (Term::Field(place), Kind::Day) => Ok(Bound::Field(place)),
            (Term::Literal(Scalar::Day(day)), _) => Ok(Bound::Day(day)),
            (_, kind) => Err(mismatch(name, Kind::Day.name(), kind.name())),
        }
    }
}
