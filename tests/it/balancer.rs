//! The lines for load balancers against the real ones: what they let through, and what becomes of the rest.
//!
//! A storm of connections on loopback, three times as many as a limit allows, goes through the installed
//! program to a small backend. Counts over seconds are compared, with room for a busy machine; nothing here
//! depends on how long a single connection takes.

use crate::repository::missing;
use regather::base::Micros;
use regather::config::balancer::{Admission, Product};
use regather::fleet::LimitKind;
use std::fmt::Write as _;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Connections per second that the balancer lets through.
const ALLOWED: u32 = 50;
/// Connections per second that are opened.
const OFFERED: u32 = 150;
/// How long they are opened.
const STORM: Duration = Duration::from_secs(4);
const REQUEST: &[u8] =
    b"GET /Thingworx/WS HTTP/1.1\r\nHost: devices\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
const ANSWER: &[u8] = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
    Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

/// Storms disturb each other.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

fn admission(beyond: LimitKind, queue: u32) -> Admission {
    Admission { per_s: ALLOWED, beyond, queue, devices: 1_000, patience: Micros::from_secs(10) }
}

#[expect(clippy::disallowed_methods, reason = "seconds of a real program are counted")]
fn now() -> Instant {
    Instant::now()
}

/// Returns the program of a product, in the place where distributions put it, or as PATH has it.
fn program(product: Product) -> PathBuf {
    let usual = Path::new("/usr/sbin").join(product.word());
    if usual.exists() { usual } else { product.word().into() }
}

/// Returns whether a product is installed; without it the test is skipped in a line that says so.
fn installed(product: Product) -> bool {
    let found = Command::new(program(product)).arg("-v").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if found.is_ok_and(|status| status.success()) {
        return true;
    }
    missing(&format!("{} is not installed, so its lines were not tried", product.label()));
    false
}

/// Ports that nobody listens on.
fn free_ports<const N: usize>() -> [u16; N] {
    let held = [(); N].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    held.each_ref().map(|listener| listener.local_addr().unwrap().port())
}

/// A balancer that runs until it is dropped.
struct Running {
    child: Child,
    devices: SocketAddr,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Writes a whole configuration around lines, has it checked by the program, and starts it.
fn start(product: Product, lines: &[(&str, String)], backend: SocketAddr, folder: &Path) -> Running {
    let [devices, ready] = free_ports();
    let file = folder.join("balancer.conf");
    let text = match product {
        Product::Haproxy => haproxy(lines, backend, (devices, ready)),
        Product::Nginx => nginx(lines, backend, (devices, ready), folder),
    };
    crate::program::write(&file, &text);
    let run = |check: bool| {
        let mut command = Command::new(program(product));
        match product {
            Product::Haproxy => command.args(if check { ["-c", "-f"] } else { ["-db", "-f"] }).arg(&file),
            Product::Nginx => {
                let log = folder.join("error.log");
                command.args(check.then_some("-t")).arg("-e").arg(log).arg("-c").arg(&file)
            }
        };
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        command
    };
    let checked = run(true).output().unwrap();
    assert!(checked.status.success(), "{text}\n{}", String::from_utf8_lossy(&checked.stderr));
    let child = run(false).stderr(Stdio::null()).spawn().unwrap();
    let at = |port| SocketAddr::from(([127, 0, 0, 1], port));
    let running = Running { child, devices: at(devices) };
    // The frontend of the devices is not asked: that would count.
    let begin = now();
    while TcpStream::connect(at(ready)).is_err() {
        assert!(begin.elapsed() < Duration::from_mins(1), "it did not start:\n{text}");
        thread::sleep(Duration::from_millis(20));
    }
    running
}

fn haproxy(lines: &[(&str, String)], backend: SocketAddr, (devices, ready): (u16, u16)) -> String {
    let mut frontend = String::new();
    for (place, line) in lines {
        assert!(place.contains("frontend"), "{place}");
        writeln!(frontend, "  {line}").unwrap();
    }
    format!(
        "global\n  maxconn 4000\ndefaults\n  mode http\n  timeout connect 5s\n  timeout client 60s\n  \
         timeout server 60s\n  timeout tunnel 1h\nfrontend ready\n  bind 127.0.0.1:{ready}\n  \
         http-request return status 200\nfrontend devices\n  bind 127.0.0.1:{devices}\n{frontend}  \
         default_backend platform\nbackend platform\n  server one {backend}\n"
    )
}

fn nginx(
    lines: &[(&str, String)],
    backend: SocketAddr,
    (devices, ready): (u16, u16),
    folder: &Path,
) -> String {
    let of = |wanted: &str| {
        let lines = lines.iter().filter(|(place, _)| place.contains(wanted));
        lines.map(|(_, line)| ["  ", line, "\n"].concat()).collect::<Vec<_>>().concat()
    };
    let shown = folder.display();
    let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|name| format!("  {name}_temp_path {shown}/{name};\n"))
        .concat();
    format!(
        "daemon off;\npid {shown}/pid;\nerror_log {shown}/error.log;\nevents {{ worker_connections 4000; }}\n\
         http {{\n  access_log off;\n{temporary}{}  server {{ listen 127.0.0.1:{ready}; return 200; }}\n  \
         server {{ listen 127.0.0.1:{devices}; server_name devices; location /Thingworx/WS {{\n{}  \
         proxy_pass http://{backend}; proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade;\n  \
         proxy_set_header Connection upgrade; }} }}\n}}\n",
        of("`http`"),
        of("`location`")
    )
}

