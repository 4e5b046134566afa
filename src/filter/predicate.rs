//! The typed predicate: what a filter is once it has been understood.

use std::borrow::Cow;
use std::cmp::Ordering;

use geo::Intersects as _;
use geo_types::{Coord, Rect};

use super::space::Spatial;
use super::text::{Fold, Pattern};
use super::time::{self, Span};
use crate::model::{Date, Record, Value};

/// Where a value stands in a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// its id
    Id,
    /// its geometry
    Geometry,
    /// a field that all records have
    Common(&'static str),
    /// an own field, by its place in the layer's definition
    Own(usize),
}

/// A value as filters compare it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Scalar<'a> {
    Text(Cow<'a, str>),
    Number(f64),
    Flag(bool),
    Day(Date),
}

impl Place {
    /// The value there.
    pub(super) fn scalar(self, record: &Record) -> Option<Scalar<'_>> {
        let text = |text: &'_ str| Scalar::Text(Cow::Owned(text.to_owned()));
        match self {
            Self::Id => Some(text(&record.id.to_string())),
            Self::Geometry => None,
            Self::Common("code") => record.code.as_deref().map(|t| Scalar::Text(t.into())),
            Self::Common("source") => record.source.as_deref().map(|t| Scalar::Text(t.into())),
            Self::Common("remarks") => record.remarks.as_deref().map(|t| Scalar::Text(t.into())),
            Self::Common("valid_from") => record.valid.from().map(Scalar::Day),
            Self::Common("valid_to") => record.valid.to().map(Scalar::Day),
            Self::Common(_) => Some(Scalar::Text(record.secrecy.code().into())),
            Self::Own(at) => match record.fields.get(at)? {
                Value::Text(text) => Some(Scalar::Text(Cow::Borrowed(text))),
                #[expect(clippy::cast_precision_loss, reason = "whole numbers are within ±2^53")]
                Value::Int(number) => Some(Scalar::Number(*number as f64)),
                Value::Real(number) => Some(Scalar::Number(*number)),
                Value::Bool(flag) => Some(Scalar::Flag(*flag)),
                Value::Date(day) => Some(Scalar::Day(*day)),
                Value::List(_) => None,
            },
        }
    }

    /// Whether it is that common field.
    pub(super) fn is(self, name: &str) -> bool {
        matches!(self, Self::Common(own) if own == name)
    }

    /// The texts of a list.
    fn texts(self, record: &Record) -> Option<Vec<&str>> {
        let Self::Own(at) = self else { return None };
        let Value::List(list) = record.fields.get(at)? else { return None };
        list.as_array().map(|items| items.iter().filter_map(|item| item.as_str()).collect())
    }

    fn is_there(self, record: &Record) -> bool {
        match self {
            Self::Geometry => record.geometry.is_some(),
            Self::Own(at) => record.fields.get(at).is_some(),
            _ => self.scalar(record).is_some(),
        }
    }
}

/// An operator on numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    /// to a whole number, towards zero
    Div,
    Modulo,
    Power,
}

impl Arithmetic {
    /// The result; none where there is no finite one.
    pub(super) fn apply(self, a: f64, b: f64) -> Option<f64> {
        let result = match self {
            Self::Add => a + b,
            Self::Subtract => a - b,
            Self::Multiply => a * b,
            Self::Divide => a / b,
            Self::Div => (a / b).trunc(),
            Self::Modulo => a % b,
            Self::Power => a.powf(b),
        };
        result.is_finite().then_some(result)
    }
}

/// What has one value per record. Constant parts are worked out when the filter is compiled.
#[derive(Clone, Debug)]
pub(super) enum Term {
    Field(Place),
    Literal(Scalar<'static>),
    Fold(Fold, Box<Term>),
    Arithmetic(Arithmetic, Box<Term>, Box<Term>),
}

impl Term {
    /// Its value; none where a field is absent.
    pub(super) fn value<'a>(&'a self, record: &'a Record) -> Option<Scalar<'a>> {
        match self {
            Self::Field(place) => place.scalar(record),
            Self::Literal(scalar) => Some(scalar.clone()),
            Self::Fold(fold, inner) => match inner.value(record)? {
                Scalar::Text(text) => Some(Scalar::Text(fold.apply(&text).into())),
                _ => None,
            },
            Self::Arithmetic(operator, a, b) => match (a.value(record)?, b.value(record)?) {
                (Scalar::Number(a), Scalar::Number(b)) => operator.apply(a, b).map(Scalar::Number),
                _ => None,
            },
        }
    }
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparison {
    fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::NotEqual => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
        }
    }
}

