//! Waves of a roll-out: how many devices come first, next and last, and which.
//!
//! `10,10%,40%,rest` means 10 devices, then a tenth of all, then two fifths of all, then the others. Devices are
//! ordered by a hash of their names: nobody's list order decides who is first, the same device keeps its place
//! when others are added, and another seed gives another order.

use crate::base::units;
use sha2::{Digest, Sha256};
use std::str::FromStr;
use thiserror::Error;

/// Hundredths of a percent in a whole.
const WHOLE: u64 = 10_000;

/// What is wrong with waves.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum WaveError {
    /// Nothing stands there, or between two commas.
    #[error("A wave is empty. Write waves as numbers, percentages and the word rest: 10,10%,40%,rest")]
    Empty,
    /// It is neither a number nor a percentage nor `rest`.
    #[error(
        "\u{201c}{0}\u{201d} is no wave. Write a number of devices (10), a share of all (2.5%, two digits after the point \
         at most) or rest"
    )]
    NotAWave(String),
    /// A wave of nobody.
    #[error("\u{201c}{0}\u{201d} is a wave without devices. Write at least 1, or leave it out")]
    Nobody(String),
    /// Nothing can come behind the rest.
    #[error("After rest nothing is left for \u{201c}{0}\u{201d}. Put rest last")]
    BehindRest(String),
    /// More than all.
    #[error(
        "The shares add up to {0} %, more than all devices. Make one smaller, or write rest for the last"
    )]
    TooMuch(String),
    /// Devices would be in no wave.
    #[error(
        "The waves hold {} of {} devices, and the others would never be served. Put rest at the end",
        units::count(*held), units::count(*all)
    )]
    LeftOver {
        /// Devices in waves.
        held: u64,
        /// All devices.
        all: u64,
    },
}

/// One wave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wave {
    /// A number of devices.
    Devices(u64),
    /// A share of all devices, in hundredths of a percent, rounded up to whole devices.
    Share(u64),
    /// All that are left.
    Rest,
}

/// The waves of a roll-out in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waves(Vec<Wave>);

impl FromStr for Waves {
    type Err = WaveError;

    fn from_str(text: &str) -> Result<Self, WaveError> {
        let mut waves = Vec::new();
        let mut shares = 0_u64;
        for word in text.split(',').map(str::trim) {
            if waves.last() == Some(&Wave::Rest) {
                return Err(WaveError::BehindRest(word.into()));
            }
            let wave = wave(word)?;
            if let Wave::Share(share) = wave {
                shares = shares.saturating_add(share);
            }
            waves.push(wave);
        }
        if shares > WHOLE {
            return Err(WaveError::TooMuch(format!("{}", shares as f64 / 100.0)));
        }
        Ok(Self(waves))
    }
}

fn wave(word: &str) -> Result<Wave, WaveError> {
    let wrong = || WaveError::NotAWave(word.into());
    let wave = match word.strip_suffix('%') {
        _ if word.is_empty() => return Err(WaveError::Empty),
        _ if word.eq_ignore_ascii_case("rest") => Wave::Rest,
        None => Wave::Devices(whole(word).ok_or_else(wrong)?),
        Some(share) => {
            let (percent, hundredths) = share.trim_end().split_once('.').unwrap_or((share.trim_end(), "0"));
            if hundredths.len() > 2 {
                return Err(wrong());
            }
            let digits = whole(hundredths).ok_or_else(wrong)?;
            let hundredths = if hundredths.len() == 1 { digits * 10 } else { digits };
            let share = whole(percent).and_then(|percent| percent.checked_mul(100)).ok_or_else(wrong)?;
            Wave::Share(share.saturating_add(hundredths))
        }
    };
    if matches!(wave, Wave::Devices(0) | Wave::Share(0)) {
        Err(WaveError::Nobody(word.into()))
    } else {
        Ok(wave)
    }
}

/// Reads digits and nothing else: no sign, no space.
fn whole(digits: &str) -> Option<u64> {
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| plain)
}

impl Waves {
    /// Returns the waves.
    pub fn waves(&self) -> &[Wave] {
        &self.0
    }

    /// Returns the number of devices in each wave; a wave for which nobody is left is not there.
    ///
    /// # Errors
    /// [`WaveError::LeftOver`] where devices would be in no wave.
    pub fn sizes(&self, devices: usize) -> Result<Vec<usize>, WaveError> {
        let all = devices as u64;
        let mut left = all;
        let mut sizes = Vec::new();
        for wave in &self.0 {
            let size = match wave {
                Wave::Devices(devices) => (*devices).min(left),
                Wave::Share(share) => all.saturating_mul(*share).div_ceil(WHOLE).min(left),
                Wave::Rest => left,
            };
            left -= size;
            if size > 0 {
                sizes.push(size as usize);
            }
        }
        if left > 0 { Err(WaveError::LeftOver { held: all - left, all }) } else { Ok(sizes) }
    }

    /// Returns the waves in words that Ansible's `serial` takes.
    pub fn serial(&self) -> Vec<String> {
        let word = |wave: &Wave| match wave {
            Wave::Devices(devices) => devices.to_string(),
            // Ansible rounds down and reads whole percents.
            Wave::Share(share) => format!("{}%", share.div_ceil(100)),
            Wave::Rest => "100%".into(),
        };
        self.0.iter().map(word).collect()
    }
}

/// Returns the places of the names in the order in which they are served.
pub fn order<'a>(names: impl Iterator<Item = &'a str>, seed: u64) -> Vec<usize> {
    let mut keys: Vec<([u8; 32], usize)> = names
        .enumerate()
        .map(|(at, name)| {
            let hash = Sha256::new().chain_update(seed.to_le_bytes()).chain_update(name);
            (hash.finalize().into(), at)
        })
        .collect();
    keys.sort_unstable();
    keys.into_iter().map(|(_, at)| at).collect()
}