/// What a storm came to.
#[derive(Debug, Default)]
struct Storm {
    /// Connections that were upgraded in time.
    upgraded: u32,
    /// Answered 503.
    unavailable: u32,
    /// Closed or reset without an answer.
    closed: u32,
    /// Not answered in time.
    given_up: u32,
    /// Upgrades that the backend saw, in the second after the first one in which it did.
    backend: Vec<u32>,
}

impl Storm {
    fn reached(&self) -> u32 {
        self.backend.iter().sum()
    }

    /// Checks that the backend saw the allowed rate, from the first second to the last whole one; `burst`
    /// more may come in the first.
    #[track_caller]
    fn is_limited(&self, burst: u32) {
        let whole = &self.backend[..self.backend.len() - 1];
        let (sum, seconds) = (whole.iter().sum::<u32>(), whole.len() as u32);
        assert!(seconds >= 3, "{self:?}");
        assert!(sum <= ALLOWED * seconds * 23 / 20 + burst, "{self:?}");
        assert!(sum >= ALLOWED * seconds * 3 / 4, "{self:?}");
    }
}

/// Lets connections come for a while, each of which waits `patience` for its answer.
fn storm(product: Product, lines: &[(&str, String)], patience: Duration) -> Storm {
    let folder = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let balancer = start(product, lines, listener.local_addr().unwrap(), folder.path());
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let backend = scope.spawn(|| serve(&listener, &over));
        let mut devices = Vec::new();
        let begin = now();
        for number in 0..STORM.as_secs() as u32 * OFFERED {
            thread::sleep((Duration::from_secs(1) * number / OFFERED).saturating_sub(begin.elapsed()));
            let device = || device(balancer.devices, patience);
            devices.push(thread::Builder::new().stack_size(1 << 17).spawn_scoped(scope, device).unwrap());
        }
        let mut storm = Storm::default();
        // Connections stay open until all have ended: sockets are held, as devices hold theirs.
        let ends: Vec<_> = devices.into_iter().map(|device| device.join().unwrap()).collect();
        for (end, _) in &ends {
            match end {
                End::Upgraded => storm.upgraded += 1,
                End::Unavailable => storm.unavailable += 1,
                End::Closed => storm.closed += 1,
                End::GivenUp => storm.given_up += 1,
            }
        }
        over.store(true, Ordering::Relaxed);
        storm.backend = backend.join().unwrap();
        storm
    })
}

#[derive(Clone, Copy, Debug)]
enum End {
    Upgraded,
    Unavailable,
    Closed,
    GivenUp,
}

/// Connects once, as an agent does.
fn device(at: SocketAddr, patience: Duration) -> (End, Option<TcpStream>) {
    let mut socket = match TcpStream::connect_timeout(&at, patience) {
        Ok(socket) => socket,
        Err(error) if error.kind() == ErrorKind::TimedOut => return (End::GivenUp, None),
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::ConnectionReset, "{error}");
            return (End::Closed, None);
        }
    };
    socket.set_read_timeout(Some(patience)).unwrap();
    if socket.write_all(REQUEST).is_err() {
        return (End::Closed, None);
    }
    let mut answer = [0; 256];
    match socket.read(&mut answer) {
        Ok(0) => (End::Closed, None),
        Ok(_) if answer.starts_with(b"HTTP/1.1 101") => (End::Upgraded, Some(socket)),
        Ok(_) => {
            assert!(answer.starts_with(b"HTTP/1.1 503"), "{}", String::from_utf8_lossy(&answer));
            (End::Unavailable, None)
        }
        Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
            (End::GivenUp, None)
        }
        Err(_) => (End::Closed, None),
    }
}

