//! What is done on a device, in which order, over any transport.

use super::link::{Ask, Link, Told, Transport};
use super::names::Names;
use super::platform::Platform;
use super::sight::{done, everything, first_names, folders, hash_of, others, read_back, seen_of, stamp_of};
use super::{Connections, Job, JobFile};
use crate::base::hash::{Hash, sha256};
use crate::config::secret::Secret;
use crate::push::fault::{Class, Fault, Reached};
use crate::push::state::{Seen, SeenFile};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// Largest file of an agent that is read back \[bytes\].
pub const MAX_FILE: u64 = 16 * 1024 * 1024;

/// How long somebody else's lock must stay as it is before it counts as left behind \[s\]. Measured on this side,
/// so that the clocks of devices do not matter.
const LEASE_S: u64 = 300;

/// The same for a lock without a name in it: whoever created it ended before he wrote it \[s\].
const NAMELESS_S: u64 = 10;

/// Locks of others that were seen: device and file, what stood in it, and since when.
type Strangers = BTreeMap<(String, String), (Vec<u8>, Instant)>;

/// Devices behind a transport.
pub struct Target<T> {
    transport: T,
    strangers: Mutex<Strangers>,
    /// Where it is asked whether devices came back, and where it is kept how they were connected before.
    witness: Option<(Arc<Platform>, Arc<dyn Connections>)>,
    /// How long a lock must stay as it is before it counts as left behind: one with a name, and one without.
    pub(super) leases: [Duration; 2],
}

/// Files to be given the names of live ones: staged or kept, and live.
type Moves = Vec<(String, String)>;

impl<T: Transport> Target<T> {
    /// Returns the devices behind a transport.
    pub fn new(transport: T) -> Self {
        let leases = [LEASE_S, NAMELESS_S].map(Duration::from_secs);
        Self { transport, strangers: Mutex::default(), witness: None, leases }
    }

    /// Returns the same devices, which count as confirmed only where this platform has seen them connect since their
    /// restart. How they were connected before is kept where it outlives the process.
    #[must_use]
    pub fn witnessed_by(self, witness: Option<(Arc<Platform>, Arc<dyn Connections>)>) -> Self {
        Self { witness, ..self }
    }

    /// Reads everything back, and asks the platform whether a device with the round's stamp has connected since its
    /// restart, whichever process ordered that.
    ///
    /// # Errors
    /// [`Fault`]; [`Class::NotBack`] where it has not, or where that cannot be known.
    pub async fn confirm(&self, job: &Job) -> Result<Seen, Fault> {
        let seen = self.look(job).await?;
        let Some((platform, kept)) =
            self.witness.as_ref().filter(|_| seen.stamp.as_ref() == Some(&job.stamp))
        else {
            return Ok(seen);
        };
        let not_back = |detail: String| Fault::new(Class::NotBack, detail);
        let unknown = |what: String| not_back(format!("not known: {what}"));
        let now = platform.connection(&job.thing).await.map_err(|fault| unknown(fault.detail))?;
        if !now.is_connected {
            return Err(not_back("not connected".into()));
        }
        match kept.kept(&job.thing, &job.stamp).map_err(|error| unknown(error.to_string()))? {
            Some(before) if before.last_ms == now.last_ms => {
                Err(not_back("still its connection from before".into()))
            }
            Some(_) => Ok(seen),
            None => Err(unknown("nobody kept how it was connected before its restart".into())),
        }
    }

    /// Keeps how a device is connected that is about to be restarted.
    async fn remember(&self, job: &Job) -> Result<(), Fault> {
        let Some((platform, kept)) = &self.witness else { return Ok(()) };
        let unknown = |fault: Fault| Fault::new(Class::NoAnswer, format!("the platform: {}", fault.detail));
        let now = platform.connection(&job.thing).await.map_err(unknown)?;
        let (kept, thing, stamp) = (Arc::clone(kept), job.thing.clone(), job.stamp.clone());
        // A commit waits for the disk, and others do not wait for it.
        match tokio::task::spawn_blocking(move || kept.keep(&thing, &stamp, now)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(Fault::new(Class::NoAnswer, error.to_string())),
            Err(_) => Err(Fault::new(Class::NoAnswer, "the program failed here; please report it")),
        }
    }

