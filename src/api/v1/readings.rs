//! `GET /api/v1/names/readings`: names whose reading nobody has reviewed yet, with what is in doubt; `POST
//! /api/v1/names/spelling`: a name spelled with the readings that a person chose.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::record::content_tag;
use crate::api::answer::Answer;
use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::openapi::schemas::{Named, add};
use crate::api::problem::Problem;
use crate::api::route::{Param, Route, Verb};
use crate::api::view::View;
use crate::model::{Layer, Record, RecordId, Value};
use crate::names::spelling::{Doubt, Speller, Spelling};

/// The routes.
pub const ROUTES: &[Route] = &[
    Route::get(
        "/api/v1/names/readings",
        "names",
        "读音尚未审定的地名，多音字列出候选 · names whose reading is to be reviewed, with what is in doubt",
        list,
    )
    .query(&[
        Param {
            name: "which",
            shape: "string",
            about: "open（默认）未审定的；doubt 其中有多音字的；all 全部有多音字的 · open if absent; doubt: of these with a character in doubt; all: reviewed ones in doubt too",
        },
        Param { name: "offset", shape: "integer", about: "跳过条数 · how many to skip" },
        Param {
            name: "limit",
            shape: "integer",
            about: "条数，默认 200，至多 1000 · how many, 200, 1,000 at most",
        },
        super::AS_OF,
        super::REVISION,
    ])
    .answers("NameReadings"),
    Route {
        method: Verb::Post,
        body: Some("SpellingQuestion"),
        ..Route::get(
            "/api/v1/names/spelling",
            "names",
            "按选定的读音拼写一个名称 · a name spelled with the readings that were chosen",
            spell,
        )
        .answers("SpellingAnswer")
    },
];

/// Adds the schemas of what is sent here.
pub fn add_schemas(named: &mut Named) {
    add::<NameReadings>(named);
    add::<SpellingQuestion>(named);
    add::<SpellingAnswer>(named);
}

/// Characters of a name, readings chosen at most.
const LONGEST: usize = 100;

/// A page of names to be reviewed.
#[derive(Serialize, utoipa::ToSchema)]
pub struct NameReadings {
    revision: u64,
    as_of: String,
    /// how many there are of those asked for
    total: usize,
    /// of all names of the register, how many nobody has reviewed
    open: usize,
    /// and how many of these have a character in doubt
    doubtful: usize,
    /// those with a character in doubt first, then by code
    names: Vec<NameReading>,
}

/// A name to be reviewed.
#[derive(Serialize, utoipa::ToSchema)]
pub struct NameReading {
    id: String,
    /// for `If-Match`
    etag: String,
    code: Option<String>,
    text: String,
    /// the place that it is a name of
    place: Option<String>,
    /// code of the division that the place lies in
    within: Option<String>,
    reviewed: bool,
    /// as it is stored
    roman: Option<String>,
    /// the same, with the marks of tones
    pinyin_toned: Option<String>,
    #[serde(flatten)]
    spelled: SpellingAnswer,
}

/// A name as it is spelled.
#[derive(Serialize, utoipa::ToSchema)]
pub struct SpellingAnswer {
    /// its words, parted by `/`
    division: String,
    /// with the marks of tones
    spelling: String,
    /// without them
    toneless: String,
    /// a syllable for each character
    syllables: Vec<String>,
    /// what a person must decide: `at` counts characters from 0; the first of `candidates` is in the spelling
    #[schema(value_type = Vec<Object>)]
    uncertain: Vec<Doubt>,
}

impl From<Spelling> for SpellingAnswer {
    fn from(spelled: Spelling) -> Self {
        Self {
            division: spelled.division,
            spelling: spelled.spelling,
            toneless: spelled.toneless,
            syllables: spelled.syllables.into_iter().map(String::from).collect(),
            uncertain: spelled.uncertain,
        }
    }
}

/// A name and the readings of its characters.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SpellingQuestion {
    name: String,
    /// code of the division that it lies in
    #[serde(default)]
    within: Option<String>,
    /// what was chosen
    #[serde(default)]
    chosen: Vec<ChosenReading>,
}