/// Upgrades whatever comes, until it is over and nothing has come for a second; returns how many came in
/// each second after the first.
fn serve(listener: &TcpListener, over: &AtomicBool) -> Vec<u32> {
    let (mut open, mut counts) = (Vec::<(TcpStream, bool)>::new(), Vec::<u32>::new());
    let (mut first, mut last) = (None, now());
    while !over.load(Ordering::Relaxed) || last.elapsed() < Duration::from_secs(1) {
        while let Ok((socket, _)) = listener.accept() {
            socket.set_nonblocking(true).unwrap();
            open.push((socket, false));
        }
        for (socket, answered) in open.iter_mut().filter(|(_, answered)| !answered) {
            let mut request = [0; 2_048];
            if !socket.read(&mut request).is_ok_and(|length| length > 0) {
                continue;
            }
            // Loopback brings so short a request in one piece.
            assert!(request.starts_with(b"GET /Thingworx/WS "));
            *answered = socket.write_all(ANSWER).is_ok();
            last = now();
            let second = last.duration_since(*first.get_or_insert(last)).as_secs() as usize;
            counts.resize(counts.len().max(second + 1), 0);
            counts[second] += 1;
        }
        thread::sleep(Duration::from_millis(2));
    }
    counts
}

/// Returns the lines of a limit.
fn lines(product: Product, beyond: LimitKind, queue: u32) -> Vec<(&'static str, String)> {
    let lines = admission(beyond, queue).lines(product);
    assert!(!lines.is_empty());
    lines.into_iter().map(|line| (line.place, line.text)).collect()
}

const ALL: u32 = STORM.as_secs() as u32 * OFFERED;
const PATIENT: Duration = Duration::from_mins(1);

#[test]
fn waiting_connections_are_delayed_and_none_is_rejected() {
    let _alone = ONE_AT_A_TIME.lock();
    for product in Product::ALL.into_iter().filter(|product| installed(*product)) {
        let storm = storm(product, &lines(product, LimitKind::DelayAccept, 600), PATIENT);
        assert_eq!((storm.upgraded, storm.reached()), (ALL, ALL), "{product:?} {storm:?}");
        storm.is_limited(0);
    }
}

#[test]
fn reset_connections_do_not_count() {
    let _alone = ONE_AT_A_TIME.lock();
    for product in Product::ALL.into_iter().filter(|product| installed(*product)) {
        let storm = storm(product, &lines(product, LimitKind::Reset, 0), PATIENT);
        assert_eq!((storm.unavailable, storm.given_up), (0, 0), "{product:?} {storm:?}");
        assert_eq!((storm.upgraded + storm.closed, storm.reached()), (ALL, storm.upgraded), "{storm:?}");
        storm.is_limited(if product == Product::Nginx { ALLOWED } else { 0 });
    }
}

#[test]
fn connections_answered_503_do_not_count() {
    let _alone = ONE_AT_A_TIME.lock();
    for product in Product::ALL.into_iter().filter(|product| installed(*product)) {
        let storm = storm(product, &lines(product, LimitKind::Http503, 0), PATIENT);
        assert_eq!((storm.closed, storm.given_up), (0, 0), "{product:?} {storm:?}");
        assert_eq!((storm.upgraded + storm.unavailable, storm.reached()), (ALL, storm.upgraded), "{storm:?}");
        storm.is_limited(if product == Product::Nginx { ALLOWED } else { 0 });
    }
}

#[test]
fn a_limit_that_counts_what_it_rejects_locks_out() {
    let _alone = ONE_AT_A_TIME.lock();
    if !installed(Product::Haproxy) {
        return;
    }
    let counts = format!("http-request deny deny_status 503 if {{ fe_sess_rate ge {ALLOWED} }}");
    let storm = storm(Product::Haproxy, &[("frontend", counts)], PATIENT);
    assert!(storm.upgraded <= ALLOWED && storm.unavailable >= ALL - ALLOWED, "{storm:?}");
}

#[test]
fn a_queue_shorter_than_devices_wait_spends_no_work_on_those_that_gave_up() {
    let _alone = ONE_AT_A_TIME.lock();
    let patience = Duration::from_secs(2);
    if installed(Product::Haproxy) {
        let of = |queue| {
            storm(Product::Haproxy, &lines(Product::Haproxy, LimitKind::DelayAccept, queue), patience)
        };
        // 12 s of waiting at 50/s: most upgrades are made for devices that have gone.
        let long = of(600);
        assert!(long.reached() > 2 * long.upgraded, "{long:?}");
        let short = of(ALLOWED);
        assert!(short.upgraded * 5 >= short.reached() * 4 && short.upgraded > long.upgraded, "{short:?}");
    }
    if installed(Product::Nginx) {
        let long = storm(Product::Nginx, &lines(Product::Nginx, LimitKind::DelayAccept, 600), patience);
        assert!(long.given_up > ALL / 3 && long.reached() <= long.upgraded + ALLOWED, "{long:?}");
    }
}
