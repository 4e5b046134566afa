//! A small register behind the whole server, without a socket.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use boundstone::api::App;
use boundstone::model::layers::{Compound, Division, DivisionLevel, Facility, Gate, Name, Road};
use boundstone::model::{
    Change, Date, Header, IdSource, Period, Record, RecordId, Secrecy, SetKind, geometry,
};
use boundstone::register::Register;
use boundstone::server::{Config, application};
use boundstone::store::{MemoryStore, RegisterInfo};
use geo_types::{Geometry, line_string, point, polygon};
use serde_json::Value as Json;
use tower::ServiceExt as _;

/// 2026-11-21, noon in Shanghai.
pub const NOW_MS: u64 = 1_795_233_600_000;

/// The app under test and the ids of what it holds.
pub struct TestApp {
    pub app: Arc<App>,
    pub router: Router,
    pub register: Arc<Register>,
    pub wuhua: RecordId,
    pub compound: RecordId,
    pub facilities: Vec<RecordId>,
    pub secret: RecordId,
}

/// What was answered.
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn json(&self) -> Json {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.text()))
    }
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }
}

pub fn square(x: f64, y: f64, side: f64) -> Geometry {
    let p: Geometry =
        polygon![(x: x, y: y), (x: x + side, y: y), (x: x + side, y: y + side), (x: x, y: y + side)].into();
    geometry::settle(p, boundstone::model::GeometryKind::Area).unwrap()
}

pub fn header_of(kind: SetKind, reason: &str) -> Header {
    Header {
        kind,
        by: "张工".into(),
        verified: false,
        reason: reason.into(),
        document: Some("五府发〔2026〕1号".into()),
        at: "2026-11-21T01:00:00.000Z".into(),
        undoes: None,
        idempotency_key: None,
        origin: None,
    }
}

/// A word that stands in nothing but secret records.
pub const SECRET_WORD: &str = "绝密雷达站";

fn records(ids: &mut IdSource) -> Vec<Record> {
    let mut all = Vec::new();
    let mut division = |name: &str, level, code: &str, parent: Option<&str>, g: Geometry| {
        let mut record = Record::of(
            ids.next_id(),
            Division { parent_code: parent.map(str::to_owned), ..Division::named(name, level) },
        );
        record.code = Some(code.into());
        record.geometry = Some(Arc::new(g));
        all.push(record);
    };
    division("五华区", DivisionLevel::County, "530102", None, square(102.6, 25.0, 0.1));
    division("盘龙区", DivisionLevel::County, "530103", None, square(102.7, 25.0, 0.1));
    division("华山街道", DivisionLevel::Township, "530102002", Some("530102"), square(102.6, 25.0, 0.1));
    let compound = ids.next_id();
    let mut record = Record::of(
        compound,
        Compound {
            name: Some("翠湖苑".into()),
            kind: None,
            community_code: Some("530102002".into()),
            address: None,
            closed: Some(true),
            built_year: Some(1998),
            building_count: None,
            manager: None,
        },
    );
    record.geometry = Some(Arc::new(square(102.65, 25.05, 0.001)));
    all.push(record);
    let mut record = Record::of(
        ids.next_id(),
        Gate {
            name: Some("东门".into()),
            compound_id: Some(compound.to_string()),
            kind: None,
            foot: None,
            opening_hours: None,
        },
    );
    record.geometry = Some(Arc::new(point! { x: 102.651, y: 25.0505 }.into()));
    all.push(record);
    all
}

pub fn facility(id: RecordId, name: &str, kind: &str, at: (f64, f64)) -> Record {
    let mut record = Record::of(
        id,
        Facility {
            name: name.into(),
            kind: Some(kind.into()),
            circle: None,
            status: None,
            address: None,
            community_code: None,
            floor_area_m2: None,
            site_area_m2: None,
            beds: None,
            nursing_beds: None,
            capacity: Some(30),
            opening_hours: None,
            operator: None,
            served_communities: Vec::new(),
            standard_profile: None,
            radius_m: None,
            verified: None,
        },
    );
    record.geometry = Some(Arc::new(point! { x: at.0, y: at.1 }.into()));
    record
}

