//! The plan as a file: what was decided, then one device per line, so that people can compare two plans.

use super::build::Texts;
use super::error::PlanError;
use super::request::{Request, place_of};
use super::{Now, Plan, PlannedDevice, PlannedFile};
use crate::base::file::{self, Access, AtomicFile};
use crate::base::hash::{Hash, from_hex, hex, sha256};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::io::{self, Write};
use std::path::Path;

/// Name and version of the format.
pub const FORMAT: &str = "regather-rollout/1";

/// Largest plan that is read \[bytes\].
pub const MAX_BYTES: u64 = 1024 * 1024 * 1024;

/// The file as it stands on the disk.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OnDisk<'a> {
    #[serde(borrow)]
    format: Cow<'a, str>,
    request: Request,
    #[serde(borrow)]
    devices: Vec<Row<'a>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row<'a> {
    #[serde(borrow)]
    thing: Cow<'a, str>,
    /// Counted from 1, as people do; none where nothing changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    wave: Option<u32>,
    #[serde(borrow)]
    group: Cow<'a, str>,
    #[serde(borrow, default, skip_serializing_if = "str::is_empty")]
    site: Cow<'a, str>,
    #[serde(borrow, default, skip_serializing_if = "str::is_empty")]
    server: Cow<'a, str>,
    #[serde(borrow)]
    address: Cow<'a, str>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    zone: Option<Cow<'a, str>>,
    #[serde(borrow)]
    files: Vec<FileRow<'a>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileRow<'a> {
    #[serde(borrow)]
    path: Cow<'a, str>,
    /// 64 digits, `absent`, or nothing where it is not known.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    now: Option<Cow<'a, str>>,
    #[serde(borrow)]
    want: Cow<'a, str>,
}

/// Writes to nowhere and hashes on the way.
struct Hashing(Sha256);

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Plan {
    /// Returns the plan of a file's text.
    ///
    /// # Errors
    /// [`PlanError::NotAPlan`], and all that is wrong with a plan.
    pub fn parse(text: &str) -> Result<Self, PlanError> {
        let broken = |reason: String| PlanError::NotAPlan { reason };
        let read: OnDisk<'_> = serde_json::from_str(text).map_err(|error| broken(error.to_string()))?;
        if read.format != FORMAT {
            return Err(broken(format!("its format is {}, and this program reads {FORMAT}", read.format)));
        }
        let mut texts = Texts::default();
        let groups = read.request.places();
        let mut devices = Vec::with_capacity(read.devices.len());
        for row in read.devices {
            let group = place_of(&groups, &row.group, &row.thing)?;
            let wave = match row.wave {
                Some(0) => return Err(broken("waves are counted from 1".into())),
                wave => wave.map(|wave| wave - 1),
            };
            let files = row.files.iter().map(|file| planned(file, &mut texts)).collect::<Result<_, _>>()?;
            devices.push(PlannedDevice {
                group,
                wave,
                site: texts.of(&row.site),
                server: texts.of(&row.server),
                zone: row.zone.as_deref().map(|zone| texts.of(zone)),
                thing: row.thing.into(),
                address: row.address.into(),
                files,
            });
        }
        let mut plan = Self::restored(read.request, devices)?;
        plan.hash = sha256(text.as_bytes());
        plan.check_prediction()?;
        // Journals keep a plan as it is written, and everybody names it by that hash.
        if plan.file_hash()? != plan.hash {
            return Err(broken("it is not written as plans are, byte by byte".into()));
        }
        Ok(plan)
    }

    /// Reads a plan.
    ///
    /// # Errors
    /// [`PlanError::File`], and as [`Plan::parse`].
    pub fn read(path: &Path) -> Result<Self, PlanError> {
        Self::parse(&file::read_text(path, MAX_BYTES)?)
    }

    /// Writes the plan as a file, which appears whole or not at all.
    ///
    /// # Errors
    /// [`PlanError::File`].
    pub fn write(&self, path: &Path) -> Result<(), PlanError> {
        let mut out = AtomicFile::create(path, Access::Everyone)?;
        let written = self.write_to(&mut out);
        written.map_err(|error| out.error(error))?;
        Ok(out.commit()?)
    }

    /// Writes the bytes of the plan's file.
    ///
    /// # Errors
    /// What the writer says.
    pub fn write_to(&self, out: &mut dyn Write) -> io::Result<()> {
        let request = serde_json::to_string(&self.request)?;
        write!(out, "{{\"format\":\"{FORMAT}\",\n\"request\":{request},\n\"devices\":[")?;
        for (at, device) in self.devices.iter().enumerate() {
            let line = serde_json::to_string(&self.row(device))?;
            write!(out, "{}\n{line}", if at == 0 { "" } else { "," })?;
        }
        write!(out, "\n]}}\n")
    }

    pub(super) fn file_hash(&self) -> Result<Hash, PlanError> {
        let mut out = Hashing(Sha256::new());
        // Hashing cannot fail; what is left is a number that JSON cannot hold, and those are refused before.
        self.write_to(&mut out).map_err(|error| PlanError::NotAPlan { reason: error.to_string() })?;
        Ok(out.0.finalize().into())
    }

    fn row<'a>(&'a self, device: &'a PlannedDevice) -> Row<'a> {
        let file = |file: &'a PlannedFile| FileRow {
            path: Cow::Borrowed(&file.path),
            now: match &file.now {
                Now::Unknown => None,
                Now::Absent => Some(Cow::Borrowed("absent")),
                Now::Is(hash) => Some(Cow::Owned(hex(hash))),
            },
            want: Cow::Owned(hex(&file.want)),
        };
        Row {
            thing: Cow::Borrowed(&device.thing),
            wave: device.wave.map(|wave| wave + 1),
            group: Cow::Borrowed(&self.request.groups[usize::from(device.group)].id),
            site: Cow::Borrowed(&device.site),
            server: Cow::Borrowed(&device.server),
            address: Cow::Borrowed(&device.address),
            zone: device.zone.as_deref().map(Cow::Borrowed),
            files: device.files.iter().map(file).collect(),
        }
    }
}

fn planned(row: &FileRow<'_>, texts: &mut Texts) -> Result<PlannedFile, PlanError> {
    let hash = |digits: &str| {
        let reason = || format!("`{digits}` is no SHA-256 in 64 digits");
        from_hex(digits).ok_or_else(|| PlanError::NotAPlan { reason: reason() })
    };
    let now = match row.now.as_deref() {
        None => Now::Unknown,
        Some("absent") => Now::Absent,
        Some(digits) => Now::Is(hash(digits)?),
    };
    Ok(PlannedFile { path: texts.of(&row.path), now, want: hash(&row.want)? })
}
