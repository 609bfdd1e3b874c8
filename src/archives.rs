//! An archive (ZIP) that is written while it is sent: a year of a center's papers is larger than memory should be, and nobody waits for
//! it to be whole. One piece lies between each two who wait for one another: whoever reads the records gives a file, a thread packs it,
//! and the reader's browser takes it as fast as it can. Who stops reading stops them all.
//!
//! Names are such that any system can unpack them, and no two are the same where capitals are not told apart. What fails on the way cuts
//! the archive off: an archive without its end is seen by every program to be broken, and none is taken for whole that is not.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::io::{self, Seek, Write};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use rocket::Request;
use rocket::http::{ContentType, Header};
use rocket::response::{self, Responder, Response};
use rocket::tokio::io::{AsyncRead, ReadBuf};
use rocket::tokio::sync::mpsc::{Receiver, Sender, channel};
use rocket::tokio::sync::oneshot;
use rocket::tokio::{spawn, task};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::error::{Error, Result};
use crate::files::disposition;

/// Files that wait to be packed, and pieces that wait to be sent.
const WAITING: usize = 2;

/// Bytes of a piece that is sent.
const PIECE: usize = 64 << 10;

/// Characters of a part of a name: with its folder well below the 260 that some programs on Windows take.
const NAME: usize = 80;

/// Files of one archive: those of the old format's index.
const MOST: usize = 60_000;

/// A file to be packed.
struct Packed {
    name: String,
    bytes: Vec<u8>,
}

/// Where files are given to an archive.
pub struct ArchiveWriter {
    line: Sender<Packed>,
    /// What is there, as systems compare names that do not tell capitals apart.
    taken: BTreeSet<String>,
}

impl ArchiveWriter {
    /// Puts a file into a folder (empty: into none), under this name or, where that is taken, with a number behind it; the name that it
    /// got is answered, with its folder.
    ///
    /// # Errors
    /// `Unavailable` where nobody takes the archive any more; `Internal` for too many files.
    pub async fn add(&mut self, folder: &str, name: &str, bytes: Vec<u8>) -> Result<String> {
        if self.taken.len() >= MOST {
            return Err(Error::internal("an archive with too many files"));
        }
        let name = self.place(folder, name);
        self.line.send(Packed { name: name.clone(), bytes }).await.map_err(|_| Error::Unavailable)?;
        Ok(name)
    }

    /// A name that is not taken yet.
    fn place(&mut self, folder: &str, name: &str) -> String {
        let folder: String = folder.split('/').filter(|part| !part.is_empty()).map(|part| safe(part) + "/").collect();
        let name = safe(name);
        let (stem, ending) = parted(&name);
        let mut whole = format!("{folder}{name}");
        let mut number = 2;
        while !self.taken.insert(whole.to_lowercase()) {
            whole = format!("{folder}{stem} ({number}){ending}");
            number += 1;
        }
        whole
    }
}

/// A file's name before its ending, and the ending with its dot: at most eight letters and digits.
fn parted(name: &str) -> (&str, &str) {
    match name.rsplit_once('.') {
        Some((stem, ending))
            if !stem.is_empty()
                && (1..=8).contains(&ending.len())
                && ending.chars().all(|c| c.is_ascii_alphanumeric()) =>
        {
            name.split_at(stem.len())
        }
        _ => (name, ""),
    }
}

/// A part of a name as every system takes it: <https://learn.microsoft.com/windows/win32/fileio/naming-a-file>.
pub fn safe(name: &str) -> String {
    const RESERVED: [&str; 4] = ["con", "prn", "aux", "nul"];
    let fits = |c: char| match c {
        '<' | '>' | ':' | '"' | '/' | '\\' | '|' | '?' | '*' => '_',
        c if c.is_control() || crate::spelling::turns_text(c) => '_',
        c => c,
    };
    let clean: String = name.chars().map(fits).collect();
    let clean = clean.trim_matches([' ', '.']);
    let (stem, ending) = parted(clean);
    let room = NAME.saturating_sub(ending.chars().count());
    let stem: String = stem.chars().take(room).collect();
    let stem = stem.trim_end_matches([' ', '.']);
    let first = stem.split('.').next().unwrap_or_default().trim_end().to_lowercase();
    let is_a_port = (first.starts_with("com") || first.starts_with("lpt"))
        && first.chars().count() == 4
        && first.ends_with(|c: char| c.is_ascii_digit() || matches!(c, '¹' | '²' | '³'));
    match stem {
        "" => format!("_{ending}"),
        stem if is_a_port || RESERVED.contains(&first.as_str()) => format!("_{stem}{ending}"),
        stem => format!("{stem}{ending}"),
    }
}

