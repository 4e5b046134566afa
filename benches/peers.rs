//! Peers from PyPI: put into `target/peers` once, skipped with a message where they cannot be had.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/peers")
}

/// Python that finds them.
pub fn python() -> Command {
    let mut command = Command::new("python3");
    command.env("PYTHONPATH", folder());
    command
}

/// Whether modules can be imported, after having tried to install their packages (`name==version`).
pub fn are_there(modules: &str, packages: &[&str]) -> bool {
    let import = || {
        let status = python().args(["-c", &format!("import {modules}")]).stderr(Stdio::null()).status();
        status.is_ok_and(|status| status.success())
    };
    let install = || {
        let pip = ["-m", "pip", "install", "--quiet", "--only-binary", ":all:", "--target"];
        let status = Command::new("python3")
            .args(pip)
            .arg(folder())
            .args(packages)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        status.is_ok_and(|status| status.success())
    };
    let there = import() || install() && import();
    if !there {
        println!("skipped: {} cannot be installed here", packages.join(", "));
    }
    there
}