fn order(a: &Scalar, b: &Scalar) -> Option<Ordering> {
    match (a, b) {
        (Scalar::Text(a), Scalar::Text(b)) => Some(a.cmp(b)),
        (Scalar::Number(a), Scalar::Number(b)) => a.partial_cmp(b),
        (Scalar::Flag(a), Scalar::Flag(b)) => Some(a.cmp(b)),
        (Scalar::Day(a), Scalar::Day(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

/// A relation of two sets of texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sets {
    Equal,
    Contains,
    ContainedBy,
    Overlaps,
}

/// A set of texts.
#[derive(Clone, Debug)]
pub(super) enum Texts {
    Field(Place),
    Given(Vec<String>),
}

impl Texts {
    fn of<'a>(&'a self, record: &'a Record) -> Option<Vec<&'a str>> {
        match self {
            Self::Field(place) => place.texts(record),
            Self::Given(texts) => Some(texts.iter().map(String::as_str).collect()),
        }
    }
}

/// A predicate: true, false or unknown of a record.
#[derive(Clone, Debug)]
pub(super) enum Test {
    Constant(bool),
    All(Vec<Test>),
    Any(Vec<Test>),
    Not(Box<Test>),
    Flag(Term),
    Compare(Comparison, Term, Term),
    Like(Term, Pattern),
    Between(Term, Term, Term),
    In(Term, Vec<Term>),
    Absent(Place),
    Sets(Sets, Texts, Texts),
    Spatial(Spatial),
    Temporal(time::Relation, Span, Span),
}

impl Test {
    /// True, false, or `None` for unknown.
    pub(super) fn truth(&self, record: &Record) -> Option<bool> {
        match self {
            Self::Constant(truth) => Some(*truth),
            Self::All(tests) => all(tests.iter().map(|test| test.truth(record))),
            Self::Any(tests) => all(tests.iter().map(|test| test.truth(record).map(|t| !t))).map(|t| !t),
            Self::Not(test) => test.truth(record).map(|truth| !truth),
            Self::Flag(term) => match term.value(record)? {
                Scalar::Flag(flag) => Some(flag),
                _ => None,
            },
            Self::Compare(comparison, a, b) => {
                order(&a.value(record)?, &b.value(record)?).map(|order| comparison.holds(order))
            }
            Self::Like(term, pattern) => match term.value(record)? {
                Scalar::Text(text) => Some(pattern.fits(&text)),
                _ => None,
            },
            Self::Between(term, low, high) => {
                let value = term.value(record)?;
                let above = low.value(record).and_then(|low| order(&value, &low)).map(Ordering::is_ge);
                let below = high.value(record).and_then(|high| order(&value, &high)).map(Ordering::is_le);
                all([above, below].into_iter())
            }
            Self::In(term, list) => {
                let value = term.value(record)?;
                let differs = |item: &Term| order(&value, &item.value(record)?).map(Ordering::is_ne);
                all(list.iter().map(differs)).map(|none| !none)
            }
            Self::Absent(place) => Some(!place.is_there(record)),
            Self::Sets(relation, a, b) => {
                let (a, b) = (a.of(record)?, b.of(record)?);
                let within = |a: &[&str], b: &[&str]| a.iter().all(|text| b.contains(text));
                Some(match relation {
                    Sets::Equal => within(&a, &b) && within(&b, &a),
                    Sets::Contains => within(&b, &a),
                    Sets::ContainedBy => within(&a, &b),
                    Sets::Overlaps => a.iter().any(|text| b.contains(text)),
                })
            }
            Self::Spatial(spatial) => spatial.truth(record),
            Self::Temporal(relation, a, b) => Some(relation.holds(a.days(record)?, b.days(record)?)),
        }
    }

    /// Boxes outside of which it is never true.
    pub(super) fn windows(&self) -> Option<Vec<Rect>> {
        match self {
            Self::Constant(false) => Some(Vec::new()),
            Self::Spatial(spatial) => spatial.window().map(|window| vec![window]),
            Self::All(tests) => tests
                .iter()
                .filter_map(Self::windows)
                .reduce(|a, b| a.iter().flat_map(|a| b.iter().filter_map(|b| overlap(*a, *b))).collect()),
            Self::Any(tests) => {
                let windows: Option<Vec<_>> = tests.iter().map(Self::windows).collect();
                windows.map(|windows| windows.concat())
            }
            _ => None,
        }
    }
}

/// False where one is false, else unknown where one is unknown.
fn all(truths: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut result = Some(true);
    for truth in truths {
        match truth {
            Some(false) => return Some(false),
            None => result = None,
            Some(true) => {}
        }
    }
    result
}

fn overlap(a: Rect, b: Rect) -> Option<Rect> {
    let low = Coord { x: a.min().x.max(b.min().x), y: a.min().y.max(b.min().y) };
    let high = Coord { x: a.max().x.min(b.max().x), y: a.max().y.min(b.max().y) };
    a.intersects(&b).then(|| Rect::new(low, high))
}