    /// Reads everything back.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn look(&self, job: &Job) -> Result<Seen, Fault> {
        let mut link = self.transport.open(job).await?;
        let seen = read_back(&mut link, job).await;
        link.close(false).await;
        seen
    }

    /// Writes the files beside the live ones and reads them back; of the rest only what is live is told. Where all live
    /// files are as wanted nothing is written, and everything is told.
    ///
    /// # Errors
    /// [`Fault`]; live files are as they were.
    pub async fn stage(&self, job: &Job, texts: &[Secret]) -> Result<Seen, Fault> {
        let mut link = self.transport.open(job).await?;
        let staged = self.stage_over(&mut link, job, texts).await;
        link.close(staged.is_ok()).await;
        staged
    }

    async fn stage_over(&self, link: &mut T::Link, job: &Job, texts: &[Secret]) -> Result<Seen, Fault> {
        let live: Vec<String> = job.files.iter().map(|file| file.path.clone()).collect();
        let told = done(link.ask(Ask { read: &live, ..Ask::default() }).await?);
        let live = told.files.into_iter().map(|bytes| bytes.map(|bytes| sha256(&bytes)));
        let files = live.map(|live| SeenFile { live, staged: None, kept: None });
        let mut seen = Seen { files: files.collect(), stamp: None };
        let open = |at: usize| seen.files.get(at).is_some_and(|file| file.live != Some(job.files[at].want));
        if !(0..job.files.len()).any(open) {
            return read_back(link, job).await;
        }
        self.lock(link, job, &[], &[]).await?;
        if let Err(fault) = write_staged(link, job, texts, &open).await {
            unlock(link, job).await;
            return Err(fault);
        }
        let staged: Vec<String> =
            job.files.iter().map(|file| Names::of(&file.path, &job.plan).staged()).collect();
        let back = Ask { read: &staged, remove: &[first_names(job)?.lock()], ..Ask::default() };
        for (file, bytes) in seen.files.iter_mut().zip(done(link.ask(back).await?).files) {
            file.staged = bytes.map(|bytes| sha256(&bytes));
        }
        Ok(seen)
    }

    /// Gives the staged files the names of the live ones, restarts the agent, and reads everything back. Where the
    /// round's stamp stands already nothing is done.
    ///
    /// # Errors
    /// [`Fault`], whose `reached` says what may have happened.
    pub async fn activate(&self, job: &Job) -> Result<Seen, Fault> {
        let mut link = self.transport.open(job).await?;
        let done = self.restart_with(&mut link, job, Direction::Forward).await;
        link.close(false).await;
        done
    }

    /// Brings the previous files back, restarts the agent, and reads everything back.
    ///
    /// # Errors
    /// As [`Target::activate`].
    pub async fn roll_back(&self, job: &Job) -> Result<Seen, Fault> {
        let mut link = self.transport.open(job).await?;
        let done = self.restart_with(&mut link, job, Direction::Back).await;
        link.close(false).await;
        done
    }

    async fn restart_with(&self, link: &mut T::Link, job: &Job, way: Direction) -> Result<Seen, Fault> {
        let found = self.lock(link, job, &everything(job)?, &folders(job)).await?;
        let seen = seen_of(job, found.files);
        // Of a way back nobody asks whether the device returned; the platform may be what made it necessary.
        let is_asked = matches!(way, Direction::Forward) && seen.stamp.as_ref() != Some(&job.stamp);
        let kept = if is_asked { self.remember(job).await } else { Ok(()) };
        let done = match kept {
            Ok(()) => replace_and_restart(link, job, way, &seen).await,
            Err(fault) => Err(fault),
        };
        match done {
            Ok(Some(seen)) => settle(link, job, way, seen, &found.names).await,
            other => {
                unlock(link, job).await;
                Ok(other?.unwrap_or(seen))
            }
        }
    }

    /// Takes the device's lock, and then reads files and lists folders.
    async fn lock(
        &self,
        link: &mut T::Link,
        job: &Job,
        read: &[String],
        list: &[String],
    ) -> Result<Told, Fault> {
        let path = first_names(job)?.lock();
        let own = format!("{}{RESTARTS}{} s", job.owner, job.restart_s);
        let own = own.as_bytes();
        let ask = Ask { create: Some((&path, own)), read, list, remove: &[] };
        if let Some(told) = link.ask(ask).await? {
            return Ok(told);
        }
        let Some(holder) = link.read(&path).await? else {
            return Err(Fault::new(Class::Locked, "the lock came and went"));
        };
        // A lock of this roll-out was left by an earlier process of it: only one drives at a time.
        if name_of(&holder) != job.owner.as_bytes() && !self.is_left_behind(job, &path, &holder) {
            return Err(Fault::new(Class::Locked, format!("held by {}", String::from_utf8_lossy(&holder))));
        }
        link.write(&path, own, &path).await?;
        match link.read(&path).await? {
            Some(holder) if holder == own => link.ask(Ask { create: None, ..ask }).await.map(done),
            _ => Err(Fault::new(Class::Locked, "somebody else took it over")),
        }
    }

    /// Returns whether a lock stood unchanged for so long that nobody holds it any more.
    fn is_left_behind(&self, job: &Job, path: &str, holder: &[u8]) -> bool {
        let mut strangers = self.strangers.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (job.address.clone(), path.to_owned());
        let now = Instant::now();
        match strangers.get(&key) {
            Some((same, since)) if same == holder => {
                now.duration_since(*since) >= self.leases[usize::from(holder.is_empty())] + restart_of(holder)
            }
            _ => {
                strangers.insert(key, (holder.to_vec(), now));
                false
            }
        }
    }
}

