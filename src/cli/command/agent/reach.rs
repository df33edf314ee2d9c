//! Where and how the agent of `regather agent` connects.

use super::Args;
use crate::cli::error::CommandError;
use crate::cli::live;
use crate::cli::printer::Printer;
use crate::cli::source::Project;
use crate::cli::study::Planned;
use crate::fleet::{Agent, Link};
use crate::live::agent::{Key, Profile, visitor};
use crate::live::connect::{Proxy, Target, host_and_port};
use crate::live::tls::{ClientTls, Connector, OwnPem, Trust};
use std::ffi::OsStr;

/// Port of a proxy where none is said.
const PROXY_PORT: u16 = 3_128;

/// Returns what the agent is like.
pub(super) fn profile(args: &Args, printer: &Printer) -> Result<Profile, CommandError> {
    let usage = |error: crate::live::connect::AddressError| CommandError::usage(format!("{error}."));
    let (mut target, tls) = Target::of_address(&args.platform).map_err(usage)?;
    if let Some(proxy) = &args.proxy {
        let proxy = proxy.strip_prefix("http://").unwrap_or(proxy).trim_end_matches('/');
        let (host, port) = host_and_port(proxy, PROXY_PORT).map_err(usage)?;
        let credentials = match (&args.proxy_user, &args.proxy_password) {
            (Some(user), Some(password)) => {
                Some((user.clone(), live::secret("--proxy-password", password, printer)?.expose().to_owned()))
            }
            _ => None,
        };
        target.proxy = Some(Proxy { host, port, credentials });
    }
    let key = Key(live::secret("--key", &args.key, printer)?.expose().to_owned());
    let tls = connector(args, tls, printer)?;
    let (Some(file), Some(id)) = (&args.fleet, &args.group) else {
        return Ok(visitor((target, tls, key), args.timeout, (args.attempts, args.wait)));
    };
    let (agent, link) = behaviour(file, id)?;
    let link = Link { tls: tls.is_some(), ..link };
    Ok(Profile { target, tls, agent, link, key })
}

/// Returns how the agents of a group of a project behave.
fn behaviour(file: &OsStr, id: &str) -> Result<(Agent, Link), CommandError> {
    let project = Project::load(file)?;
    let planned = Planned::of(&project, None, &[])?;
    let Some(group) = planned.fleet.group(id) else {
        let known: Vec<&str> = planned.fleet.groups.iter().map(|group| group.id.as_str()).collect();
        return Err(CommandError::usage(format!(
            "The project has no group `{id}`, so nobody knows how to behave."
        ))
        .hint(format!("Its groups are {}.", known.join(", "))));
    };
    Ok((group.agent, group.link))
}

/// Returns what TLS needs; nothing where the connection is not encrypted.
fn connector(args: &Args, tls: bool, printer: &Printer) -> Result<Option<Connector>, CommandError> {
    if !tls {
        if args.ca.is_some() || args.certificate.is_some() {
            return Err(CommandError::usage(
                "Certificates are of no use on a connection that is not encrypted, so nothing was tried.",
            )
            .hint("Begin the address with wss://, or leave --ca and --certificate out."));
        }
        return Ok(None);
    }
    let trust = match &args.ca {
        Some(file) => Trust::Only(live::pem(file)?),
        None => Trust::System,
    };
    let own = match (&args.certificate, &args.certificate_key) {
        (Some(chain), Some(key)) => {
            let key = live::secret("--certificate-key", key, printer)?.expose().to_owned();
            Some(OwnPem { chain: live::pem(chain)?, key })
        }
        _ => None,
    };
    let connector = Connector::new(&ClientTls { trust, own });
    connector.map(Some).map_err(|error| CommandError::input(format!("{error}.")))
}
