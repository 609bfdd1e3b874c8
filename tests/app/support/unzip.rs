//! What a third program makes of our archives, workbooks and documents: Info-ZIP's, or libarchive's.

use std::io::Write as _;
use std::process::Command;

use super::process::{find_program, skip};

/// Every file of an archive is read, and is what its checksums say. Without such a program that is skipped loudly.
///
/// # Panics
/// With the program's words, if anything is wrong.
pub(crate) fn is_whole_archive(bytes: &[u8]) {
    let (program, arguments) = match (find_program("unzip"), find_program("bsdtar")) {
        (Some(unzip), _) => (unzip, ["-t", "-qq"]),
        (None, Some(bsdtar)) => (bsdtar, ["-x", "-Of"]),
        (None, None) => {
            _ = skip::<()>("unzip not found; an archive in every test with it", "unzip");
            return;
        }
    };
    let mut file = tempfile::NamedTempFile::with_suffix(".zip").expect("a temporary file");
    file.write_all(bytes).expect("an archive is kept");
    let output = Command::new(&program).args(arguments).arg(file.path()).output().expect("a program runs");
    let said = [output.stdout, output.stderr].map(|words| String::from_utf8_lossy(&words).into_owned());
    assert!(output.status.success(), "{}: {said:?}", program.display());
}