/// Which way files are exchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    Forward,
    Back,
}

/// Stands in a lock between its holder's name and the time that a restart of his may take, which is done under it.
const RESTARTS: &str = ", restarts for up to ";

/// Returns the name of a lock's holder.
fn name_of(holder: &[u8]) -> &[u8] {
    let end = holder.windows(RESTARTS.len()).rposition(|part| part == RESTARTS.as_bytes());
    &holder[..end.unwrap_or(holder.len())]
}

/// Returns the time that a restart of a lock's holder may take.
fn restart_of(holder: &[u8]) -> Duration {
    let text = String::from_utf8_lossy(holder);
    let said = text.rsplit_once(RESTARTS).and_then(|(_, said)| said.strip_suffix(" s")?.parse().ok());
    Duration::from_secs(said.map_or(0, |said: u32| said.into()))
}

/// Gives the lock back. Where that fails it is left behind, and known as this roll-out's own at the next contact.
async fn unlock<L: Link>(link: &mut L, job: &Job) {
    if let Ok(names) = first_names(job) {
        let _ = link.remove(&names.lock()).await;
    }
}

async fn write_staged<L: Link>(
    link: &mut L,
    job: &Job,
    texts: &[Secret],
    open: &(impl Fn(usize) -> bool + Sync),
) -> Result<(), Fault> {
    for (at, (file, text)) in job.files.iter().zip(texts).enumerate() {
        if !open(at) {
            continue;
        }
        let (staged, bytes) = (Names::of(&file.path, &job.plan).staged(), text.expose().as_bytes());
        let mut written = link.write(&staged, bytes, &file.path).await;
        // What other plans staged and never needed makes room.
        if written.as_ref().is_err_and(|fault| fault.class == Class::DiskFull)
            && sweep_staged(link, job).await?
        {
            written = link.write(&staged, bytes, &file.path).await;
        }
        if let Err(fault) = written {
            // Half a file is inert, but on a full disk it is in the way.
            let _ = link.remove(&staged).await;
            return Err(fault);
        }
    }
    Ok(())
}

/// Removes what other plans staged beside the files; returns whether there was anything.
async fn sweep_staged<L: Link>(link: &mut L, job: &Job) -> Result<bool, Fault> {
    let listed = done(link.ask(Ask { list: &folders(job), ..Ask::default() }).await?).names;
    let left = others(job, &listed, &[".new"]);
    for path in &left {
        link.remove(path).await?;
    }
    Ok(!left.is_empty())
}

/// Exchanges the files and restarts the agent. Returns what is staged and kept then, or `None` where everything is done
/// already.
async fn replace_and_restart<L: Link>(
    link: &mut L,
    job: &Job,
    way: Direction,
    seen: &Seen,
) -> Result<Option<Seen>, Fault> {
    let goal = |file: &JobFile| match way {
        Direction::Forward => Ok(Some(file.want)),
        Direction::Back => file.before.ok_or_else(|| Fault::new(Class::KeptGone, "nothing was kept")),
    };
    let mut reached_goal = true;
    for (file, seen) in job.files.iter().zip(&seen.files) {
        reached_goal &= seen.live == goal(file)?;
    }
    if reached_goal && seen.stamp.as_deref() == Some(job.stamp.as_str()) {
        return Ok(None);
    }
    let mut after = seen.clone();
    let (moves, removals) = match way {
        Direction::Forward => (keep_previous(link, job, &mut after).await?, Vec::new()),
        Direction::Back => restore_previous(link, job, seen).await?,
    };
    for (from, to) in moves {
        link.rename(&from, &to).await.map_err(|fault| fault.after(Reached::Files))?;
        let moved = job.files.iter().position(|file| file.path == to);
        if let Some(file) = moved.and_then(|at| after.files.get_mut(at)) {
            file.staged = None;
        }
    }
    for path in removals {
        link.remove(&path).await.map_err(|fault| fault.after(Reached::Files))?;
    }
    let stamp_file = first_names(job)?.stamp();
    link.restart(job, &stamp_file).await.map_err(|fault| {
        let reached = fault.reached.max(Reached::Files);
        fault.after(reached)
    })?;
    Ok(Some(after))
}