/// An archive as an answer.
pub struct Archive {
    name: String,
    body: Pieces,
}

impl Archive {
    /// An archive of this name, without its ending, into which `fill` puts files while it is sent. What `fill` answers with an error
    /// cuts the archive off.
    pub fn sent<F, W>(name: &str, fill: F) -> Self
    where
        F: FnOnce(ArchiveWriter) -> W + Send + 'static,
        W: Future<Output = Result<()>> + Send + 'static,
    {
        let (line, given) = channel(WAITING);
        let (pieces, body) = channel(WAITING);
        let failed = pieces.clone();
        let (whole, is_whole) = oneshot::channel();
        task::spawn_blocking(move || {
            if let Err(error) = pack(given, is_whole, pieces) {
                tracing::warn!(%error, "an archive was cut off");
            }
        });
        spawn(async move {
            let writer = ArchiveWriter { line, taken: BTreeSet::new() };
            match fill(writer).await {
                Ok(()) => _ = whole.send(()),
                Err(error) => {
                    tracing::warn!(?error, "an archive was not filled");
                    drop(whole);
                    _ = failed.send(Err(io::Error::other("the archive was not filled"))).await;
                }
            }
        });
        Self { name: format!("{}.zip", safe(name)), body: Pieces { body, piece: Vec::new(), sent: 0 } }
    }
}

/// Packs what is given, and writes the index where `is_whole` says that all was.
fn pack(
    given: Receiver<Packed>,
    is_whole: oneshot::Receiver<()>,
    pieces: Sender<io::Result<Vec<u8>>>,
) -> io::Result<()> {
    let is_cut = Rc::new(Cell::new(false));
    let out = Out { pieces, piece: Vec::with_capacity(PIECE), is_cut: Rc::clone(&is_cut) };
    let mut writer = ZipWriter::new_stream(out);
    let packed = pack_all(&mut writer, given).and_then(|()| is_whole.blocking_recv().map_err(io::Error::other));
    match packed {
        Ok(()) => writer.finish().map_err(io::Error::other)?.into_inner().flush(),
        Err(error) => {
            // The writer writes its index when it goes, whatever was before.
            is_cut.set(true);
            Err(error)
        }
    }
}

fn pack_all<W: Write + Seek>(writer: &mut ZipWriter<W>, mut given: Receiver<Packed>) -> io::Result<()> {
    // What is packed already is not made smaller by packing it again.
    const PACKED: [&str; 7] = [".jpg", ".jpeg", ".png", ".pdf", ".xlsx", ".docx", ".zip"];
    while let Some(Packed { name, bytes }) = given.blocking_recv() {
        let small = name.to_ascii_lowercase();
        let is_packed = PACKED.iter().any(|ending| small.ends_with(ending));
        let method = if is_packed { CompressionMethod::Stored } else { CompressionMethod::Deflated };
        // When it was fetched is nobody's matter.
        let options = SimpleFileOptions::default().compression_method(method).last_modified_time(DateTime::default());
        writer.start_file(name, options).map_err(io::Error::other)?;
        writer.write_all(&bytes)?;
    }
    Ok(())
}

/// Where packed bytes go, piece by piece; nowhere any more once the archive is cut off.
struct Out {
    pieces: Sender<io::Result<Vec<u8>>>,
    piece: Vec<u8>,
    is_cut: Rc<Cell<bool>>,
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.is_cut.get() {
            return Ok(bytes.len());
        }
        self.piece.extend_from_slice(bytes);
        if self.piece.len() >= PIECE {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.piece.is_empty() || self.is_cut.get() {
            return Ok(());
        }
        let piece = std::mem::replace(&mut self.piece, Vec::with_capacity(PIECE));
        self.pieces.blocking_send(Ok(piece)).map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))
    }
}

/// The pieces as a body.
struct Pieces {
    body: Receiver<io::Result<Vec<u8>>>,
    piece: Vec<u8>,
    /// So much of the piece is sent.
    sent: usize,
}

