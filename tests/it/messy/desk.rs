//! The program serving an empty register on a free port, and plain requests to it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value as Json;

/// How long one waits for an answer and for a job: both are soon there, but not on a machine that compiles beside it.
const PATIENCE: Duration = Duration::from_secs(600);

/// Percent-encoded.
pub fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

pub struct Desk {
    child: Child,
    address: String,
    _folder: tempfile::TempDir,
}

impl Desk {
    pub fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let program = || {
            let mut command = Command::new(env!("CARGO_BIN_EXE_boundstone"));
            command.current_dir(folder.path()).env("BOUNDSTONE_LANG", "zh");
            command
        };
        let made = program().args(["init", "r.gpkg", "--title", "空白区"]).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let mut child = program()
            .args(["serve", "r.gpkg", "--bind", "127.0.0.1:0", "--show", "internal"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = said
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| {
                let after = line.split_once("http://")?.1;
                Some(after.split(['/', ' ', '，']).next()?.to_owned())
            })
            .unwrap();
        // What it says later is read too, or it would wait for ever.
        std::thread::spawn(move || said.for_each(drop));
        Self { child, address, _folder: folder }
    }

    fn exchange(&self, head: &str, body: &[u8]) -> (u16, Json) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        // As of 1.0: the answer comes in one piece and the connection is closed after it.
        let head = format!("{head}host: {}\r\ncontent-length: {}\r\n\r\n", self.address, body.len());
        stream.write_all(head.as_bytes()).unwrap();
        // A server that has said no does not read on.
        let sent = stream.write_all(body);
        let mut answer = Vec::new();
        // A connection that the server resets behind its answer has given that answer.
        let read = stream.read_to_end(&mut answer);
        let end = answer.windows(4).position(|part| part == b"\r\n\r\n");
        let end = end.unwrap_or_else(|| panic!("{head}: no answer ({sent:?}, {read:?})"));
        let status = std::str::from_utf8(&answer[9..12]).unwrap().parse().unwrap();
        let body = &answer[end + 4..];
        let shown = || String::from_utf8_lossy(body).into_owned();
        assert!(status < 500, "{head}: {}", shown());
        (status, serde_json::from_slice(body).unwrap_or_else(|error| panic!("{head}: {error}: {}", shown())))
    }

    pub fn send(&self, method: &str, path: &str, body: &Json) -> (u16, Json) {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.exchange(
            &format!("{method} {path} HTTP/1.0\r\ncontent-type: application/json\r\n"),
            body.as_bytes(),
        )
    }

    /// A file, of a new upload or to one.
    pub fn upload(&self, to: &Json, path: &Path) -> (u16, Json) {
        let name = path.file_name().unwrap().to_str().unwrap();
        let name = encoded(name);
        let path_of = match to["upload"].as_str() {
            Some(id) => format!("/api/v1/uploads/{id}/files?name={name}"),
            None => format!("/api/v1/uploads?name={name}"),
        };
        let head = format!("POST {path_of} HTTP/1.0\r\ncontent-type: application/octet-stream\r\n");
        self.exchange(&head, &std::fs::read(path).unwrap())
    }

    pub fn ended(&self, job: &Json) -> Json {
        let path = format!("/api/v1/jobs/{}", job["id"].as_str().unwrap_or_else(|| panic!("{job}")));
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            let (_, now) = self.send("GET", &path, &Json::Null);
            if !["queued", "running"].contains(&now["state"].as_str().unwrap()) {
                return now;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("{path} does not end");
    }

    pub fn count(&self, layer: &str) -> u64 {
        let (_, register) = self.send("GET", "/api/v1/register", &Json::Null);
        let layers = register["layers"].as_array().unwrap();
        layers.iter().find(|one| one["name"] == layer).map_or(0, |one| one["count"].as_u64().unwrap())
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