/// Reads back what a restart may have changed, removes what nobody needs any more, and gives the lock back. What stays
/// is inert; a failure to remove it harms nobody.
async fn settle<L: Link>(
    link: &mut L,
    job: &Job,
    way: Direction,
    mut seen: Seen,
    listed: &[Vec<String>],
) -> Result<Seen, Fault> {
    let names = first_names(job)?;
    let mut read = vec![names.stamp()];
    read.extend(job.files.iter().map(|file| file.path.clone()));
    let mut staged = Vec::new();
    let mut remove = match way {
        Direction::Forward => others(job, listed, &[".new", ".old"]),
        Direction::Back => {
            staged = (0..seen.files.len()).filter(|&at| seen.files[at].staged.is_some()).collect();
            staged.iter().map(|&at| Names::of(&job.files[at].path, &job.plan).staged()).collect()
        }
    };
    remove.push(names.lock());
    let told = link.ask(Ask { read: &read, remove: &remove, ..Ask::default() }).await;
    let told = done(told.map_err(|fault| fault.after(Reached::Restart))?);
    let mut read = told.files.into_iter();
    seen.stamp = stamp_of(read.next().flatten());
    for (file, bytes) in seen.files.iter_mut().zip(read) {
        file.live = bytes.map(|bytes| sha256(&bytes));
    }
    for (at, _) in staged.into_iter().zip(&told.removed).filter(|(_, removed)| **removed) {
        seen.files[at].staged = None;
    }
    Ok(seen)
}

/// Keeps what stands there now, and returns what is to be renamed.
async fn keep_previous<L: Link>(link: &mut L, job: &Job, seen: &mut Seen) -> Result<Moves, Fault> {
    let mut moves = Vec::new();
    for (file, seen) in job.files.iter().zip(&mut seen.files) {
        if seen.live == Some(file.want) {
            continue;
        }
        if file.before.is_some_and(|before| before != seen.live) {
            return Err(Fault::new(Class::Drifted, file.path.clone()));
        }
        if seen.staged != Some(file.want) {
            return Err(Fault::new(Class::StagedGone, file.path.clone()));
        }
        let names = Names::of(&file.path, &job.plan);
        if let Some(live) = seen.live
            && seen.kept != Some(live)
        {
            if seen.kept.is_some() {
                link.remove(&names.kept()).await?;
            }
            keep(link, file, &names, live).await?;
            if hash_of(link, &names.kept()).await? != Some(live) {
                return Err(Fault::new(Class::Mismatch, names.kept()));
            }
            seen.kept = Some(live);
        }
        moves.push((names.staged(), file.path.clone()));
    }
    Ok(moves)
}

/// Keeps the live file under another name: the same file where the device can do that, else a copy.
async fn keep<L: Link>(link: &mut L, file: &JobFile, names: &Names, live: Hash) -> Result<(), Fault> {
    if link.link(&file.path, &names.kept()).await? {
        return Ok(());
    }
    let bytes = link.read(&file.path).await?.unwrap_or_default();
    if sha256(&bytes) != live {
        return Err(Fault::new(Class::Drifted, file.path.clone()));
    }
    link.write(&names.kept(), &bytes, &file.path).await
}

/// Puts the previous bytes beside the live files, and returns what is to be renamed and removed.
async fn restore_previous<L: Link>(
    link: &mut L,
    job: &Job,
    seen: &Seen,
) -> Result<(Moves, Vec<String>), Fault> {
    let (mut moves, mut removals) = (Vec::new(), Vec::new());
    for (file, seen) in job.files.iter().zip(&seen.files) {
        let before = file.before.ok_or_else(|| Fault::new(Class::KeptGone, file.path.clone()))?;
        if seen.live == before {
            continue;
        }
        if seen.live != Some(file.want) {
            return Err(Fault::new(Class::Drifted, file.path.clone()));
        }
        let Some(before) = before else {
            removals.push(file.path.clone());
            continue;
        };
        let names = Names::of(&file.path, &job.plan);
        let bytes = link.read(&names.kept()).await?.filter(|bytes| sha256(bytes) == before);
        let bytes = bytes.ok_or_else(|| Fault::new(Class::KeptGone, names.kept()))?;
        link.write(&names.staged(), &bytes, &names.kept()).await?;
        if hash_of(link, &names.staged()).await? != Some(before) {
            return Err(Fault::new(Class::Mismatch, names.staged()));
        }
        moves.push((names.staged(), file.path.clone()));
    }
    Ok((moves, removals))
}