impl AsyncRead for Pieces {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, to: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.sent == self.piece.len() {
            match self.body.poll_recv(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(None) => return Poll::Ready(Ok(())),
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Err(error)),
                Poll::Ready(Some(Ok(piece))) => {
                    self.piece = piece;
                    self.sent = 0;
                }
            }
        }
        let most = to.remaining().min(self.piece.len() - self.sent);
        to.put_slice(&self.piece[self.sent..self.sent + most]);
        self.sent += most;
        Poll::Ready(Ok(()))
    }
}

impl<'r> Responder<'r, 'static> for Archive {
    fn respond_to(self, _: &'r Request<'_>) -> response::Result<'static> {
        Response::build()
            .header(ContentType::new("application", "zip"))
            .header(Header::new("Content-Disposition", disposition("attachment", &self.name)))
            .header(Header::new("X-Content-Type-Options", "nosniff"))
            .header(Header::new("Cache-Control", "private, no-store"))
            .streamed_body(self.body)
            .ok()
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read as _};

    use rocket::tokio::io::AsyncReadExt as _;
    use zip::ZipArchive;

    use super::*;

    fn runtime() -> rocket::tokio::runtime::Runtime {
        rocket::tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
    }

    /// All of an archive, or why there is none.
    async fn whole(mut archive: Archive) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        archive.body.read_to_end(&mut bytes).await?;
        Ok(bytes)
    }

    #[test]
    fn a_thousand_files_are_unpacked_again() {
        let bytes = runtime().block_on(async {
            let archive = Archive::sent("2026年 台账", |mut writer| async move {
                for n in 0..1_000_usize {
                    let bytes = vec![u8::try_from(n % 256).unwrap(); n * 40];
                    writer.add("活动/签到", &format!("第{n}场.txt"), bytes).await?;
                }
                writer.add("", "照片.jpg", vec![7; 500_000]).await?;
                Ok(())
            });
            assert_eq!(archive.name, "2026年 台账.zip");
            whole(archive).await.unwrap()
        });
        let mut unpacked = ZipArchive::new(Cursor::new(bytes.as_slice())).unwrap();
        assert_eq!(unpacked.len(), 1_001);
        for n in [0, 1, 255, 999] {
            let mut file = unpacked.by_name(&format!("活动/签到/第{n}场.txt")).unwrap();
            let mut text = Vec::new();
            file.read_to_end(&mut text).unwrap();
            assert!(text.len() == n * 40 && text.iter().all(|byte| usize::from(*byte) == n % 256));
        }
        assert_eq!(unpacked.by_name("照片.jpg").unwrap().compression(), CompressionMethod::Stored);
        // Bit 11 of a local header's flags: the name is UTF-8.
        assert_eq!(&bytes[..4], b"PK\x03\x04");
        assert_eq!(bytes[7] & 8, 8);
    }

    #[test]
    fn what_fails_on_the_way_is_not_taken_for_whole() {
        let cut = runtime().block_on(async {
            let archive = Archive::sent("x", |mut writer| async move {
                writer.add("", "a.txt", vec![1; 300_000]).await?;
                Err(Error::NotFound)
            });
            whole(archive).await
        });
        assert!(cut.is_err() || ZipArchive::new(Cursor::new(cut.unwrap())).is_err());
    }

    #[test]
    fn names_are_taken_by_every_system() {
        for (name, expected) in [
            ("3月 签到.pdf", "3月 签到.pdf"),
            ("a/b\\c:d*e?.txt", "a_b_c_d_e_.txt"),
            ("../../etc/passwd", "_.._etc_passwd"),
            ("结束. . ", "结束"),
            ("con", "_con"),
            ("NUL.txt", "_NUL.txt"),
            ("com1.log", "_com1.log"),
            ("company.log", "company.log"),
            ("", "_"),
            ("...", "_"),
            ("行\n末", "行_末"),
        ] {
            assert_eq!(safe(name), expected, "{name:?}");
        }
        let long = format!("{}.xlsx", "长".repeat(300));
        assert_eq!(safe(&long).chars().count(), NAME);
        assert!(safe(&long).ends_with("长.xlsx"));
    }

    #[test]
    fn no_two_have_one_name() {
        let (line, _given) = channel(1);
        let mut writer = ArchiveWriter { line, taken: BTreeSet::new() };
        let names: Vec<String> =
            ["A.txt", "a.txt", "a.txt", "b", "b"].iter().map(|name| writer.place("册", name)).collect();
        assert_eq!(names, ["册/A.txt", "册/a (2).txt", "册/a (3).txt", "册/b", "册/b (2)"]);
        assert_eq!(writer.place("", "a.txt"), "a.txt");
    }
}
