//! What a line on stdin tells a running test platform: words, or the same words as JSON.

use crate::base::Micros;
use crate::base::units::parse_duration;
use crate::fleet::Loss;
use crate::live::platform::Reception;

/// What can be told, one line each.
pub const HELP: &str = "\
serve                    receive devices as always
refuse | not-accept | 503 | accept-close | mute
auth-silent | auth-reject | bind-reject
                         receive them like this from now on
cut HOW                  end all connections: reset, close-frame, fin, silence
down HOW                 end them, forget all sessions, and refuse
restart [LENGTH [SHARE]] serve again; the capacity grows from a share in a time: restart 30s 10%
pongs LENGTH             answer late after every ping of a device
read THING PROPERTY      ask the device for a value
service THING NAME       call a service of the device
status | help | stop";

/// A command to a running platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Control {
    /// Say how things stand.
    Status,
    /// Say what can be told.
    Help,
    /// End.
    Stop,
    /// Receive devices like this from now on.
    Receive(Reception),
    /// End all connections.
    Cut(Loss),
    /// End all connections, forget all sessions and refuse.
    Down(Loss),
    /// Receive them as always, with a capacity that grows.
    Restart {
        /// Time until it is whole.
        length: Micros,
        /// Share of it at first [‰].
        from_permille: u32,
    },
    /// Be late after every ping.
    Pongs(Micros),
    /// Ask the device for a value.
    Read {
        /// The thing.
        thing: String,
        /// The property.
        property: String,
    },
    /// Call a service of the device.
    Service {
        /// The thing.
        thing: String,
        /// The service.
        service: String,
    },
}

/// Reads a line: words, or `{"command": "cut", "with": ["reset"]}`; nothing for an empty one.
///
/// # Errors
/// What is wrong with it, and what is possible.
pub fn read(line: &str) -> Result<Option<Control>, String> {
    let line = line.trim();
    if line.is_empty() {
        return Ok(None);
    }
    let words = if line.starts_with('{') {
        words_of(line)?
    } else {
        line.split_whitespace().map(str::to_owned).collect()
    };
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    understood(&words).map(Some)
}

/// Returns the words of a command in JSON.
fn words_of(line: &str) -> Result<Vec<String>, String> {
    let wrong = || "This is no command; write {\"command\": \"cut\", \"with\": [\"reset\"]}.".to_owned();
    let value: serde_json::Value = serde_json::from_str(line).map_err(|_| wrong())?;
    let mut words = vec![value.get("command").and_then(|word| word.as_str()).ok_or_else(wrong)?.to_owned()];
    match value.get("with") {
        None => {}
        Some(serde_json::Value::Array(with)) => {
            for word in with {
                words.push(word.as_str().ok_or_else(wrong)?.to_owned());
            }
        }
        Some(_) => return Err(wrong()),
    }
    Ok(words)
}

/// Returns what words mean.
fn understood(words: &[&str]) -> Result<Control, String> {
    Ok(match *words {
        ["status"] => Control::Status,
        ["help"] => Control::Help,
        ["stop"] => Control::Stop,
        ["cut", how] => Control::Cut(loss(how)?),
        ["down", how] => Control::Down(loss(how)?),
        ["restart"] => Control::Restart { length: Micros::ZERO, from_permille: 1_000 },
        ["restart", time] => Control::Restart { length: length(time)?, from_permille: 1 },
        ["restart", time, share] => {
            Control::Restart { length: length(time)?, from_permille: permille(share)? }
        }
        ["pongs", time] => Control::Pongs(length(time)?),
        ["read", thing, property] => Control::Read { thing: thing.to_owned(), property: property.to_owned() },
        ["service", thing, service] => {
            Control::Service { thing: thing.to_owned(), service: service.to_owned() }
        }
        [word] => match reception(word) {
            Some(reception) => Control::Receive(reception),
            None => return Err(unknown(word)),
        },
        [word, ..] => return Err(unknown(word)),
        [] => return Ok(Control::Help),
    })
}

fn unknown(word: &str) -> String {
    format!("`{word}` is no command, or has other words behind it, so nothing was changed; `help` lists all.")
}

fn reception(word: &str) -> Option<Reception> {
    Reception::ALL.into_iter().find(|reception| reception.word() == word)
}

fn loss(word: &str) -> Result<Loss, String> {
    Loss::ALL.into_iter().find(|loss| loss.word() == word).ok_or_else(|| {
        let words: Vec<&str> = Loss::ALL.into_iter().map(Loss::word).collect();
        format!("`{word}` is no way to end connections, so none was ended; there are {}.", words.join(", "))
    })
}

fn length(word: &str) -> Result<Micros, String> {
    let seconds = parse_duration(word).filter(|&s| s >= 0.0).and_then(Micros::from_secs_f64);
    seconds
        .ok_or_else(|| format!("`{word}` is no length of time, so nothing was changed; write 30s or 500ms."))
}

fn permille(word: &str) -> Result<u32, String> {
    let share = word.strip_suffix('%').and_then(crate::base::units::parse_number);
    match share {
        Some(share) if (0.1..=100.0).contains(&share) => Ok((share * 10.0).round() as u32),
        _ => Err(format!("`{word}` is no share, so nothing was changed; write 0.1% to 100%.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_json_mean_the_same() {
        let same = [
            ("cut reset", r#"{"command": "cut", "with": ["reset"]}"#, Control::Cut(Loss::Reset)),
            ("  mute ", r#"{"command":"mute"}"#, Control::Receive(Reception::Mute)),
            (
                "restart 30s 12.5%",
                r#"{"command":"restart","with":["30s","12.5%"]}"#,
                Control::Restart { length: Micros::from_secs(30), from_permille: 125 },
            ),
            (
                "read pump level",
                r#"{"command":"read","with":["pump","level"]}"#,
                Control::Read { thing: "pump".into(), property: "level".into() },
            ),
        ];
        for (words, json, control) in same {
            assert_eq!(read(words), Ok(Some(control.clone())), "{words}");
            assert_eq!(read(json), Ok(Some(control)), "{json}");
        }
        assert_eq!(read("  "), Ok(None));
    }

    #[test]
    fn everything_in_the_help_is_understood() {
        for word in ["serve", "refuse", "not-accept", "503", "accept-close", "auth-silent", "auth-reject"] {
            assert!(HELP.contains(word), "{word}");
            assert!(matches!(read(word), Ok(Some(Control::Receive(_)))), "{word}");
        }
        for line in ["down silence", "restart", "restart 1min", "pongs 2s", "service a b", "status", "stop"] {
            read(line).expect(line);
        }
    }

    #[test]
    fn what_is_not_understood_says_what_is_possible() {
        for line in [
            "explode",
            "cut",
            "cut hard",
            "mute now",
            "restart soon",
            "restart 1s 200%",
            "{}",
            "{\"command\":1}",
            "{",
        ] {
            let error = read(line).expect_err(line);
            assert!(error.ends_with('.') && error.len() > 30, "{error}");
        }
    }
}
