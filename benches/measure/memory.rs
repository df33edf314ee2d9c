//! What the system tells of this process's memory.

use std::io::Read;

/// Returns a line of this process's status [B]; nothing where the system does not tell.
pub fn status(key: &str) -> Option<f64> {
    let mut text = String::new();
    std::fs::File::open("/proc/self/status").ok()?.read_to_string(&mut text).ok()?;
    let line = text.lines().find(|line| line.starts_with(key))?;
    line.split_whitespace().nth(1)?.parse::<f64>().ok().map(|kilobytes| kilobytes * 1024.0)
}
