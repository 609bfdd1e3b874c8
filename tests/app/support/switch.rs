//! A TCP proxy that can be pointed elsewhere, as the one before a city's database is when its standby takes over.

use std::io::copy;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::thread;

#[derive(Clone)]
pub(crate) struct Switch {
    pub(crate) port: u16,
    target: Arc<AtomicU16>,
}

impl Switch {
    /// Forwards a port of its own to `target`, as long as the test runs.
    pub(crate) fn to(target: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("there is a free port");
        let port = listener.local_addr().expect("a bound socket has an address").port();
        let switch = Self { port, target: Arc::new(AtomicU16::new(target)) };
        let target = switch.target.clone();
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                // Where nobody listens, the client is hung up on.
                if let Ok(server) = TcpStream::connect(("127.0.0.1", target.load(Ordering::Relaxed))) {
                    join(&client, &server);
                    join(&server, &client);
                }
            }
        });
        switch
    }

    pub(crate) fn turn_to(&self, target: u16) {
        self.target.store(target, Ordering::Relaxed);
    }
}

/// Passes on what comes from one to the other; the end of one is the end of both.
fn join(from: &TcpStream, to: &TcpStream) {
    let (Ok(mut from), Ok(mut to)) = (from.try_clone(), to.try_clone()) else { return };
    _ = to.set_nodelay(true);
    thread::spawn(move || {
        _ = copy(&mut from, &mut to);
        _ = to.shutdown(Shutdown::Both);
        _ = from.shutdown(Shutdown::Both);
    });
}
