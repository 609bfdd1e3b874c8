//! Those who knock at one moment wait in the system's line until they are let in. Rocket's has 128 places, and its size cannot
//! be set: with three hundred at once every seventh was turned away, and who came for another page waited a second to knock
//! again. Linux lets a line be made longer while somebody listens.

use std::os::fd::{BorrowedFd, RawFd};
use std::{fs, io};

use rocket::fairing::AdHoc;
use rustix::net::listen;
use rustix::net::sockopt::socket_acceptconn;

/// Where the system allows less (`net.core.somaxconn`), it is as long as that.
const PLACES: i32 = 4_096;

pub(super) fn stage() -> AdHoc {
    AdHoc::on_liftoff("a longer line at the door", |_| {
        Box::pin(async {
            if let Err(error) = lengthen() {
                tracing::warn!(%error, "the line at the door stays as it is");
            }
        })
    })
}

fn lengthen() -> io::Result<()> {
    let files = fs::read_dir("/proc/self/fd")?.flatten();
    for number in files.filter_map(|file| file.file_name().to_str()?.parse::<RawFd>().ok()) {
        // Whatever else is open says that it is no socket, or that it does not listen.
        if socket_acceptconn(open_here(number)).unwrap_or(false) {
            listen(open_here(number), PLACES)?;
        }
    }
    Ok(())
}

/// What is open under this number: Rocket keeps its listener to itself.
#[expect(
    unsafe_code,
    reason = "a number read from /proc is all that is known of it; a copy would not do, for closing one frees SQLite's locks"
)]
fn open_here(number: RawFd) -> BorrowedFd<'static> {
    // SAFETY: it is asked and told something and neither read nor closed. Should it have been closed meanwhile, the system
    // says so; should another have its number, that one is asked.
    unsafe { BorrowedFd::borrow_raw(number) }
}
