//! A server with a socket: it answers, follows other writers, and closes when told.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use boundstone::register::Register;
use boundstone::server::{Config, Limits, Server, application};

use super::app::TestApp;

struct Running {
    address: SocketAddr,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    task: tokio::task::JoinHandle<Result<(), boundstone::server::ServeError>>,
}

async fn start(register: Arc<Register>) -> Running {
    start_with(register, Limits::default()).await
}

async fn start_with(register: Arc<Register>, limits: Limits) -> Running {
    let config = Config { bind: SocketAddr::from(([127, 0, 0, 1], 0)), limits, ..Config::default() };
    let server = Server::bind(register, &config).await.unwrap();
    let address = server.address().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel();
    let task = tokio::spawn(server.run(async move {
        let _ = stopped.await;
    }));
    Running { address, stop: Some(stop), task }
}

impl Running {
    async fn close(mut self) {
        let _ = self.stop.take().unwrap().send(());
        tokio::time::timeout(Duration::from_secs(5), self.task).await.unwrap().unwrap().unwrap();
    }
}

fn raw(address: SocketAddr, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    stream.write_all(request).unwrap();
    let mut text = Vec::new();
    let _ = stream.read_to_end(&mut text);
    String::from_utf8_lossy(&text).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bound_server_answers_tells_news_and_closes() {
    let app = TestApp::new();
    let running = start(app.register.clone()).await;
    let address = running.address;
    let health = tokio::task::spawn_blocking(move || {
        raw(address, b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
    });
    assert!(health.await.unwrap().contains("{\"status\":\"ok\",\"revision\":1}"));
    let listening = tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(b"GET /api/v1/events HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
        let mut text = Vec::new();
        stream.read_to_end(&mut text).map(|_| String::from_utf8_lossy(&text).into_owned())
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    let path = format!("/api/v1/layers/compound/records/{}", app.compound);
    let body = serde_json::json!({ "set": { "name": "乙" }, "by": "a", "reason": "b" });
    assert_eq!(app.write("PATCH", &path, &[("if-match", &app.tag(&path).await)], &body).await.status, 200);
    tokio::time::sleep(Duration::from_millis(500)).await;
    // The open stream does not keep the server from closing, and ends in good order.
    running.close().await;
    let heard = listening.await.unwrap().unwrap();
    assert!(heard.contains("event: revision") && heard.contains("\"revision\":2"), "{heard}");
    assert!(heard.ends_with("0\r\n\r\n"), "{heard}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_megabyte_of_query_and_broken_requests_are_turned_away() {
    let app = TestApp::new();
    let running = start(app.register.clone()).await;
    let address = running.address;
    tokio::task::spawn_blocking(move || {
        let mut long = b"GET /api/v1/search?q=".to_vec();
        long.extend(std::iter::repeat_n(b'a', 1_000_000));
        long.extend_from_slice(b" HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        let answer = raw(address, &long);
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer:.200}");
        for broken in [
            &b"\x16\x03\x01\x02\x00"[..],
            b"GET / HTTP/9.9\r\n\r\n",
            b"\r\n\r\n\r\n",
            b"GET /\x00 HTTP/1.1\r\n\r\n",
        ] {
            let answer = raw(address, &[broken, b"\r\n\r\n"].concat());
            assert!(!answer.starts_with("HTTP/1.1 5"), "{answer:.200}");
        }
        assert!(raw(address, b"GET /healthz HTTP/1.0\r\n\r\n").contains("ok"));
    })
    .await
    .unwrap();
    running.close().await;
}

/// GDAL's own client: lists, reads, pages, filters by window and by property.
#[tokio::test(flavor = "multi_thread")]
async fn gdal_reads_the_features() {
    if Command::new("ogrinfo").arg("--version").output().is_err() {
        eprintln!("skipped: ogrinfo is not here");
        return;
    }
    let app = TestApp::new();
    let running = start(app.register.clone()).await;
    let source = format!("OAPIF:http://{}/ogc", running.address);
    let ogrinfo = |args: &[&str]| {
        let mut command = Command::new("ogrinfo");
        command.env("no_proxy", "127.0.0.1").args(["-ro", "--config", "GDAL_HTTP_TIMEOUT", "20"]);
        command.arg(&source).args(args);
        async move {
            let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            let errors = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success() && !errors.contains("ERROR"), "{text} {errors}");
            text
        }
    };
    let list = ogrinfo(&[]).await;
    for layer in ["division", "facility", "road"] {
        assert!(list.contains(layer), "{list}");
    }
    assert!(ogrinfo(&["-so", "facility"]).await.contains("Feature Count: 23"));
    let all = ogrinfo(&["-q", "-oo", "PAGE_SIZE=10", "facility"]).await;
    assert_eq!(all.matches("OGRFeature(").count(), 23, "paged: {all}");
    let window = ogrinfo(&["-q", "-spat", "102.6", "25.0", "102.65", "25.05", "facility"]).await;
    let inside = window.matches("OGRFeature(").count();
    assert!(inside > 5 && inside < 23, "{inside}");
    let one = ogrinfo(&["-q", "-where", "code = 'F007'", "facility"]).await;
    assert!(one.matches("OGRFeature(").count() == 1 && one.contains("设施7号"), "{one}");
    let metrics = app.get("/metrics").await.text();
    drop(metrics);
    running.close().await;
}

/// A client that sends its head byte by byte is cut off; others are answered meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn slow_heads_are_cut_off() {
    let app = TestApp::new();
    let limits = Limits { head_time: Duration::from_millis(400), ..Limits::default() };
    let running = start_with(app.register.clone(), limits).await;
    let address = running.address;
    tokio::task::spawn_blocking(move || {
        let mut slow = TcpStream::connect(address).unwrap();
        slow.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\nx: ").unwrap();
        let begun = std::time::Instant::now();
        // The first byte after it was cut off may still be taken by the system, a later one not.
        while slow.write_all(b"y").is_ok() {
            assert!(begun.elapsed() < Duration::from_secs(10), "it is still listened to");
            std::thread::sleep(Duration::from_millis(50));
        }
        assert!(begun.elapsed() >= Duration::from_millis(300), "cut off too early");
        assert!(
            raw(address, b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").contains("ok")
        );
    })
    .await
    .unwrap();
    running.close().await;
}

/// A panic in a handler is a problem of that request alone.
#[tokio::test]
async fn a_panic_is_a_problem_and_the_server_lives_on() {
    use std::sync::atomic::{AtomicBool, Ordering};
    let app = TestApp::new();
    let broken = Arc::new(AtomicBool::new(true));
    let within = broken.clone();
    let clock = Arc::new(move || {
        assert!(!within.load(Ordering::Relaxed), "the clock is broken");
        super::app::NOW_MS
    });
    let (_, router) = application(app.register.clone(), &Config::default(), Some(clock)).unwrap();
    let app = TestApp { router, ..app };
    let reply = app.get("/api/v1/register").await;
    assert_eq!(reply.status.as_u16(), 500);
    assert_eq!(reply.header("content-type"), "application/problem+json");
    let problem = reply.json();
    assert_eq!((problem["code"].as_str(), problem["status"].as_u64()), (Some("internal"), Some(500)));
    assert!(!reply.text().contains("clock"), "internals go to the log: {}", reply.text());
    assert!(!reply.header("x-request-id").is_empty());
    broken.store(false, Ordering::Relaxed);
    assert_eq!(app.ok("/api/v1/register").await["revision"], 1);
}
