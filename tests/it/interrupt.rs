//! Ctrl-C and SIGTERM: commands with connections end in order, with 130.

use crate::live::{Served, path};
use crate::program::{program, write};
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, TcpListener};
use std::process::{Child, ChildStdout, Stdio};

/// Interrupts a process as Ctrl-C or a service manager does.
fn interrupts(child: &Child, signal: &str) {
    let sent = std::process::Command::new("kill").args([signal, &child.id().to_string()]).status();
    assert!(sent.expect("kill runs").success());
}

#[test]
fn an_interrupt_ends_platform_and_agent_in_order_with_130() {
    let folder = tempfile::tempdir().unwrap();
    write(&folder.path().join("key"), "any");
    let key = format!("file:{}", path(folder.path(), "key"));
    for signal in ["-INT", "-TERM"] {
        let mut served = Served::start(&[]);
        let agent = |thing: &str| {
            program(&["agent", &served.url, "--key", &key, "--thing", thing, "--for", "5min", "--json"])
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .expect("the program starts")
        };
        let (mut first, mut second) = (agent("pump"), agent("valve"));
        let told = |child: &mut Child| BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let (mut of_first, mut of_second) = (told(&mut first), told(&mut second));
        let bound = |lines: &mut std::io::Lines<BufReader<ChildStdout>>| {
            lines
                .map(|line| line.expect("readable"))
                .find(|line| line.contains("\"event\":\"back\""))
                .expect("told")
        };
        bound(&mut of_first);
        bound(&mut of_second);
        interrupts(&first, signal);
        let last = of_first.map(|line| line.expect("readable")).last().expect("told");
        assert!(last.contains("\"event\":\"stopped\"") && last.contains("\"goodbye\":true"), "{last}");
        assert_eq!(first.wait().expect("it ends").code(), Some(130));
        interrupts(&served.child, signal);
        let account = served.until("stopped");
        assert_eq!((&account["balances"], &account["held"]), (&true.into(), &0.into()), "{account}");
        assert_eq!(served.child.wait().expect("it ends").code(), Some(130));
        let lost =
            of_second.map(|line| line.expect("readable")).find(|line| line.contains("\"event\":\"lost\""));
        assert!(lost.expect("told").contains("The test platform stops"), "the close frame has come");
        let port = served.url.split(':').nth(2).and_then(|rest| rest.split('/').next()).expect("a port");
        let port: u16 = port.parse().expect("a number");
        TcpListener::bind((Ipv4Addr::LOCALHOST, port)).expect("the port is free");
        interrupts(&second, "-KILL");
        second.wait().expect("it ends");
    }
}
