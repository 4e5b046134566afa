//! Our side of the child: started, listened to, stopped when its time is over, its end told in words.

use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::frame::{Answer, Request, Work, receive, send};
use super::{FormatError, WORKER_COMMAND, Worker};
use crate::model::Bilingual;

/// How often it is asked whether to go on.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// What of GDAL's own words is kept.
const MAX_WORDS: u64 = 64 << 10;

/// A child at work.
pub(super) struct Running {
    path: PathBuf,
    child: Arc<Mutex<Child>>,
    input: Option<BufWriter<ChildStdin>>,
    output: BufReader<ChildStdout>,
    words: Option<JoinHandle<Vec<u8>>>,
    /// dropped, it ends the watch
    watch: Option<Sender<()>>,
    late: Arc<AtomicBool>,
}

impl Running {
    /// Starts a child for a piece of work on a file.
    pub fn start(path: &Path, work: Work, worker: &Worker) -> Result<Self, FormatError> {
        let failed = |e: std::io::Error| FormatError::Worker {
            path: path.into(),
            what: Bilingual::new(
                format!("GDAL 子进程无法启动（{e}）"),
                format!("GDAL's process cannot be started: {e}"),
            ),
        };
        let program = match &worker.executable {
            Some(program) => program.clone(),
            None => std::env::current_exe().map_err(failed)?,
        };
        let mut command = Command::new(program);
        command.arg(WORKER_COMMAND).env_clear();
        // Nothing of our environment reaches GDAL but where its data are.
        for key in ["PATH", "PROJ_LIB", "PROJ_DATA", "GDAL_DATA", "LD_LIBRARY_PATH", "TMPDIR"] {
            command.envs(std::env::var_os(key).map(|value| (key, value)));
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(failed)?;
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(stdin), Some(stdout), Some(stderr)) = pipes else {
            return Err(failed(std::io::ErrorKind::BrokenPipe.into()));
        };
        let words = std::thread::spawn(move || {
            let mut stderr = stderr;
            let mut kept = Vec::new();
            let _ = stderr.by_ref().take(MAX_WORDS).read_to_end(&mut kept);
            // The rest is read, or the child would wait for ever.
            let _ = std::io::copy(&mut stderr, &mut std::io::sink());
            kept
        });
        let child = Arc::new(Mutex::new(child));
        let late = Arc::new(AtomicBool::new(false));
        let watch = watch(Arc::clone(&child), Arc::clone(&late), worker.wall);
        let mut running = Self {
            path: path.into(),
            child,
            input: Some(BufWriter::with_capacity(1 << 16, stdin)),
            output: BufReader::with_capacity(1 << 16, stdout),
            words: Some(words),
            watch: Some(watch),
            late,
        };
        let request = Request { memory: worker.memory, cpu_s: worker.cpu_s, work };
        running.say(&request, &[])?;
        running.flush()?;
        Ok(running)
    }

    /// Sends a message.
    pub fn say(&mut self, head: &impl serde::Serialize, body: &[u8]) -> Result<(), FormatError> {
        let sent = match &mut self.input {
            Some(input) => send(input, head, body),
            None => Err(std::io::ErrorKind::BrokenPipe.into()),
        };
        // A child that failed says why before it stops listening.
        sent.map_err(|_| match self.next() {
            Ok((answer, _)) => self.refused(answer),
            Err(e) => e,
        })
    }

    fn flush(&mut self) -> Result<(), FormatError> {
        let flushed = self.input.as_mut().map_or(Ok(()), Write::flush);
        flushed.map_err(|_| self.ended())
    }

    /// Says that nothing more comes.
    pub fn close_input(&mut self) -> Result<(), FormatError> {
        self.flush()?;
        self.input = None;
        Ok(())
    }

    /// The next message.
    pub fn next(&mut self) -> Result<(Answer, Vec<u8>), FormatError> {
        receive(&mut self.output).map_err(|_| self.ended())
    }

