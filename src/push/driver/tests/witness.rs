//! Devices that count as back only where their platform has seen them connect since their restart.

use super::*;
use crate::push::target::platform::{Platform, PlatformOptions};
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::AtomicI64;

/// A platform that says of every thing that it is connected, and since when.
struct Says {
    url: String,
    since_ms: Arc<AtomicI64>,
}

impl Says {
    #[expect(clippy::disallowed_methods, reason = "a server of a test ends with the test's process")]
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let since_ms = Arc::new(AtomicI64::new(5));
        let since = Arc::clone(&since_ms);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                answers(stream.unwrap(), since.load(Ordering::SeqCst));
            }
        });
        Self { url, since_ms }
    }

    /// Returns the devices of a new process, which knows nothing but the journal.
    fn target(&self, world: &World) -> Target<Folders> {
        let options = PlatformOptions::new(self.url.clone(), Secret::new("key".into()));
        let platform = Arc::new(Platform::new(options).unwrap());
        let connections = Journal::open(&world.journal).unwrap().connections().unwrap();
        Target::new(Folders).witnessed_by(Some((platform, Arc::new(connections))))
    }
}

fn answers(mut stream: TcpStream, since_ms: i64) {
    let (mut asked, mut piece) = (Vec::new(), [0; 1_024]);
    while !asked.ends_with(b"\r\n\r\n") {
        match stream.read(&mut piece) {
            Ok(length @ 1..) => asked.extend(&piece[..length]),
            _ => return,
        }
    }
    let body = format!(r#"{{"rows":[{{"isConnected":true,"lastConnection":{since_ms}}}]}}"#);
    let head = format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", body.len());
    let _ = stream.write_all((head + &body).as_bytes());
}

#[test]
fn a_connection_from_before_the_restart_is_no_return_in_the_next_process_either() {
    let says = Says::start();
    let world = World::new(1, |request| {
        request.waves = "rest".into();
        // It is asked long after this process.
        request.pace.verify_after_s = 600;
    });
    let drive = |order: Order, until: &dyn Fn(&super::super::super::state::Row) -> bool| {
        let observer = &mut |machine: &Machine, leave: &AtomicBool| {
            if until(machine.row(0).unwrap()) {
                leave.store(true, Ordering::Relaxed);
            }
        };
        world.drive_by(&clock(), says.target(&world), Texts, Some(order), observer).unwrap()
    };
    let restarted = drive(Order::Start, &|row| row.state == State::Restarted);
    assert_eq!((restarted, world.rows()[0].state), (Status::Paused, State::Restarted));
    drive(Order::Resume, &|row| row.class == Some(Class::NotBack) || row.state.is_final());
    let row = &world.rows()[0];
    assert_eq!((row.state, row.class), (State::Restarted, Some(Class::NotBack)), "it is the same connection");
    says.since_ms.store(6, Ordering::SeqCst);
    assert_eq!(drive(Order::Resume, &|_| false), Status::Finished);
    assert_eq!((world.rows()[0].state, world.rows()[0].round), (State::Verified, 1));
}
