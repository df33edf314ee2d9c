//! Devices behind a jump host: two real sshd's, each with keys of its own.

use super::*;
use crate::push::target::Job;
use crate::push::target::conformance::{NEW, OLD};

const TELLS: &str = "LogLevel DEBUG1";

/// Returns devices of one sshd that are reached through another one.
fn behind(gate: &Sshd, inner: &Sshd, change: impl FnOnce(&mut SshOptions)) -> Bench<Ssh> {
    let own = gate.options();
    let through = format!("{}@127.0.0.1:{}", own.user, gate.port);
    let bench = bench(inner, |options| {
        options.jump = Some(JumpOptions { known_hosts: own.known_hosts, key_files: own.key_files });
        change(options);
    });
    Bench { address: format!("127.0.0.1:{} via {through}", inner.port), ..bench }
}

#[tokio::test]
async fn ssh_through_a_jump_host_conforms_over_one_connection() {
    let (Some(gate), Some(inner)) = (Sshd::start(TELLS), Sshd::start(TELLS)) else { return };
    conform(&behind(&gate, &inner, |_| {})).await;
    let (carried, served) = (gate.logged("ctype direct-tcpip"), inner.logged("Accepted publickey"));
    assert!(carried >= 5 && carried == served, "all {served} logins came through the jump host: {carried}");
    assert_eq!(gate.logged("Accepted publickey"), 1, "one connection carries them");
}

#[tokio::test]
async fn more_devices_than_fit_through_wait_for_their_turn() {
    let (Some(gate), Some(inner)) = (Sshd::start(TELLS), Sshd::start("")) else { return };
    let bench = behind(&gate, &inner, |options| options.per_jump = 1);
    let address = |at: u32| bench.address.replacen("127.0.0.1", &format!("127.0.0.{at}"), 1);
    let jobs: Vec<Job> = (1..=5)
        .map(|at| {
            bench.put(&format!("{at}.json"), OLD);
            Job { address: address(at), ..bench.job(&[&format!("{at}.json")]) }
        })
        .collect();
    // After staging each connection waits for more work, and must give way to the next device.
    let began = tokio::time::Instant::now();
    let [a, b, c, d, e] = [0, 1, 2, 3, 4].map(|at| {
        let (bench, job) = (&bench, &jobs[at]);
        async move { bench.target.stage(job, &[Secret::new(NEW.into())]).await }
    });
    let (a, b, c, d, e) = tokio::join!(a, b, c, d, e);
    assert!([a, b, c, d, e].iter().all(Result::is_ok));
    assert!(began.elapsed() < Duration::from_secs(9), "nobody waited for the others to be given up");
    assert_eq!(gate.logged("ctype direct-tcpip"), 5);
    assert_eq!(gate.logged("Accepted publickey"), 1);
}

#[tokio::test]
async fn a_chain_of_jump_hosts_is_gone_through() {
    let (Some(outer), Some(gate)) = (Sshd::start(TELLS), Sshd::start(TELLS)) else { return };
    let Some(inner) = Sshd::start("") else { return };
    let bench = behind(&gate, &inner, |options| {
        let (own, jump) = (outer.options(), options.jump.as_mut().unwrap());
        jump.known_hosts.extend(own.known_hosts);
        jump.key_files.extend(own.key_files);
    });
    bench.put("a.json", OLD);
    let address = format!("{} via 127.0.0.1:{}", bench.address, outer.port);
    let job = Job { address, ..bench.job(&["a.json"]) };
    bench.target.look(&job).await.unwrap();
    assert_eq!((outer.logged("ctype direct-tcpip"), gate.logged("ctype direct-tcpip")), (1, 1));
}

#[tokio::test]
async fn what_is_wrong_with_a_jump_host_is_said_of_it() {
    let (Some(gate), Some(inner)) = (Sshd::start(TELLS), Sshd::start("")) else { return };
    let look = async |bench: &Bench<Ssh>, address: &str| {
        let job = Job { address: address.into(), ..bench.job(&["a.json"]) };
        bench.target.look(&job).await.unwrap_err()
    };
    let own = behind(&gate, &inner, |_| {});
    let told = |fault: &Fault, class| {
        assert_eq!(fault.class, class, "{fault}");
        assert!(fault.detail.contains(&format!("jump host 127.0.0.1:{}", gate.port)), "{fault}");
    };
    let stranger = behind(&gate, &inner, |options| options.jump = None);
    told(&look(&stranger, &own.address).await, Class::HostUnknown);
    let wrong_key = behind(&gate, &inner, |options| {
        options.jump.as_mut().unwrap().key_files = options.key_files.clone();
    });
    told(&look(&wrong_key, &own.address).await, Class::LoginRefused);
    assert_eq!(gate.logged("ctype direct-tcpip"), 0, "nothing went through so far");
    let closed = own.address.replacen(&inner.port.to_string(), "1", 1);
    told(&look(&own, &closed).await, Class::NotBehindJump);
    let nameless = own.address.replacen("127.0.0.1", "no-such-host.invalid", 1);
    told(&look(&own, &nameless).await, Class::NotBehindJump);
    // What the device shows is checked as if it were reached directly.
    let other = behind(&gate, &inner, |options| options.known_hosts.clear());
    let fault = look(&other, &own.address).await;
    assert!(fault.class == Class::HostUnknown && !fault.detail.contains("jump host"), "{fault}");
    let Some(closed) = Sshd::start("AllowTcpForwarding no") else { return };
    let forbidden = behind(&closed, &inner, |_| {});
    assert_eq!(look(&forbidden, &forbidden.address.clone()).await.class, Class::JumpForbids);
    // A connection that stands outlives the listener, so another one is tried.
    let late = behind(&gate, &inner, |_| {});
    let port = gate.port;
    drop(gate);
    let off = look(&late, &own.address).await;
    assert_eq!(off.class, Class::Refused, "{off}");
    assert!(off.detail.contains(&format!("jump host 127.0.0.1:{port}")), "{off}");
}

#[tokio::test]
async fn many_who_wait_for_a_jump_host_that_is_off_fail_with_the_first() {
    let Some(inner) = Sshd::start("") else { return };
    // It takes connections and says nothing.
    let mute = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = mute.local_addr().unwrap().port();
    let bench = bench(&inner, |options| options.connect_s = 1);
    let jobs: Vec<Job> = (1..=40)
        .map(|at| Job { address: format!("10.0.0.{at} via 127.0.0.1:{port}"), ..bench.job(&["a.json"]) })
        .collect();
    let began = tokio::time::Instant::now();
    let target = Arc::new(bench.target);
    let looks: Vec<_> = jobs
        .into_iter()
        .map(|job| {
            let target = Arc::clone(&target);
            tokio::spawn(async move { target.look(&job).await.map(drop) })
        })
        .collect();
    for look in looks {
        assert_eq!(look.await.unwrap().unwrap_err().class, Class::NoAnswer);
    }
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
}
