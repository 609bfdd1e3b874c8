//! What other programs make of ours: short Python programs with Debian's packages.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use super::process::skip;

/// A Python that has a module. `None` where there is none, which is said loudly.
pub(crate) fn python_with(module: &str, package: &str) -> Option<&'static str> {
    // Debian's own Python has Debian's packages; another one on the PATH may not.
    let knows = |python: &&str| {
        (!python.starts_with('/') || Path::new(python).exists())
            && Command::new(python)
                .args(["-c", &format!("import {module}")])
                .stderr(Stdio::null())
                .status()
                .is_ok_and(|status| status.success())
    };
    match ["/usr/bin/python3", "python3"].into_iter().find(knows) {
        Some(python) => Some(python),
        None => skip(&format!("Python's {module} not found; every test with it"), package),
    }
}

/// What the program says of what it is given.
///
/// # Panics
/// With its words, if it fails.
pub(crate) fn run_python(python: &str, program: &str, input: &[u8]) -> String {
    let mut child = Command::new(python)
        .args(["-c", program])
        .env("PYTHONIOENCODING", "utf-8")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("python runs");
    child.stdin.take().expect("a pipe").write_all(input).expect("python reads");
    let output = child.wait_with_output().expect("python ends");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}