/// The reading of one character.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChosenReading {
    /// which character, counted from 0
    at: usize,
    /// a syllable with the mark of its tone
    reading: String,
}

fn speller() -> Result<Speller<'static>, Problem> {
    Speller::standard().map_err(|error| Problem::internal(&error))
}

/// The division of a name's place: the first that is named there.
fn within(view: &View, record: &Record) -> Option<String> {
    let id: RecordId = record.text("place_id")?.parse().ok()?;
    let place = view.record(Layer::Place, id).ok()?;
    match place.get("division_codes") {
        Some(Value::List(codes)) => codes.as_array()?.first()?.as_str().map(str::to_owned),
        _ => None,
    }
}

/// `GET /api/v1/names/readings`
fn list(app: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let view = View::of(app, ask)?;
    let limit = ask.limit(200, 1_000)?;
    let offset = ask.parsed::<usize>("offset")?.unwrap_or(0);
    let which = ask.param("which").unwrap_or("open");
    if !["open", "doubt", "all"].contains(&which) {
        return Err(Problem::parameter("which", "应为 open、doubt 或 all", "it must be open, doubt or all"));
    }
    let speller = speller()?;
    let (mut open, mut doubtful, mut listed) = (0, 0, Vec::new());
    for record in view.records(Layer::Name) {
        let Some(text) = record.text("text").filter(|text| text.chars().count() <= LONGEST) else { continue };
        let reviewed = record.get("reading_reviewed") == Some(Value::Bool(true));
        if reviewed && which != "all" {
            continue;
        }
        let within = within(&view, record);
        let spelled = speller.spell(text, None, within.as_deref());
        let doubt = !spelled.uncertain.is_empty();
        open += usize::from(!reviewed);
        doubtful += usize::from(!reviewed && doubt);
        if which == "open" || doubt {
            listed.push((!doubt, record, within, reviewed, spelled));
        }
    }
    listed.sort_by(|a, b| (a.0, &a.1.code, a.1.id).cmp(&(b.0, &b.1.code, b.1.id)));
    let total = listed.len();
    let own = |record: &Record, field: &str| record.text(field).map(str::to_owned);
    let page = listed.into_iter().skip(offset).take(limit);
    let names = page.map(|(_, record, within, reviewed, spelled)| NameReading {
        id: record.id.to_string(),
        etag: format!("\"{}\"", content_tag(record)),
        code: record.code.as_deref().map(str::to_owned),
        text: own(record, "text").unwrap_or_default(),
        place: own(record, "place_id"),
        within,
        reviewed,
        roman: own(record, "roman"),
        pinyin_toned: own(record, "pinyin_toned"),
        spelled: spelled.into(),
    });
    Answer::json(&NameReadings {
        revision: view.revision().0,
        as_of: view.as_of.to_string(),
        total,
        open,
        doubtful,
        names: names.collect(),
    })
}

/// `POST /api/v1/names/spelling`
fn spell(_: &Arc<App>, ask: &Ask) -> Result<Answer, Problem> {
    let question: SpellingQuestion = ask.json()?;
    let length = question.name.trim().chars().count();
    if length == 0 || length > LONGEST || question.chosen.len() > LONGEST {
        return Err(Problem::parameter("name", "名称应为 1 至 100 字", "it must have 1 to 100 characters"));
    }
    let sound = |text: &str| {
        let count = text.chars().count();
        (1..=8).contains(&count) && text.chars().all(char::is_lowercase)
    };
    if !question.chosen.iter().all(|one| sound(&one.reading)) {
        return Err(Problem::parameter(
            "reading",
            "应为带调号的音节，如 hé",
            "it must be a syllable with the mark of its tone, such as hé",
        ));
    }
    let chosen: Vec<(usize, &str)> = question.chosen.iter().map(|one| (one.at, &*one.reading)).collect();
    let spelled = speller()?.spell_as(&question.name, None, question.within.as_deref(), &chosen);
    Answer::json(&SpellingAnswer::from(spelled))
}
