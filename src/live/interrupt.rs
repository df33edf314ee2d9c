//! The wish of the user or the system that the program ends: Ctrl-C, SIGTERM on Unix, Ctrl-Break and the end of the
//! console on Windows.
//!
//! The first wish is told to whoever waits for it, who then ends in order. The second one ends the process at once,
//! with the code of an interrupt and without an order.

use std::io;
use std::process::exit;
use tokio::sync::watch;

/// Code with which a process ends that was interrupted.
const CODE: i32 = 130;

/// Whether the program is to end.
#[derive(Clone, Debug)]
pub struct Interrupt(watch::Receiver<bool>);

impl Interrupt {
    /// Watches on the current runtime; from now on the system ends nothing by itself.
    pub(super) fn watch() -> io::Result<Self> {
        let mut wishes = Wishes::new()?;
        let (comes, came) = watch::channel(false);
        tokio::spawn(async move {
            wishes.next().await;
            comes.send_replace(true);
            wishes.next().await;
            exit(CODE);
        });
        Ok(Self(came))
    }

    /// Returns whether the program is to end.
    pub fn came(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until the program is to end.
    pub async fn comes(&self) {
        // Where nobody watches any more, nobody wishes.
        if self.0.clone().wait_for(|&came| came).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// What the system tells.
#[cfg(unix)]
struct Wishes(tokio::signal::unix::Signal, tokio::signal::unix::Signal);

#[cfg(unix)]
impl Wishes {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self(signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?))
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.0.recv() => {}
            _ = self.1.recv() => {}
        }
    }
}

/// What the system tells.
#[cfg(windows)]
struct Wishes(
    tokio::signal::windows::CtrlC,
    tokio::signal::windows::CtrlBreak,
    tokio::signal::windows::CtrlClose,
);

#[cfg(windows)]
impl Wishes {
    fn new() -> io::Result<Self> {
        use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close};
        Ok(Self(ctrl_c()?, ctrl_break()?, ctrl_close()?))
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.0.recv() => {}
            _ = self.1.recv() => {}
            _ = self.2.recv() => {}
        }
    }
}
