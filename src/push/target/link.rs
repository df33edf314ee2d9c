//! What a transport has to know: a few file operations, and how an agent is restarted.

use super::Job;
use crate::push::fault::Fault;
use std::future::Future;

/// An open way to one device. Paths are as the device writes them; every operation has its own deadline.
pub trait Link: Send {
    /// Reads a whole file, `None` where there is none.
    ///
    /// # Errors
    /// [`Fault`]; a file that is too large is one.
    fn read(&mut self, path: &str) -> impl Future<Output = Result<Option<Vec<u8>>, Fault>> + Send;

    /// Reads several files, each as [`Link::read`] does; at once where the way to the device allows that.
    ///
    /// # Errors
    /// [`Fault`] of the first that was not read.
    fn read_all(
        &mut self,
        paths: &[String],
    ) -> impl Future<Output = Result<Vec<Option<Vec<u8>>>, Fault>> + Send {
        async move {
            let mut all = Vec::with_capacity(paths.len());
            for path in paths {
                all.push(self.read(path).await?);
            }
            Ok(all)
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