fn road(id: RecordId) -> Record {
    let fields = boundstone::model::record_from_json(
        boundstone::model::Layer::Road,
        id,
        serde_json::json!({ "name": "翠湖南路" }).as_object().unwrap(),
    )
    .unwrap();
    let _: Road = fields.read().unwrap();
    let line = line_string![(x: 102.61, y: 25.01), (x: 102.68, y: 25.08)];
    let mut fields = fields;
    fields.geometry =
        Some(Arc::new(geometry::settle(line.into(), boundstone::model::GeometryKind::Line).unwrap()));
    fields
}

impl TestApp {
    /// Two districts, a street, a compound with a gate, 25 facilities (one of them to come next year,
    /// one gone), a secret one, an internal one, a road, a name without geometry.
    pub fn new() -> Self {
        Self::with(&Config::default())
    }

    pub fn with(config: &Config) -> Self {
        let info = RegisterInfo { title: "五华区".into(), created: "2026-01-01T00:00:00Z".into() };
        let register = Arc::new(Register::open(Box::new(MemoryStore::new(info))).unwrap());
        let mut ids = IdSource::new(1_790_000_000_000, 7);
        let mut all = records(&mut ids);
        let (wuhua, compound) = (all[0].id, all[3].id);
        let mut facilities = Vec::new();
        for n in 0..25u32 {
            let at = (102.605 + 0.0035 * f64::from(n), 25.01 + 0.003 * f64::from(n));
            let kind = if n % 2 == 0 { "clinic" } else { "kindergarten" };
            let mut record = facility(ids.next_id(), &format!("设施{n}号"), kind, at);
            record.code = Some(format!("F{n:03}").into());
            if n == 23 {
                record.valid = Period::new(Date::new(2027, 1, 1), None).unwrap();
            }
            if n == 24 {
                record.valid = Period::new(None, Date::new(2026, 1, 1)).unwrap();
            }
            facilities.push(record.id);
            all.push(record);
        }
        let secret = ids.next_id();
        let mut record = facility(secret, SECRET_WORD, "clinic", (102.62, 25.02));
        record.secrecy = Secrecy::Secret;
        record.code = Some("SECRET-1".into());
        all.push(record);
        let mut record = facility(ids.next_id(), "内部仓库", "clinic", (102.621, 25.021));
        record.secrecy = Secrecy::Internal;
        all.push(record);
        all.push(road(ids.next_id()));
        let name = ids.next_id();
        let fields = serde_json::json!({ "text": "翠湖" });
        let record = boundstone::model::record_from_json(
            boundstone::model::Layer::Name,
            name,
            fields.as_object().unwrap(),
        )
        .unwrap();
        let _: Name = record.read().unwrap();
        all.push(record);
        let changes: Vec<Change> = all.into_iter().map(Change::insert).collect();
        register
            .commit(header_of(SetKind::Import, "初次入库"), |_| {
                Ok::<_, std::convert::Infallible>(changes.clone())
            })
            .unwrap();
        let (app, router) = application(register.clone(), config, Some(Arc::new(|| NOW_MS))).unwrap();
        Self { app, router, register, wuhua, compound, facilities, secret }
    }

    pub async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Reply { status: parts.status, headers: parts.headers, body }
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.get_with(path, &[]).await
    }

    pub async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Reply {
        let mut request = Request::get(path).header(header::HOST, "test.local:8080");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::empty()).unwrap()).await
    }

    pub async fn ok(&self, path: &str) -> Json {
        let reply = self.get(path).await;
        assert_eq!(reply.status, StatusCode::OK, "{path}: {}", reply.text());
        reply.json()
    }

    /// The tag of a record, by its path under /api/v1.
    pub async fn tag(&self, path: &str) -> String {
        self.ok(path).await["etag"].as_str().unwrap().to_owned()
    }

    pub async fn write(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &Json) -> Reply {
        let mut request =
            Request::builder().method(method).uri(path).header(header::CONTENT_TYPE, "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::from(body.to_string())).unwrap()).await
    }
}

/// A server with pictures under the data: what it answers to `GET`.
pub fn with_underlays(underlays: boundstone::underlays::Underlays) -> impl Fn(&str) -> Reply {
    let app = TestApp::with(&Config { underlays: Arc::new(underlays), ..Config::default() });
    move |path: &str| tokio::runtime::Runtime::new().unwrap().block_on(app.get(path))
}
