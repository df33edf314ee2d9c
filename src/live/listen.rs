//! Where the test platform listens: a port that every agent can use, and a queue of a chosen length.
//!
//! The C SDK keeps the port in 16 bits with a sign, so ports from 32768 on cannot be used with it; this
//! module never takes one by itself. The length of the kernel's queue is part of what is rehearsed: a full queue
//! drops SYNs, which come back 1, 3 and 7 s after the first.

use socket2::{Domain, Protocol, SockAddr, Socket, Type};
use std::io;
use std::net::{IpAddr, SocketAddr};
use tokio::net::TcpListener;

/// The first port that is not usable with the C SDK.
pub const FIRST_UNUSABLE: u16 = 32_768;

/// The port that is tried first.
pub const USUAL_PORT: u16 = 8_443;

/// Which port to listen on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Port {
    /// Exactly this one.
    Exactly(u16),
    /// This one, or the next above it that is free and usable.
    From(u16),
}

impl Default for Port {
    fn default() -> Self {
        Self::From(USUAL_PORT)
    }
}

/// Why nothing listens.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// The port is taken.
    #[error(
        "Port {0} is in use by another program, so no agent could reach the test platform; choose another port, or none for the next free one"
    )]
    Taken(u16),
    /// No port is free.
    #[error(
        "No port from {0} to 32767 is free; agents of the C SDK cannot use a higher one. End a program that listens, or choose a lower first port"
    )]
    NoneFree(u16),
    /// The system does not let us.
    #[error("The system does not allow to listen on {address}; {hint}: {error}")]
    Refused {
        /// Where.
        address: SocketAddr,
        /// What to do.
        hint: &'static str,
        /// What the system says.
        error: io::Error,
    },
}

/// Listens with a queue of `backlog` connections; the system may shorten the queue (`net.core.somaxconn`).
///
/// # Errors
/// The port is taken, none is free, or the system refuses.
pub fn listen(ip: IpAddr, port: Port, backlog: u32) -> Result<TcpListener, ListenError> {
    match port {
        Port::Exactly(port) => bind(SocketAddr::new(ip, port), backlog).map_err(|error| {
            if error.kind() == io::ErrorKind::AddrInUse {
                ListenError::Taken(port)
            } else {
                refused(SocketAddr::new(ip, port), error)
            }
        }),
        Port::From(first) => {
            for port in first.max(1)..FIRST_UNUSABLE {
                match bind(SocketAddr::new(ip, port), backlog) {
                    Ok(listener) => return Ok(listener),
                    Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
                    // One port may be reserved and the next one not.
                    Err(error)
                        if error.kind() == io::ErrorKind::PermissionDenied && port + 1 < FIRST_UNUSABLE => {}
                    Err(error) => return Err(refused(SocketAddr::new(ip, port), error)),
                }
            }
            Err(ListenError::NoneFree(first))
        }
    }
}

fn bind(address: SocketAddr, backlog: u32) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    // On Windows the option would let two programs share the port.
    #[cfg(not(windows))]
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&SockAddr::from(address))?;
    socket.listen(i32::try_from(backlog).unwrap_or(i32::MAX))?;
    TcpListener::from_std(socket.into())
}

fn refused(address: SocketAddr, error: io::Error) -> ListenError {
    let hint = match error.kind() {
        io::ErrorKind::PermissionDenied => "ports below 1024 need more rights; choose a higher one",
        io::ErrorKind::AddrNotAvailable => {
            "the address is not one of this computer; use 127.0.0.1 or 0.0.0.0"
        }
        _ => "choose another address or port",
    };
    ListenError::Refused { address, hint, error }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    #[tokio::test]
    async fn the_next_free_port_is_taken_and_a_fixed_one_never_replaced() {
        let first = listen(HERE, Port::From(USUAL_PORT), 16).expect("a port is free");
        let port = first.local_addr().expect("bound").port();
        assert!((USUAL_PORT..FIRST_UNUSABLE).contains(&port));
        let second = listen(HERE, Port::From(port), 16).expect("another port is free");
        let next = second.local_addr().expect("bound").port();
        assert!((port + 1..FIRST_UNUSABLE).contains(&next));
        let taken = listen(HERE, Port::Exactly(port), 16).expect_err("in use");
        assert!(matches!(taken, ListenError::Taken(taken) if taken == port), "{taken}");
    }

    #[tokio::test]
    async fn a_foreign_address_and_a_range_without_ports_are_explained() {
        let documentation = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
        let error = listen(documentation, Port::Exactly(9_443), 1).expect_err("not ours");
        assert!(error.to_string().contains("not one of this computer"), "{error}");
        let error = listen(HERE, Port::From(FIRST_UNUSABLE), 1).expect_err("an empty range");
        assert!(matches!(error, ListenError::NoneFree(FIRST_UNUSABLE)), "{error}");
    }
}