    /// The next message; the child is stopped where `go_on`, asked several times a second, says no.
    pub fn next_while(&mut self, go_on: &mut dyn FnMut() -> bool) -> Result<(Answer, Vec<u8>), FormatError> {
        let (output, child) = (&mut self.output, &self.child);
        let received = std::thread::scope(|scope| {
            let listener = scope.spawn(|| receive(output));
            while !listener.is_finished() {
                std::thread::sleep(LOOK_EVERY);
                if !go_on() {
                    let _ = child.lock().unwrap_or_else(PoisonError::into_inner).kill();
                    break;
                }
            }
            listener.join()
        });
        match received {
            Ok(Ok(message)) => Ok(message),
            _ => Err(self.ended()),
        }
    }

    /// The error for an answer that is none.
    pub fn refused(&mut self, answer: Answer) -> FormatError {
        match answer {
            // What GDAL says of a file that it cannot open at all helps nobody: its own name, and that it failed.
            Answer::Unopened(_) => {
                let what = unopened(&self.path);
                FormatError::Broken { path: self.path.clone(), what }
            }
            Answer::Failed(why) => self.failed(
                format!("GDAL 无法读写此文件：{why}"),
                format!("GDAL cannot read or write this file: {why}"),
            ),
            _ => self
                .failed("GDAL 子进程答非所问".into(), "GDAL's process gave no answer to the question".into()),
        }
    }

    fn failed(&self, zh: String, en: String) -> FormatError {
        FormatError::Worker { path: self.path.clone(), what: Bilingual { zh, en } }
    }

    /// Why the child ended without a word: too long, too much memory, a crash.
    fn ended(&mut self) -> FormatError {
        self.input = None;
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = child.kill();
        let status = child.wait();
        drop(child);
        let words = self.words.take().and_then(|thread| thread.join().ok()).unwrap_or_default();
        let words = String::from_utf8_lossy(&words);
        let tail: String = words
            .lines()
            .rev()
            .find(|line| !line.trim().is_empty())
            .unwrap_or("")
            .chars()
            .take(300)
            .collect();
        if self.late.load(Ordering::Relaxed) {
            return self
                .failed("GDAL 读写超过时限，已停止".into(), "GDAL took too long and was stopped".into());
        }
        let how = status.map_or_else(|e| e.to_string(), |status| status.to_string());
        self.failed(
            format!("GDAL 读写此文件时崩溃或超出内存、时间限制（{how}）{tail}"),
            format!("GDAL crashed on this file or ran out of the memory or time it is given ({how}) {tail}"),
        )
    }
}

/// What is probably wrong with a file that no driver opens.
fn unopened(path: &Path) -> Bilingual {
    let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
    match extension.as_str() {
        "kml" | "kmz" => Bilingual::new(
            "不是完整的 KML：里面没有 kml 根元素和地标（Placemark），或文件已损坏。请在奥维、谷歌地球等原软件中重新导出",
            "not a whole KML: it has no kml element with Placemarks, or it is damaged. Export it again from the program \
             that made it",
        ),
        _ => Bilingual::new(
            "内容不完整或已损坏，打不开。请在原来的软件中打开核对，重新导出",
            "it is incomplete or damaged and cannot be opened. Check it in the program that made it and export it again",
        ),
    }
}

/// Kills the child when its time is over; ends when the sender is dropped.
fn watch(child: Arc<Mutex<Child>>, late: Arc<AtomicBool>, limit: Duration) -> Sender<()> {
    let (sender, receiver) = channel::<()>();
    std::thread::spawn(move || {
        if receiver.recv_timeout(limit) == Err(RecvTimeoutError::Timeout) {
            late.store(true, Ordering::Relaxed);
            let _ = child.lock().unwrap_or_else(PoisonError::into_inner).kill();
        }
    });
    sender
}

impl Drop for Running {
    fn drop(&mut self) {
        self.watch = None;
        self.input = None;
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = child.kill();
        let _ = child.wait();
    }
}
