//! What a transport has to know: a few file operations, and how an agent is restarted.

use super::Job;
use crate::push::fault::Fault;
use std::future::Future;

/// What is asked of a device together. It is done in this order, but what is read and listed in any.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ask<'a> {
    /// A small file to be created, as [`Link::create`] does. Where there is one already nothing else is done.
    pub create: Option<(&'a str, &'a [u8])>,
    /// Files to be read.
    pub read: &'a [String],
    /// Folders whose names are wanted.
    pub list: &'a [String],
    /// Files to be removed.
    pub remove: &'a [String],
}

/// What came of an [`Ask`], each in the order in which it was asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Bytes of the files, `None` where there is none.
    pub files: Vec<Option<Vec<u8>>>,
    /// Names in the folders.
    pub names: Vec<Vec<String>>,
    /// Whether the files to be removed are gone.
    pub removed: Vec<bool>,
}

/// An open way to one device. Paths are as the device writes them; every operation has its own deadline.
pub trait Link: Send {
    /// Reads a whole file, `None` where there is none.
    ///
    /// # Errors
    /// [`Fault`]; a file that is too large is one.
    fn read(&mut self, path: &str) -> impl Future<Output = Result<Option<Vec<u8>>, Fault>> + Send;

    /// Does several things, at once where the way to the device allows that. Returns `None` where the file to be
    /// created is there already. What is to be removed is removed even where something else was not read, and so is
    /// then a file that was created.
    ///
    /// # Errors
    /// [`Fault`] of the first that was not created, read or listed.
    fn ask(&mut self, ask: Ask<'_>) -> impl Future<Output = Result<Option<Told>, Fault>> + Send {
        async move {
            if let Some((path, bytes)) = ask.create
                && !self.create(path, bytes).await?
            {
                return Ok(None);
            }
            let told = one_by_one(self, ask).await;
            if let (Some((path, _)), Err(_)) = (ask.create, &told) {
                let _ = self.remove(path).await;
            }
            let mut removed = Vec::with_capacity(ask.remove.len());
            for path in ask.remove {
                removed.push(self.remove(path).await.is_ok());
            }
            told.map(|told| Some(Told { removed, ..told }))
        }
    }

    /// Writes a whole file and brings it to the disk; what stood there is replaced in place. It gets the
    /// permissions of the file `like`, where that exists, else those of its owner alone.
    ///
    /// # Errors
    /// [`Fault`]; half a file may stand there then.
    fn write(
        &mut self,
        path: &str,
        bytes: &[u8],
        like: &str,
    ) -> impl Future<Output = Result<(), Fault>> + Send;

    /// Creates a small file, which need not survive a power cut; returns `false` where there is one already.
    ///
    /// # Errors
    /// [`Fault`].
    fn create(&mut self, path: &str, bytes: &[u8]) -> impl Future<Output = Result<bool, Fault>> + Send;

    /// Gives a file another name in one step, replacing what has it.
    ///
    /// # Errors
    /// [`Fault`]; nothing changed then, unless the connection broke.
    fn rename(&mut self, from: &str, to: &str) -> impl Future<Output = Result<(), Fault>> + Send;

    /// Gives a file a second name; returns `false` where the device cannot.
    ///
    /// # Errors
    /// [`Fault`], where the connection broke.
    fn link(&mut self, from: &str, to: &str) -> impl Future<Output = Result<bool, Fault>> + Send;

    /// Removes a file; one that is gone already is fine.
    ///
    /// # Errors
    /// [`Fault`].
    fn remove(&mut self, path: &str) -> impl Future<Output = Result<(), Fault>> + Send;

    /// Returns the names in a folder.
    ///
    /// # Errors
    /// [`Fault`].
    fn list(&mut self, folder: &str) -> impl Future<Output = Result<Vec<String>, Fault>> + Send;

    /// Restarts the agent and leaves the job's stamp in a file together with the start.
    ///
    /// # Errors
    /// [`Fault`]. Its `reached` is [`Reached::Restart`](crate::push::fault::Reached::Restart) as soon as the
    /// device may have got the order.
    fn restart(&mut self, job: &Job, stamp_file: &str) -> impl Future<Output = Result<(), Fault>> + Send;

    /// Ends the way, politely; where more work on the device comes soon a transport may keep it for that.
    fn close(self, more: bool) -> impl Future<Output = ()> + Send;
}

/// Reads and lists what is asked for, one by one.
async fn one_by_one<L: Link + ?Sized>(link: &mut L, ask: Ask<'_>) -> Result<Told, Fault> {
    let mut told = Told::default();
    for path in ask.read {
        told.files.push(link.read(path).await?);
    }
    for folder in ask.list {
        told.names.push(link.list(folder).await?);
    }
    Ok(told)
}

/// Opens ways to devices.
pub trait Transport: Send + Sync + 'static {
    /// A way to one device.
    type Link: Link;

    /// Opens a way to a device.
    ///
    /// # Errors
    /// [`Fault`].
    fn open(&self, job: &Job) -> impl Future<Output = Result<Self::Link, Fault>> + Send;
}
