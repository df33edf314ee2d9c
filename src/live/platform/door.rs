//! The task that accepts connections, at the pace that the line allows.
//!
//! Where nothing is to be accepted it does not accept, and the kernel does what kernels do: it completes as
//! many handshakes as its queue holds and drops the SYNs of the others. Where nothing is to listen the
//! socket is closed, and opened again afterwards.

use super::session;
use super::{Reception, Shared, Signal};
use crate::live::listen::{self, Port};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// Wait after the system refused to hand a connection over: most want of descriptors is short.
const AFTER_ERROR: Duration = Duration::from_millis(20);

/// Accepts until the platform is stopped.
pub(super) async fn run(
    (shared, mut signal): (Arc<Shared>, watch::Receiver<Signal>),
    listener: TcpListener,
    (address, backlog): (SocketAddr, u32),
) {
    let mut listener = Some(listener);
    loop {
        if signal.borrow_and_update().stop {
            return;
        }
        let (reception, next) = {
            let hall = shared.hall();
            (hall.reception, hall.line.next_accept())
        };
        match reception {
            Reception::Refused => listener = None,
            _ if listener.is_none() => {
                // The port was ours a moment ago; whoever took it meanwhile may give it back.
                listener = listen::listen(address.ip(), Port::Exactly(address.port()), backlog).ok();
                if listener.is_none() {
                    shared.hall().counters.accept_errors += 1;
                    tokio::time::sleep(AFTER_ERROR).await;
                    continue;
                }
            }
            _ => {}
        }
        let open = listener.as_ref().filter(|_| reception != Reception::NotAccepted);
        let Some(open) = open else {
            if signal.changed().await.is_err() {
                return;
            }
            continue;
        };
        tokio::select! {
            biased;
            changed = signal.changed() => if changed.is_err() { return },
            accepted = async { shared.clock.until(next).await; open.accept().await } => {
                if let Ok((tcp, _)) = accepted {
                    session::begin(&shared, tcp);
                } else {
                    shared.hall().counters.accept_errors += 1;
                    tokio::time::sleep(AFTER_ERROR).await;
                }
            }
        }
    }
}
